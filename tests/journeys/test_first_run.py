"""An empty machine becomes a place: the first page, a safeguarding lead by a copied link, an app as second step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.place import Open, Place, served
from tests.journeys.steps import app_code, follow, heading, press, set_up_app, sign_in


@pytest.fixture(scope="module")
def empty() -> Iterator[Place]:
    """A site with an empty database and no mail server."""
    with served("serve", before=(("migrate", "-v", "0"),)) as here:
        yield here


def test_an_app_shows_the_numbers_of_the_standard():
    """The last six digits of RFC 6238, appendix B: so that the journey below proves the site, not our own mistake."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert [app_code(secret, at) for at in (59, 1111111109, 2000000000)] == ["287082", "081804", "279037"]


def test_a_place_begins_without_mail_and_two_people_look_after_it(open_as: Open, empty: Place):
    page = open_as("", url=empty.url)
    page.goto("/")
    heading(page, "Begin your place")
    press(page, "Begin", exact=True)
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Name of your hub").fill("Seacroft Hub")
    page.get_by_label("The organisation responsible for people’s data").fill("Seacroft Trust")
    page.get_by_label("Where it is").fill("LS14")
    page.get_by_label("Your name").fill("Ada Akande")
    page.get_by_label("Your e-mail address").fill("ada@example.org")
    page.get_by_label("I am 18 or over").check()
    page.get_by_label("This person; we will invite them").check()
    page.get_by_label("Their name").fill("Sade Okoro")
    page.get_by_label("Their e-mail address").fill("sade@example.org")
    press(page, "Begin", exact=True)
    heading(page, "Seacroft Hub is open")
    link = page.get_by_label("The link").input_value()

    follow(page, "Set it up now")
    set_up_app(page)
    expect(page.get_by_text("Done.")).to_be_visible()
    follow(page, "Go to Seacroft Hub")
    heading(page, "Hello Ada|up to date|need")

    other = open_as("", url=empty.url)
    other.goto(link)
    heading(other, "Seacroft Hub invites you")
    press(other, "Send me the code")
    other.get_by_label("The code in the letter").fill(empty.new_code("sade@example.org"))
    press(other, "Sign in", exact=True)
    press(other, "Accept and join")
    if other.get_by_role("link", name="Set up an app").count():
        set_up_app(other)
    other.goto("/h/seacroft-hub/home/")
    heading(other, "Hello Sade|up to date|need")

    page.goto("/h/seacroft-hub/roles/")
    expect(page.get_by_text("Sade Okoro: Safeguarding lead")).to_be_visible()
    again = open_as("", url=empty.url)
    again.goto(link)
    expect(again.get_by_role("button", name="Accept and join")).to_have_count(0)


def test_whoever_is_known_signs_in_with_a_code_and_the_app(open_as: Open, empty: Place):
    page = open_as("", url=empty.url)
    sign_in(page, empty, "ada@example.org")
    heading(page, "Now the second step")
