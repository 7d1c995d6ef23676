"""Every page behind a door: no accessibility fault, light or dark; nothing sideways at 320 px; no script refused."""

from __future__ import annotations

import re
from collections import deque

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open, faults, sideways

DOORS = [
    "Programme lead",
    "Organiser",
    "Mentor",
    "Participant",
    "Young person",
    "Safeguarding lead",
    "Hub admin",
    "Operator",
]
MOST_PAGES = 70  # of each door; pages of one kind count once
LEAVES = re.compile(r"/account/logout|\.(csv|xlsx|zip|svg|pdf|ics)|/export|/template/|#")


def kind(url: str) -> str:
    """Return the address with its numbers taken out: pages of one kind."""
    path = re.sub(r"https?://[^/]+", "", url).partition("?")[0]
    return re.sub(r"/h/[\w-]+/", "/h/_/", re.sub(r"/\d+(?=/)", "/0", path))


def walk(page: Page, start: str) -> dict[str, str]:
    """Return one address of each kind of page that can be reached by links."""
    seen: dict[str, str] = {}
    waiting = deque([start])
    while waiting and len(seen) < MOST_PAGES:
        url = waiting.popleft()
        if kind(url) in seen or LEAVES.search(url):
            continue
        answer = page.goto(url)
        assert answer is not None
        assert answer.status < 400, f"{url}: {answer.status}"
        seen[kind(url)] = url
        for link in page.eval_on_selector_all("a[href]", "links => links.map(a => a.href)"):
            if link.startswith(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2]) and kind(link) not in seen:
                waiting.append(link)
    return seen


@pytest.mark.parametrize("door", ["", *DOORS])
def test_every_page_behind_a_door(open_as: Open, door: str):
    """WCAG 2.2 AA with axe, both colour schemes; 320 px; and what the browser's console complains of."""
    page = open_as(door)
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(f"{page.url}: {m.text}") if m.type == "error" else None)
    start = page.url if door else "/"
    pages = walk(page, start)
    wrong: list[str] = []
    for url in pages.values():
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
        page.goto(url)
        wrong += [f"light {url} {fault}" for fault in faults(page)]
        page.emulate_media(color_scheme="dark")
        wrong += [f"dark {url} {fault}" for fault in faults(page)]
        page.set_viewport_size({"width": 320, "height": 700})
        if over := sideways(page):
            wrong.append(f"320 px {url} scrolls {over} px sideways")
    assert not wrong, f"{len(pages)} pages:\n" + "\n".join(wrong)
    assert not complaints, "\n".join(complaints)
    assert len(pages) > 3
