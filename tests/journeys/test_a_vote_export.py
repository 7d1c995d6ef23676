"""A vote export becomes groups of people who think alike; an open discussion is voted in, also without an account."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.place import Open
from tests.journeys.steps import WORK, follow, heading, press

EXPORT = Path(__file__).parent.parent / "data" / "polis" / "brexit-consensus"


def test_an_export_shows_groups_what_unites_and_what_divides(open_as: Open):
    page = open_as("Organiser")
    page.goto("/h/spring-lane/discussions/add/")
    names = ("comments.csv", "participants-votes.csv", "votes.csv")
    files = [
        {"name": name, "mimeType": "text/csv", "buffer": gzip.decompress((EXPORT / f"{name}.gz").read_bytes())}
        for name in names
    ]
    page.get_by_label("The export").set_input_files(files)
    page.get_by_label("What is it about?").fill("leaving and staying")
    page.get_by_label(re.compile("Where do the votes come from")).fill("Polis open data, CC BY 4.0")
    page.get_by_label(re.compile("Show it on the public page")).check()
    press(page, "Bring the votes in")
    expect(page.get_by_role("heading", name="The groups")).to_be_visible(timeout=WORK)
    for title in ("What unites us", "What divides us", "Same as a table"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.get_by_text("Polis open data, CC BY 4.0")).to_be_visible()

    outside = open_as("")
    outside.goto(page.url)
    heading(outside, "ways to see")
    assert small_numbers(outside) == []


def small_numbers(page: Page) -> list[str]:
    """Return where the page speaks of fewer than five people."""
    text = page.get_by_role("main").inner_text()
    return re.findall(r"(?<![\d.,])[1-4] (?:people|person)\b.*", text)


def test_a_participant_votes_and_changes_their_mind(open_as: Open):
    page = open_as("Participant")
    page.goto("/h/spring-lane/discussions/")
    follow(page, "What would make winter easier?")
    page.get_by_role("link", name=re.compile("Vote on the sentences|Go on voting")).first.click()
    for answer in ("Yes, I agree", "No, I do not", "Pass"):
        if page.get_by_role("button", name=answer).count():
            press(page, answer)
    follow(page, "My answers")
    heading(page, "What you answered")
    follow(page, "Change")
    press(page, "No, I do not")
    page.goto(page.url.split("/vote/")[0] + "/vote/mine/")
    expect(page.get_by_text("You said no").first).to_be_visible()


def test_a_neighbour_votes_by_a_link_without_an_account(open_as: Open):
    host = open_as("Hub admin")
    host.goto("/h/spring-lane/links/")
    opens = host.locator("select[name=scope]")
    opens.select_option(
        opens.locator("option", has_text=re.compile("winter", re.IGNORECASE)).first.get_attribute("value")
    )
    press(host, "Make the links")
    heading(host, "Print these, or copy them now")
    link = host.locator("main input[readonly]").first
    address = link.input_value() if link.count() else re.search(r"http\S+/l/\S+", host.locator("main").inner_text())[0]

    page = open_as("")
    page.goto(address)
    press(page, "Come in")
    if page.get_by_role("link", name=re.compile("Vote on the sentences|Go on voting")).count():
        page.get_by_role("link", name=re.compile("Vote on the sentences|Go on voting")).first.click()
    heading(page, "Do you agree")
    press(page, "Yes, I agree")
    expect(page.get_by_role("link", name="My answers")).to_be_visible()
    page.goto("/h/spring-lane/people/")
    expect(page.get_by_role("heading", level=1)).not_to_have_text(re.compile("people you may see"))
