"""Every page has a guide that says what it is for, in plain words."""

from __future__ import annotations

import pytest

from tests.house import routes
from upwell_site.core import guard, help

THE_GUIDES = {"help", "guide"}
DRAWN = {"gallery"}  # the parts a page is made of, for whoever builds pages


def pages() -> list[str]:
    """Return the names of our own pages; what comes with libraries has the guide of signing in."""
    own = {route.name for route in routes.routes() if "GET" in route.cells and route.name not in guard.OUTSIDE}
    return sorted(own - THE_GUIDES - DRAWN)


@pytest.mark.django_db
def test_every_page_has_a_guide():
    assert len(pages()) > 60
    assert [name for name in pages() if not help.guide_for(name)] == []


def test_every_guide_that_is_named_is_there():
    assert {name: guide for name, guide in help.GUIDES.items() if guide not in help.guides()} == {}


def test_every_screen_that_is_named_is_there():
    """A guide for a screen that is gone, or never came, helps nobody."""
    names = {route.name for route in routes.routes()}
    stems = {name.rsplit("_", n)[0] for name in names for n in range(4)}
    assert sorted(set(help.GUIDES) - names - stems) == []


@pytest.mark.parametrize("guide", sorted(help.guides()))
def test_a_guide_is_short_and_plain(guide: str):
    """No guide is longer than a page or two, and its sentences are short."""
    words = help.guides()[guide].text.split()
    assert 20 < len(words) < 900
    sentences = [part for part in " ".join(words).replace("?", ".").replace(":", ".").split(".") if part.strip()]
    assert len(words) / len(sentences) < 18, guide
