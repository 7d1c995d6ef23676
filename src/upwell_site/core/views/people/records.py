"""What the hub keeps about people, why, how long and who may read it: the record of processing."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from upwell_site.core import records as made
from upwell_site.core.actor import Request
from upwell_site.core.guard import allow
from upwell_site.core.views.people.pages import crumbs


@allow(GET="hub.records")
def records(request: Request) -> HttpResponse:
    """The record, and where an impact assessment begins."""
    context = {
        "record": made.record(request.hub),
        "questions": made.QUESTIONS,
        "weighed": made.WEIGHED,
        "crumbs": crumbs(request, (_("Requests about data"), "data_requests")),
    }
    return render(request, "core/people/records.html", context)


@allow(GET="hub.records")
def records_file(request: Request) -> HttpResponse:
    """The same as text, to fill in and keep."""
    text = made.markdown(made.record(request.hub))
    headers = {"Content-Disposition": f'attachment; filename="record-{request.hub.slug}.md"'}
    return HttpResponse(text, content_type="text/markdown; charset=utf-8", headers=headers)
