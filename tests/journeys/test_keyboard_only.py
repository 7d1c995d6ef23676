"""Everything can be reached and seen with the keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.place import Open
from tests.journeys.steps import heading

NOW = "() => (document.activeElement.innerText || document.activeElement.name || document.activeElement.tagName).trim()"
RING = """() => { const s = getComputedStyle(document.activeElement);
    return s.boxShadow !== 'none' || (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0); }"""


def tab_to(page: Page, words: str, most: int = 60) -> None:
    """Press Tab until the focus is there; it must be seen all the way."""
    for _ in range(most):
        page.keyboard.press("Tab")
        assert page.evaluate(RING), f"the focus on {page.evaluate(NOW)!r} cannot be seen"
        if page.evaluate(NOW).startswith(words):
            return
    raise AssertionError(f"{words} is not reached by Tab")


def test_the_first_tab_skips_to_the_main_part(open_as: Open):
    page = open_as("Organiser")
    page.keyboard.press("Tab")
    assert page.evaluate(NOW) == "Skip to the main part"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.querySelector('main').contains(document.activeElement)")


def test_the_menu_a_form_and_its_faults(open_as: Open):
    page = open_as("Organiser")
    tab_to(page, "People")
    page.keyboard.press("Enter")
    heading(page, "people")
    page.goto("/h/spring-lane/people/add/")
    tab_to(page, "name")
    page.keyboard.press("Enter")  # sends the form as it is: empty
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error:")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.name") == "name"
    page.keyboard.type("Kay Board")
    page.keyboard.press("Enter")
    heading(page, "Kay Board")


def test_votes_are_given_with_the_keyboard(open_as: Open):
    page = open_as("Participant")
    page.goto("/h/spring-lane/discussions/1/vote/")
    if page.get_by_role("button", name="Pass").count():
        tab_to(page, "Pass")
        page.keyboard.press("Enter")
        page.wait_for_load_state()
    expect(page.get_by_role("link", name="My answers")).to_be_visible()


def test_a_phone_menu_opens_and_closes(open_as: Open):
    page = open_as("Organiser", width=360)
    tab_to(page, "Menu")
    page.keyboard.press("Enter")
    tab_to(page, "Close the menu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
