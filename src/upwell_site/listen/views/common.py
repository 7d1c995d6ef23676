"""What several pages of listen need: paging, and the personal link somebody came by."""

from __future__ import annotations

from typing import Any

from upwell_site.core.actor import Request
from upwell_site.core.models import Link

PAGE = 50


def after(request: Request) -> int:
    """Return the number that the page starts after; 0 for the first page and for anything that is no number."""
    text = request.GET.get("after", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0


def more_after(rows: Any) -> tuple[list[Any], int | None]:
    """Return one page of rows, and the key to go on after if there are more."""
    found = list(rows[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def link_of(request: Request) -> Link | None:
    """Return the personal link that this browser came by, as the guard accepted it."""
    if not request.actor.has("link"):
        return None
    number = request.session.get(f"link-{request.hub.pk}", 0)
    return Link.objects.filter(hub=request.hub, pk=number).first()


def posted(request: Request) -> Any:
    """Return what a form was sent with, also when that is nothing; None when the page is only looked at."""
    return request.POST if request.method == "POST" else None
