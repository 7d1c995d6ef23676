"""The parts we build with, on one page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from upwell_site.core import gallery
from upwell_site.core.actor import Request
from upwell_site.core.guard import allow


@allow(GET="site.look")
def parts(request: Request) -> HttpResponse:
    """Every part in each of its states, for whoever draws a new page."""
    return render(request, "core/gallery.html", gallery.context())
