"""The guides: one help page for every screen, written in Markdown in docs/guides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve()
# In a checkout the guides lie in docs/guides; an installed package carries its own copy beside this file.
FOLDERS = (HERE.parents[3] / "docs" / "guides", HERE.parent / "guides")

# Which guide answers for a screen, by the name of its address, where it is not called the same.
GUIDES: dict[str, str] = {
    "account_signup": "sign-in",
    "batch": "bringing-in",
    "duplicates": "duplicates",
    "duplicate": "duplicates",
    "merge": "duplicates",
    "person_twice": "duplicates",
    "bring_in": "bringing-in",
    "check": "checks",
    "code": "roles",
    "concern": "concerns",
    "concern_add": "safety",
    "concern_receipt": "safety",
    "breach_add": "after-a-breach",
    "data_request": "data-requests",
    "data_requests": "data-requests",
    "discussion": "listen",
    "discussion_mine": "opinion-groups",
    "discussion_table": "opinion-groups",
    "discussions": "listen",
    "front": "taking-part",
    "health": "running-the-site",
    "hub": "taking-part",
    "hub_edit": "hub-settings",
    "hub_safe": "safety",
    "invitation": "invitations",
    "job": "slow-work",
    "letter": "outbox",
    "letters": "outbox",
    "link": "invitations",
    "links": "invitations",
    "me": "sign-in",
    "me_hubs": "home",
    "members": "networks",
    "mfa_index": "sign-in",
    "network": "networks",
    "notice": "your-data",
    "operate": "running-the-site",
    "operate_letter": "outbox",
    "operate_letters": "outbox",
    "organisation": "organisations",
    "pair": "rounds",
    "person": "people",
    "person_forget": "forgetting",
    "person_ask": "data-requests",
    "person_seen": "after-a-breach",
    "place": "search",
    "programme": "programmes",
    "programme_standing": "roles",
    "records": "data-requests",
    "records_file": "data-requests",
    "remove_example": "the-example",
    "retention": "how-long",
    "role": "roles",
    "round": "rounds",
    "round_add": "connect",
    "rounds": "connect",
    "safe": "safety",
    "say": "taking-part",
    "second_step": "sign-in",
    "session": "training",
    "standing_set": "roles",
    "start": "first-run",
    "started": "first-run",
    "statements": "listen",
    "talk": "talks",
    "thread": "messages",
    "threads": "messages",
    "trainings": "training",
    "try": "the-example",
    "unsubscribe": "notices",
    "you": "your-data",
    "you_forget": "forgetting",
    "you_requests": "data-requests",
}


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide: its name in the address, its title, its text."""

    slug: str
    title: str
    text: str


def folder() -> Path | None:
    """Return where the guides lie."""
    return next((path for path in FOLDERS if path.is_dir()), None)


@cache
def guides() -> dict[str, Guide]:
    """Return every guide by its name, in the order of their titles."""
    place = folder()
    found = [_read(path) for path in place.glob("*.md")] if place else []
    return {guide.slug: guide for guide in sorted(found, key=lambda g: g.title) if guide.slug != "readme"}


def _read(path: Path) -> Guide:
    text = path.read_text("utf-8")
    first = re.match(r"#\s+(.+)\n", text)
    title = first.group(1).strip() if first else path.stem.replace("-", " ").capitalize()
    return Guide(path.stem.lower(), title, on_site(text[first.end() :].strip() if first else text))


def on_site(text: str) -> str:
    """Turn links between files into links between pages; what is not a page here keeps its words alone."""

    def turn(found: re.Match[str]) -> str:
        words, target = found[1], found[2]
        if re.match(r"https?:|mailto:|tel:|/|#", target):
            return found[0]
        page = re.fullmatch(r"([\w-]+)\.md(#[\w-]+)?", target)
        return f"[{words}](/help/{page[1].lower()}/{page[2] or ''})" if page else words

    return re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", turn, text)


def guide_for(route: str) -> str:
    """Return the name of the guide for a screen, or "" for the list of guides.

    Tried in turn: the list above, a guide of the same name, and the names of the screens it belongs to
    ("person_edit" belongs to "person").
    """
    names = [GUIDES.get(route, ""), route.replace("_", "-")]
    stem = route
    while "_" in stem:
        stem = stem.rpartition("_")[0]
        names += [GUIDES.get(stem, ""), stem.replace("_", "-")]
    known = guides()
    return next((name for name in names if name in known), "")
