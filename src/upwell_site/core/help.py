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
    "hub": "taking-part",
    "hub_edit": "hub-settings",
    "members": "networks",
    "enter": "networks",
    "safe": "safety",
    "hub_safe": "safety",
    "person": "people",
    "person_edit": "people",
    "site_safe": "safety",
    "rounds": "connect",
    "round_add": "connect",
    "round": "rounds",
    "pair": "rounds",
    "batch": "bringing-in",
    "bring_in": "bringing-in",
    "discussions": "listen",
    "discussion_add": "listen",
    "discussion_edit": "listen",
    "discussion_new": "listen",
    "discussion_state": "listen",
    "statement": "listen",
    "statements": "listen",
    "discussion": "opinion-groups",
    "discussion_mine": "taking-part",
    "discussion_say": "taking-part",
    "discussion_vote": "taking-part",
    "talk": "talks",
    "note": "talks",
    "you": "your-data",
    "code": "your-data",
    "notice": "your-data",
    "network": "networks",
    "programme": "programmes",
    "training": "training",
    "trainings": "training",
    "session": "training",
    "standing": "roles",
    "role": "roles",
    "organisation": "organisations",
    "thread": "messages",
    "threads": "messages",
    "message": "messages",
    "letter": "outbox",
    "letters": "outbox",
    "operate": "outbox",
    "job": "home",
    "unsubscribe": "notices",
    "place": "search",
    "link": "invitations",
    "links": "invitations",
    "invitation": "invitations",
    "start": "first-run",
    "started": "first-run",
    "try": "the-example",
    "remove_example": "the-example",
    "account": "sign-in",
    "mfa": "sign-in",
    "me": "sign-in",
    "second_step": "sign-in",
    "sign_out_elsewhere": "sign-in",
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
    return Guide(path.stem.lower(), title, _links(text[first.end() :].strip() if first else text))


def _links(text: str) -> str:
    """Return the text with links that lead somewhere on the site: to other guides; of other files the name stays."""
    text = re.sub(r"\]\(([\w-]+)\.md\)", r"](/help/\1/)", text)
    return re.sub(r"\[([^\]]+)\]\(\.\.[^)]*\)", r"\1", text)


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
