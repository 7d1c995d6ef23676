"""The guides, and who to turn to when somebody may not be safe."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from upwell_site.core import help as guides
from upwell_site.core.actor import Request
from upwell_site.core.guard import allow
from upwell_site.core.markdown import to_html


@allow(GET="site.look")
def help_list(request: Request) -> HttpResponse:
    """Every guide."""
    return render(request, "core/help/list.html", {"guides": list(guides.guides().values())})


@allow(GET="site.look")
def guide(request: Request, guide: str) -> HttpResponse:
    """One guide."""
    found = guides.guides().get(guide)
    if found is None:
        raise Http404
    return render(request, "core/help/guide.html", {"guide": found, "text": to_html(found.text)})


@allow(GET="site.look")
def safe(request: Request) -> HttpResponse:
    """Who to turn to now, where no hub is chosen."""
    return render(request, "core/help/safe.html", {"reach": "", "has_lead": False, "words": ""})
