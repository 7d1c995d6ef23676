"""Long lists, fifty rows at a time: the one way to go on, and back to the beginning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from upwell_site.core.actor import Request

SIZE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, and the addresses of what comes next and of the beginning ("" where there is none)."""

    rows: list[Any]
    more: str
    start: str


def page_of(rows: QuerySet[Any], request: Request, by: str = "pk", size: int = SIZE) -> Page:
    """Return the rows after the one the address names, in the order of `by` ("-pk": newest first); nothing is counted.

    The address carries a row's number, never a name, and rows that come or go meanwhile shift nothing.
    """
    field = by.removeprefix("-")
    down, beyond = ("", "gt") if field == by else ("-", "lt")
    after = _after(request)
    mark = after or None
    if after and field != "pk":
        mark = rows.filter(pk=after).values_list(field, flat=True).first()
    if mark is not None:
        rest = Q(**{f"pk__{beyond}": after})
        rows = rows.filter(rest if field == "pk" else Q(**{f"{field}__{beyond}": mark}) | (Q(**{field: mark}) & rest))
    found = list(rows.order_by(by, f"{down}pk")[: size + 1])
    more = _address(request, found[size - 1].pk) if len(found) > size else ""
    return Page(found[:size], more, "" if mark is None else _address(request))


def part_of(rows: Sequence[Any], request: Request, size: int = SIZE) -> Page:
    """Return part of a list that is no table, but kept as a whole: the address says how many rows came before."""
    after = _after(request)
    after = after if after < len(rows) else 0
    more = _address(request, after + size) if after + size < len(rows) else ""
    return Page(list(rows[after : after + size]), more, _address(request) if after else "")


def _after(request: Request) -> int:
    """Return the number that the page starts after; 0 for the first page and for anything that is no number."""
    text = request.GET.get("after", "")
    return int(text) if text.isdecimal() and len(text) <= 18 else 0


def _address(request: Request, after: int = 0) -> str:
    """Return the address asked for, after another row or from the beginning."""
    query = request.GET.copy()
    query.pop("after", None)
    if after:
        query["after"] = str(after)
    return f"{request.path}?{query.urlencode()}" if query else request.path
