"""Every form of the site as it stands on its pages: found by looking, so that a new one is tried without a new line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django.urls import resolve

from tests import world as w
from tests.house.routes import SAMPLES, SITE_ARGUMENTS, Route, address, routes

TYPED = {"text", "email", "search", "tel", "url", "textarea", "date", "datetime-local", "number", "password"}
EVERYWHERE = {"set_language", "account_logout"}  # forms that stand on every page, and end the visit


@dataclass(slots=True)
class Field:
    """One question: what it is, what it would be sent with, what may be chosen."""

    name: str
    kind: str
    sent: list[str] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Form:
    """One form of a page: who saw it, where it goes, its questions."""

    who: str
    page: str
    to: str
    method: str = "get"
    fields: dict[str, Field] = field(default_factory=dict)

    def data(self, **other: str) -> dict[str, Any]:
        """Return what a browser would send; text that is asked for is given."""
        sent: dict[str, Any] = {}
        for name, one in self.fields.items():
            if one.kind in {"text", "textarea", "search"} and not any(one.sent):
                sent[name] = ["Plain words"]
            elif one.sent:
                sent[name] = one.sent
            elif one.kind in {"radio", "select"} and one.offered:
                sent[name] = one.offered[-1:]
        return sent | other


class _Reader(HTMLParser):
    def __init__(self, who: str, page: str) -> None:
        super().__init__()
        self.who, self.page = who, page
        self.found: list[Form] = []
        self.form: Form | None = None
        self.select: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            to = at.get("action") or self.page
            self.form = Form(self.who, self.page, to, at.get("method", "get").lower())
            self.found.append(self.form)
        elif self.form is not None and tag in {"input", "textarea", "select", "button"} and at.get("name"):
            self._question(tag, at)
        elif tag == "option" and self.select is not None:
            self.select.offered.append(at.get("value", ""))
            if "selected" in at:
                self.select.sent = [at.get("value", "")]

    def _question(self, tag: str, at: dict[str, str]) -> None:
        assert self.form is not None
        kind = at.get("type", "text") if tag == "input" else tag
        one = self.form.fields.setdefault(at["name"], Field(at["name"], kind))
        value = at.get("value", "on" if kind == "checkbox" else "")
        if tag == "select":
            self.select = one
        elif kind in {"checkbox", "radio", "button"}:
            one.offered.append(value)
            if "checked" in at or (kind == "button" and not one.sent):
                one.sent.append(value)
        else:
            one.sent = [value]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None


def pages(world: w.World, who: str) -> Iterator[tuple[Route, str]]:
    """Yield every address that somebody could look at, for one row of each kind."""
    rows = world.sides["here"].rows
    site = {name: next(iter(rows[name].values())).pk for name in SITE_ARGUMENTS}
    for route in routes():
        if route.name == "account_logout" or ("GET" not in route.cells and "OUTSIDE" not in route.cells):
            continue
        resource = next(iter(route.cells.values())).partition(".")[0]
        some = rows[resource].values() if resource in rows and resource != "hub" else [None]
        for row in some:
            yield (
                route,
                address(
                    route,
                    {**SAMPLES, **site, "hub": "here", "pk": 1, resource: getattr(row, "pk", 1) if row else "here"},
                ),
            )


def forms(world: w.World, *people: str) -> list[Form]:
    """Return every form that these people see, each of its kind once."""
    found: dict[tuple[str, ...], Form] = {}
    for who in people:
        client = world.client(who)
        client.raise_request_exception = False
        for _route, url in pages(world, who):
            answer = client.get(url)
            if answer.status_code != 200 or "html" not in answer.headers.get("Content-Type", ""):
                continue
            reader = _Reader(who, url)
            reader.feed(answer.content.decode())
            for form in reader.found:
                to = resolve(urlsplit(form.to).path).url_name or ""
                if to not in EVERYWHERE:
                    found.setdefault((to, form.method, *sorted(form.fields)), form)
    return list(found.values())
