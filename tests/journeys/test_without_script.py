"""The main ways work with JavaScript switched off: sign in with a code, vote, bring a small list in."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.place import Open, Place
from tests.journeys.steps import follow, heading, press, sign_in


def test_a_code_signs_in(open_as: Open, place: Place):
    page = open_as("", script=False)
    sign_in(page, place, "danuta.wolska@example.org")
    page.goto("/h/spring-lane/home/")
    heading(page, "Danuta")


def test_a_letter_of_the_example_holds_the_code(open_as: Open):
    page = open_as("", script=False)
    page.goto("/account/login/")
    page.get_by_label("Your e-mail address").fill("danuta.wolska@example.org")
    press(page, "Send me a code")
    letters = page.context.new_page()
    letters.goto("/try/post/")
    code = letters.locator("li", has_text=re.compile("sign_in_code")).first.locator("strong").first.inner_text()
    page.get_by_label("The code in the letter").fill(code)
    press(page, "Sign in", exact=True)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_votes_count(open_as: Open):
    page = open_as("Participant", script=False)
    page.goto("/h/spring-lane/discussions/")
    follow(page, "What would make winter easier?")
    page.get_by_role("link", name=re.compile("Vote on the sentences|Go on voting")).first.click()
    if page.get_by_role("button", name="Pass").count():
        press(page, "Pass")
    expect(page.get_by_role("link", name="My answers")).to_be_visible()


def test_a_small_list_comes_in_and_goes_again(open_as: Open):
    page = open_as("Organiser", script=False)
    page.goto("/h/spring-lane/bring-in/list/people/")
    body = b"name,postcode\nPia Plain,LS9 7AA\nRob Plain,LS9 7AA\n"
    page.locator("input[type=file][name=file]").set_input_files(
        {"name": "two.csv", "mimeType": "text/csv", "buffer": body}
    )
    press(page, "Read this list")
    heading(page, "2 rows, and nothing is wrong with them")
    press(page, "Bring it in")
    heading(page, "The list is brought in")
    press(page, "Take the whole list back")
    heading(page, "The list was taken back")


def test_the_menu_opens_on_a_phone(open_as: Open):
    page = open_as("Organiser", script=False, width=360)
    menu = page.get_by_role("navigation", name="Main")
    expect(menu).to_be_hidden()
    page.get_by_role("link", name="Menu").click()
    expect(menu.get_by_role("link", name="Listen")).to_be_visible()
