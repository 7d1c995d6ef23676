"""What goes soon because its time is over: for the hub's admins."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from upwell_site.core import retention as keeping
from upwell_site.core.actor import Request
from upwell_site.core.guard import allow


@allow(GET="hub.retention")
def retention(request: Request) -> HttpResponse:
    """Show what goes within thirty days, and when the first of it does."""
    context = {"lines": keeping.preview(request.hub), "days": keeping.AHEAD}
    return render(request, "core/hubs/retention.html", context)
