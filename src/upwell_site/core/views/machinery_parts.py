"""What the machinery's pages share: one decision with its answer, and pages of fifty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpResponse, HttpResponseRedirect

from upwell_site.core.actor import Request
from upwell_site.core.once import once
from upwell_site.core.refused import Refused

R = TypeVar("R", bound=Model)
PAGE = 50


def decided(request: Request, where: str, decide: Callable[[], Any], said: str, *, back: str = "") -> HttpResponse:
    """Do something once and go to `where`, which says that it was done; to `back` (or there too) with why not."""

    def and_say() -> str:
        decide()
        messages.success(request, said)
        return where

    try:
        return once(request, and_say)
    except Refused as no:
        messages.error(request, str(no))
        return HttpResponseRedirect(back or where)


def page_of(request: Request, rows: QuerySet[R], key: str = "pk") -> tuple[list[R], str]:
    """Return fifty rows, newest first, and the query of the page after them ("" when there is none)."""
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(**{f"{key}__lt": int(before)})
    found = list(rows.order_by(f"-{key}")[: PAGE + 1])
    more = f"?before={found[PAGE - 1].pk}" if len(found) > PAGE else ""
    return found[:PAGE], more
