"""A programme lead has two spreadsheets full of mistakes, and ends with mentors matched, with reasons, and approved."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.place import Open, Place
from tests.journeys.steps import WORK, follow, heading, press, problems, set_up_app, sign_in
from tests.site.bringing.test_mistakes import MENTEE_MISTAKES, MENTEES, MENTOR_MISTAKES, MENTORS

ROUND = "After the summer fair"
ASK = """id,name,email,born,postcode,goals,languages,availability,travel_km,mode
1,Jo Bright,jo@example.org,1990-03-04,LS8 4AA,maths; coding,English,tue-eve,8,either
2,Kai Osei,kai@example.org,1991-03-04,LS8 5AA,coding,English,tue-eve,8,either
3,Mo Ali,mo@example.org,1992-03-04,LS9 7AA,maths,English,tue-eve,8,either
4,Una Roe,una@example.org,1993-03-04,LS8 4AA,maths,Tigrinya,sat-am,2,in-person
"""
OFFER = """id,name,email,born,skills,languages,availability,postcode,travel_km,capacity,cleared,mode
A1,Amina Khan,amina@example.org,1980-01-01,maths,English,tue-eve,LS8 4AA,8,1,yes,either
A2,Tom Ash,tom@example.org,1980-01-02,coding,English,tue-eve,LS8 5AA,8,1,yes,either
A3,Uma Vee,uma@example.org,1980-01-03,maths; coding,English,tue-eve,LS9 7AA,8,1,yes,either
A4,Wes Shaw,wes@example.org,1980-01-04,maths,English,tue-eve,LS9 7AA,8,1,no,either
"""


@pytest.fixture(scope="module")
def kept() -> dict[str, str]:
    """The address of the round, from one step of the journey to the next."""
    return {}


def choose(page: Page, kind: str, name: str, body: bytes) -> None:
    """Choose a list for our round."""
    page.goto(f"/h/onward/bring-in/list/{kind}/")
    where = page.get_by_label("Where do these belong?")
    if where.count() and where.is_visible():
        option = where.locator("option", has_text=ROUND).first.get_attribute("value")
        where.select_option(option)
    page.locator("input[type=file][name=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": body})
    press(page, "Read this list")


def named(page: Page, mistakes: dict[tuple[int | None, str], str]) -> None:
    """Each planted mistake stands on the page by row and column, with what to do."""
    found = problems(page)
    for (row, column), fix in mistakes.items():
        assert fix in found.get((str(row or ""), column), ""), (row, column, found)


def run(page: Page) -> None:
    """Look for pairs, and wait."""
    page.get_by_role("button", name=re.compile("Find the pairs|Run it again")).first.click()
    expect(page.get_by_text("of the best possible").first).to_be_visible(timeout=WORK)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0, timeout=WORK)


def pairs(page: Page) -> set[tuple[str, str]]:
    """Return who is with whom, as the page for reading through says it."""
    said = page.locator("article h3").all_inner_texts()
    return {(a.split(",")[0].split(" ")[0], b.split(" ")[0]) for a, b in (line.rsplit(", and ", 1) for line in said)}


def test_twenty_mistakes_are_named_mended_and_the_lists_come_in(open_as: Open, kept: dict[str, str]):
    page = open_as("Programme lead")
    page.goto("/h/onward/rounds/add/")
    page.get_by_label(re.compile("Onward mentoring")).check()
    page.get_by_label("What do you call it?").or_(page.locator("input[name=name]")).first.fill(ROUND)
    press(page, "Begin this round")
    kept["round"] = page.url

    choose(page, "mentees", "mentees.csv", MENTEES.encode("utf-16"))
    heading(page, r"\d+ things to put right")
    named(page, MENTEE_MISTAKES)
    expect(page.get_by_role("button", name="Bring it in")).to_be_visible()
    page.goto(page.url)  # nothing is half brought in: rows with problems stop it until they are left out or mended
    press(page, "Bring it in")
    expect(page.get_by_text(re.compile("row.* problems")).first).to_be_visible()

    choose(page, "mentors", "mentors.csv", MENTORS.encode("cp1252"))
    named(page, MENTOR_MISTAKES)
    expect(page.get_by_role("button", name="Bring it in")).to_have_count(0)

    for kind, body in (("mentees", ASK), ("mentors", OFFER)):
        choose(page, kind, f"{kind}-mended.csv", body.encode())
        heading(page, "4 rows, and nothing is wrong with them")
        press(page, "Bring it in")
        heading(page, "The list is brought in")
        expect(page.get_by_text("4 are new")).to_be_visible()


def test_pairs_have_reasons_and_what_the_lead_decides_is_kept(open_as: Open, kept: dict[str, str]):
    page = open_as("Programme lead")
    page.goto(kept["round"])
    run(page)
    heading(page, "3|three|mentor|pair")

    page.goto(kept["round"] + "pairs/")
    first = pairs(page)
    assert len(first) == 3
    assert "Wes" not in {mentor for _mentee, mentor in first}, "nobody uncleared is proposed"
    expect(page.get_by_text(re.compile("[Bb]oth|km|maths|Tuesday")).first).to_be_visible()
    page.goto(kept["round"] + "unmatched/")
    expect(page.get_by_text("Una").first).to_be_visible()
    expect(page.get_by_text(re.compile("Smallest change", re.IGNORECASE)).first).to_be_visible()

    page.goto(kept["round"] + "pairs/")
    cards = page.locator("article")
    locked, dropped, *_ = sorted(first)
    cards.filter(has_text=locked[0]).get_by_role("button", name="Lock this pair").click()
    expect(cards.filter(has_text=locked[0]).get_by_text("Locked").first).to_be_visible()
    cards.filter(has_text=dropped[0]).get_by_role("button", name="Not these two").click()
    page.goto(kept["round"])
    run(page)
    page.goto(kept["round"] + "pairs/")
    again = pairs(page)
    assert locked in again
    assert dropped not in again
    page.goto(kept["round"])
    with page.expect_download() as taken:
        page.get_by_role("button", name=re.compile("spreadsheet")).or_(
            page.get_by_role("link", name=re.compile("pairs as a spreadsheet"))
        ).first.click()
    rows = list(csv.DictReader(io.StringIO(taken.value.path().read_text("utf-8-sig"))))
    assert {row["mentee_name"].split(" ")[0] for row in rows} >= {who for who, _mentor in again}


def test_nobody_is_put_in_touch_before_the_mentor_is_in_order(open_as: Open, place: Place, kept: dict[str, str]):
    page = open_as("Programme lead")
    page.goto(kept["round"] + "pairs/")
    page.locator("article h3 a").first.click()
    expect(page.get_by_text("These two have to wait")).to_be_visible()
    expect(page.get_by_role("button", name="Approve this pair")).to_have_count(0)

    page.goto("/h/onward/programmes/")
    follow(page, "Onward mentoring", exact=True)
    programme = page.url
    for what in ("Training", "Code of conduct", "References"):
        put_in_order(page, programme, what)
    safe = open_as("Safeguarding lead")
    put_in_order(safe, programme, "check")
    confirm_ages(safe)
    admin = open_as("")
    sign_in(admin, place, "gareth.naylor@example.org")
    admin.goto("/h/onward/roles/")
    set_up_app(admin)
    grant_roles(admin)

    page.goto(kept["round"])
    press(page, "Approve and send the letters")
    expect(page.get_by_text("The letters have not gone yet")).to_be_visible()
    press(page, "Stop the letters")
    expect(page.get_by_text("The letters have not gone yet")).to_have_count(0)


def put_in_order(page: Page, programme: str, what: str) -> None:
    """Write one thing down for each of our mentors at once."""
    page.goto(programme + "in-order/")
    for name in ("Amina Khan", "Tom Ash", "Uma Vee"):
        while not page.get_by_label(name, exact=True).count():
            follow(page, "More")
        page.get_by_label(name, exact=True).check()
    page.get_by_role("radio", name=re.compile(what, re.IGNORECASE)).check()
    if what == "check":
        press(page, "Write it down")
        expect(page.get_by_role("alert")).to_contain_text("A check needs a last day")
        page.get_by_label("Until").fill((date.today() + timedelta(days=700)).isoformat())
    press(page, "Write it down")
    expect(page.get_by_text("Written down for 3 people.")).to_be_visible()


def confirm_ages(page: Page) -> None:
    """Confirm the dates of birth that a list brought, as the second person."""
    page.goto("/h/onward/people/ages/")
    for name in ("Amina Khan", "Tom Ash", "Uma Vee", "Jo Bright", "Kai Osei", "Mo Ali"):
        page.get_by_label(re.compile(name)).check()
    press(page, "Confirm those I ticked")


def grant_roles(page: Page) -> None:
    """Say yes to the roles that the list proposed."""
    for name in ("Amina Khan", "Tom Ash", "Uma Vee"):
        page.goto("/h/onward/roles/")
        follow(page, f"{name}: Mentor")
        press(page, "Yes, give this role")
        expect(page.get_by_text("This role counts.")).to_be_visible()


def test_a_list_that_was_wrong_is_taken_back_whole(open_as: Open):
    page = open_as("Programme lead")
    choose(page, "mentees", "wrong.csv", b"id,name,goals\nX1,Wrong Person,maths\nX2,Other Wrong,maths\n")
    press(page, "Bring it in")
    heading(page, "The list is brought in")
    press(page, "Take the whole list back")
    heading(page, "The list was taken back")
    expect(page.get_by_text("2 that the list had made are gone.")).to_be_visible()
