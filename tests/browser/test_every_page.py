"""Every page behind every door: no accessibility fault in light or dark, nothing sideways at 320 px, no complaint."""

from __future__ import annotations

import re
from collections import deque
from functools import partial

from playwright.sync_api import ConsoleMessage, Error, Page

from tests.browser.place import Open, colours, faults, sideways

DOORS = [
    "Programme lead",
    "Organiser",
    "Mentor",
    "Participant",
    "Young person",
    "Safeguarding lead",
    "Hub admin",
    "Partner contact",
    "Convenor",
    "Operator",
]
MOST_PAGES = 70  # of each door; pages of one kind count once
LEAVES = re.compile(
    r"/account/logout|/try/|\.(csv|xlsx|zip|svg|pdf|ics)|/export|/download/|/records/file/|/template/|/problems/"
)
SIGNATURE = """() => [...new Set([...document.querySelectorAll('body, body *')].map(e =>
    `${e.parentElement.tagName}.${e.parentElement.className}>${e.tagName}.${e.getAttribute('class')}`))]"""


def kind(url: str) -> str:
    """Return the address with its numbers taken out: pages of one kind."""
    path = re.sub(r"https?://[^/]+", "", url).partition("?")[0].partition("#")[0]
    return re.sub(r"/h/[\w-]+/", "/h/_/", re.sub(r"/\d+(?=/)", "/0", path))


def look(page: Page, known: dict[str, set[str]]) -> list[str]:
    """Return what is wrong with a page whose make-up has not been seen before."""
    parts = set(page.evaluate(SIGNATURE))
    seen = known.setdefault(kind(page.url), set())
    if parts <= seen:
        return []
    seen |= parts
    wrong = [f"light {page.url} {fault}" for fault in faults(page)]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # no colour on its way to another
    wrong += [f"dark {page.url} {fault}" for fault in colours(page)]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 320, "height": 700})
    if over := sideways(page):
        wrong.append(f"320 px {page.url} scrolls {over} px sideways")
    page.set_viewport_size({"width": 1280, "height": 900})
    return wrong


def walk(page: Page, start: str, known: dict[str, set[str]]) -> tuple[set[str], list[str]]:
    """Go to one page of each kind that links lead to; return the kinds, and what is wrong."""
    home = "/".join(start.split("/")[:3]) + "/"
    been: set[str] = set()
    wrong: list[str] = []
    waiting = deque([start])
    leaves = re.compile(f"{LEAVES.pattern}|/help/.") if known else LEAVES  # guides are the same for everybody
    while waiting and len(been) < MOST_PAGES:
        url = waiting.popleft()
        if kind(url) in been:
            continue
        been.add(kind(url))
        answer = page.goto(url)
        if answer is None or answer.status >= 400:
            wrong.append(f"{url}: {answer.status if answer else 'no answer'}")
            continue
        wrong += look(page, known)
        links = page.eval_on_selector_all("a[href]", "links => links.map(a => a.href)")
        waiting += [link for link in links if link.startswith(home) and not leaves.search(link)]
    return been, wrong


def _complains(page: Page, said: list[str], message: ConsoleMessage) -> None:
    if message.type == "error":
        said.append(f"{page.url}: {message.text}")


def _breaks(page: Page, said: list[str], error: Error) -> None:
    said.append(f"{page.url}: {error}")


def test_every_page_behind_every_door(open_as: Open, place):
    """WCAG 2.2 AA with axe, both colour schemes; 320 px; and what the browser's console complains of.

    One walk through all the doors: what was looked at behind one is not looked at again behind the next.
    """
    known: dict[str, set[str]] = {}  # for each kind of page, every element in its parent that was looked at
    found: list[str] = []
    for door in ("", *DOORS):
        page = open_as(door)
        said: list[str] = []
        page.on("console", partial(_complains, page, said))
        page.on("pageerror", partial(_breaks, page, said))
        pages, wrong = walk(page, page.url if door else place.url + "/", known)
        print(f"{door or 'outside'}: {len(pages)} kinds of pages")
        found += [f"{door or 'outside'}: {fault}" for fault in wrong + said]
        assert len(pages) > 3, door
        page.context.close()
    assert not found, "\n".join(found)
