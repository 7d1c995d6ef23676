"""The gallery as a screen reader and a keyboard meet it, the error pages, and the tags behind them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django import forms
from django.template import Context
from django.template.loader import render_to_string

from tests.site.look.test_stylesheet import CSS
from upwell_site.core import gallery
from upwell_site.core.templatetags import upwell as tags

TEMPLATES = Path(__file__).resolve().parents[3] / "src" / "upwell_site" / "core" / "templates"


class Page(HTMLParser):
    """All tags of a page as (name, attributes)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag == name]

    def ids(self) -> list[str]:
        return [attrs["id"] or "" for _tag, attrs in self.tags if "id" in attrs]


@pytest.fixture(scope="module")
def html() -> str:
    return render_to_string("core/gallery.html", gallery.context())


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_ids_are_used_once(page: Page) -> None:
    assert len(page.ids()) == len(set(page.ids()))


def test_every_control_has_a_label(page: Page) -> None:
    labelled = {label["for"] for label in page.all("label")}
    controls = [c for name in ("input", "select", "textarea") for c in page.all(name) if c.get("type") != "hidden"]
    assert len(controls) > 10
    assert {c["id"] for c in controls} <= labelled


def test_hints_and_errors_are_tied_to_what_they_are_about(page: Page) -> None:
    ids = set(page.ids())
    for _tag, attrs in page.tags:
        for name in ("aria-describedby", "aria-labelledby"):
            assert set((attrs.get(name) or "").split()) <= ids
    due = next(c for c in page.all("input") if c.get("name") == "due")
    assert due["aria-describedby"] == "id_due_helptext id_due_error"
    assert due["aria-invalid"] == "true"


def test_the_summary_counts_in_words_and_leads_to_the_fields(html: str, page: Page) -> None:
    assert "Two things to put right" in html
    links = [a["href"] for a in page.all("a") if a["href"] in {"#id_due", "#id_place_0"}]
    assert links == ["#id_due", "#id_place_0"]
    assert {"id_due", "id_place_0"} <= set(page.ids())


def test_label_hint_error_and_control_come_in_that_order(html: str) -> None:
    spots = [html.index(mark) for mark in ('for="id_due"', 'id="id_due_helptext"', 'id="id_due_error"', 'id="id_due"')]
    assert spots == sorted(spots)


def test_tables_scroll_in_a_named_region_that_takes_focus(page: Page) -> None:
    regions = [a for a in page.all("div") if a.get("class") == "table"]
    assert regions and all(a["role"] == "region" and a["tabindex"] == "0" and a["aria-label"] for a in regions)


def test_one_heading_and_one_main_and_a_way_past_the_menu(page: Page) -> None:
    assert len(page.all("h1")) == len(page.all("main")) == 1
    assert page.all("a")[0]["href"] == "#main"


def test_every_svg_is_named_or_hidden(page: Page) -> None:
    nested = {"x", "overflow"}  # marks inside a chart that has a name of its own
    for svg in page.all("svg"):
        assert (
            nested <= set(svg) or svg.get("aria-hidden") == "true" or (svg.get("role") == "img" and svg["aria-label"])
        )


def test_nothing_in_the_page_breaks_the_security_policy(page: Page) -> None:
    for tag, attrs in page.tags:
        assert tag != "style" and (tag != "script" or attrs.get("src"))
        assert not [name for name in attrs if name == "style" or name.startswith("on")]


def test_every_class_on_the_page_is_known_to_the_stylesheet(page: Page) -> None:
    """A class that nothing styles is a slip of the pen, but for hooks and plain forms, which are named here."""
    known = set(re.findall(r"\.([a-z][\w-]*)", CSS))
    used = {name for _tag, attrs in page.tags for name in (attrs.get("class") or "").split()}
    assert used - known == {"btn-second", "card-white", "notice-water", "next", "g-t"} - known


def test_components_escape_what_a_person_wrote() -> None:
    """Cotton's own attrs do not escape: ours must, or a name could carry a script."""
    assert '"' not in tags.attributes({"title": '"><script>'}).replace('title="', "").rstrip('"')
    assert tags.attributes({"hidden": True, "off": False}) == " hidden"


def test_initials_and_tint_are_stable() -> None:
    assert [tags.two_letters(n) for n in ("Shanice N.", "Ŵyn ap Dewi", "Bo", "", "42")] == ["SN", "ŴD", "B", "?", "?"]
    assert tags.verb_tint("Semira T.") == tags.verb_tint("Semira T.")
    assert len({tags.verb_tint(f"Person {n}") for n in range(100)}) == 7


def test_the_head_swells_at_one_place_a_page_and_inside_it() -> None:
    assert tags.swell(Context({}), "a") == tags.swell(Context({}), "a") != tags.swell(Context({}), "b")
    assert all(14 <= tags.crest(str(n)) <= 80 for n in range(500))


def test_marks_are_drawn_without_colours_and_unknown_ones_refused() -> None:
    for verb in tags.VERBS:
        assert "currentColor" in tags.mark(verb) and "#" not in tags.mark(verb)
    assert "#" not in tags.picture("people-rising") + tags.people_rising() + tags.sign("kept")
    with pytest.raises(ValueError, match="no mark"):
        tags.sign("../../settings")


def test_counting_in_words() -> None:
    assert [tags.errors_heading(n) for n in (1, 2, 11)] == [
        "One thing to put right", "Two things to put right", "11 things to put right",
    ]  # fmt: skip


def test_a_form_without_faults_shows_no_summary_and_says_no_error() -> None:
    class Plain(forms.Form):
        name = forms.CharField()

    html = render_to_string("base.html", {"form": Plain({"name": "Ada"})})
    assert "<title>Error:" not in html
    assert "<title>Error:" in render_to_string("base.html", {"form": Plain({})})


def test_what_never_was_and_what_may_not_be_seen_look_the_same() -> None:
    """A 404 says nothing of the address, and holds no token that differs from one answer to the next."""
    first, second = (render_to_string("404.html", {"request_path": path, "exception": path}) for path in ("/a", "/b"))
    assert first == second
    source = (TEMPLATES / "404.html").read_text("utf-8")
    assert "request" not in source and "csrf" not in source


@pytest.mark.parametrize("name", ["500.html", "400.html"])
def test_pages_for_our_own_faults_need_nothing_to_be_shown(name: str) -> None:
    source = (TEMPLATES / name).read_text("utf-8")
    assert "{%" not in source and "{{" not in source


def test_the_demo_says_so_and_the_safety_link_comes_first_in_the_footer() -> None:
    html = render_to_string(
        "base.html", {"demo": True, "demo_doors_url": "/try/", "care_url": "/care", "help_url": "/h"}
    )
    assert html.count("The people and organisations are invented.") == 2
    foot = html[html.index("<footer") :]
    assert foot.index("/care") < foot.index("/h")
