"""The sealed pages in a real browser: without a link to them the walk behind the doors cannot reach them all."""

from __future__ import annotations

import os
import re

from playwright.sync_api import Page

from tests.browser.place import Open, colours, faults, sideways


def look(page: Page, name: str) -> list[str]:
    """Return what is wrong with a page, in light, dark and at 320 px."""
    if folder := os.environ.get("UPWELL_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    wrong = [f"{name}: {fault}" for fault in faults(page)]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    wrong += [f"{name}, dark: {fault}" for fault in colours(page)]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 320, "height": 700})
    if over := sideways(page):
        wrong.append(f"{name}: scrolls {over} px sideways at 320 px")
    if folder:
        page.screenshot(path=f"{folder}/{name}-phone.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})
    return wrong


def test_a_worry_from_the_street_to_closed(open_as: Open, place):
    """From the form through the receipt to the desk, and what its register shows; WCAG 2.2 AA with axe on each."""
    desk = open_as("Safeguarding lead")
    hub = re.match(r".*/h/[\w-]+/", desk.url)[0]
    street = open_as("")
    street.goto(f"{hub}safe/")
    wrong = look(street, "tell")
    street.get_by_label("What did you see or hear?").fill("He said: “My uncle locks me in.”")
    street.get_by_role("button", name="Send it").click()
    street.wait_for_url(re.compile(r"/safe/[0-9a-f]{64}/"))
    wrong += look(street, "receipt")

    desk.goto(f"{hub}home/")
    desk.get_by_role("heading", name="A concern waits for you").wait_for()
    desk.get_by_role("link", name="Concerns").first.click()
    wrong += look(desk, "concerns")
    desk.get_by_role("link", name=re.compile("Told on")).first.click()
    wrong += look(desk, "concern")
    desk.get_by_role("button", name="Read it").click()
    desk.get_by_text("My uncle locks me in").wait_for()
    wrong += look(desk, "concern-read")
    desk.get_by_role("button", name="I have seen it").click()
    desk.get_by_text("They can see that you saw it").wait_for()
    desk.get_by_role("button", name="Close it with these words").click()
    wrong += look(desk, "concern-refused")
    street.reload()
    street.get_by_role("heading", name="Somebody is looking at it").wait_for()

    desk.goto(f"{hub}checks/")
    wrong += look(desk, "checks")
    desk.get_by_role("button", name="Look at the register").click()
    desk.get_by_text("It is written down that you looked at these lines").wait_for()
    wrong += look(desk, "checks-looked")
    for page in (street, desk):
        page.context.close()
    assert not wrong, "\n".join(wrong)
