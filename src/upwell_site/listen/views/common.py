"""What several pages of listen need: what was sent, and the personal link somebody came by."""

from __future__ import annotations

from typing import Any

from upwell_site.core.actor import Request
from upwell_site.core.models import Link


def link_of(request: Request) -> Link | None:
    """Return the personal link that this browser came by, as the guard accepted it."""
    if not request.actor.has("link"):
        return None
    number = request.session.get(f"link-{request.hub.pk}", 0)
    return Link.objects.filter(hub=request.hub, pk=number).first()


def posted(request: Request) -> Any:
    """Return what a form was sent with, also when that is nothing; None when the page is only looked at."""
    return request.POST if request.method == "POST" else None
