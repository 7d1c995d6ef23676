"""Search: people, organisations, places and pieces of text, within what one may see."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from upwell_site.core import panels
from upwell_site.core.actor import Request
from upwell_site.core.guard import allow
from upwell_site.core.text import clean

SHORTEST, LONGEST = 2, 80


@allow(GET="hub.search")
def search(request: Request) -> HttpResponse:
    """Look for words. Only rows the actor may see are ever asked for, and nothing is counted."""
    asked = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:LONGEST]
    try:
        asked = clean(asked, LONGEST)
    except ValueError:
        asked = ""
    long_enough = len(asked) >= SHORTEST
    found = panels.find(asked, request.hub, request.actor) if long_enough else []
    return render(
        request, "core/hubs/search.html", {"asked": asked, "found": found, "too_short": bool(asked) and not long_enough}
    )
