"""What the pages of this room share: crumbs, names that may be seen, and a form that decides something."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.urls import reverse

from upwell_site.core.actor import Request
from upwell_site.core.models import Person, Programme
from upwell_site.core.once import once, once_or_say
from upwell_site.core.refused import Refused


def crumbs(request: Request, *steps: tuple[Any, str] | tuple[Any, str, Any]) -> list[dict[str, Any]]:
    """Return the way here: the name, the route and, for a page about one thing, its number."""
    found = []
    for step in steps:
        more = [row.pk if isinstance(row, Model) else row for row in step[2:]]
        found.append({"name": step[0], "url": reverse(step[1], args=[request.hub.slug, *more])})
    return found


def to(request: Request, route: str, *rows: Model | int) -> str:
    """Return the address of a page of this hub."""
    return reverse(route, args=[request.hub.slug, *(r.pk if isinstance(r, Model) else r for r in rows)])


def seen_programmes(request: Request, rows: Iterable[Any]) -> set[int]:
    """Return which of the programmes that `rows` point at may be named; one query."""
    found = Programme.objects.filter(hub=request.hub, pk__in={r.programme_id for r in rows if r.programme_id})
    return set(found.visible_to(request.actor).values_list("pk", flat=True))


def seen_people(request: Request, numbers: Iterable[int | None], cell: str = "read") -> set[int]:
    """Return which of these people may be named; one query."""
    found = Person.objects.filter(hub=request.hub, pk__in={number for number in numbers if number is not None})
    return set(found.visible_to(request.actor, cell).values_list("pk", flat=True))


def tell(request: Request, said: Any) -> None:
    """Say on the next page what was done."""
    messages.success(request, str(said))


def decide(
    request: Request, form: forms.BaseForm, act: Callable[[], str], said: Any = "", field: str | None = None
) -> HttpResponse | None:
    """Do what a sound form asks, once. Returns None when something is to be put right; the form then says what."""
    if not form.is_valid():
        return None

    def run() -> str:
        where = act()
        if said:
            tell(request, said)
        return where

    try:
        return once(request, run)
    except Refused as no:
        form.add_error(field, str(no))
        return None


def decide_or_say(request: Request, act: Callable[[], str], otherwise: str, said: Any = "") -> HttpResponse:
    """Do what a button asks, once; when it is refused, say why on the page `otherwise`."""
    return once_or_say(request, act, otherwise, said)
