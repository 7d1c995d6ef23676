"""How far a piece of slow work is, and the button that stops it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from upwell_site.core import policy
from upwell_site.core.actions import machinery as actions
from upwell_site.core.actor import Request
from upwell_site.core.guard import allow
from upwell_site.core.models import Job
from upwell_site.core.views.machinery_parts import decided


@allow(GET="job.read")
def job_page(request: Request, job: Job) -> HttpResponse:
    """Show how far a job is; asked by htmx, only its box. When it has ended, the page around the box is read anew."""
    going = job.state in {Job.State.WAITING, Job.State.RUNNING}
    context = {
        "job": job,
        "going": going,
        "share": round(job.done * 100),
        "may_stop": going and not job.stop and policy.can(request.actor, "stop", job),
    }
    part = "#job" if request.htmx else ""
    response = render(request, f"core/machinery/job.html{part}", context)
    if part and not going:
        response.headers["HX-Refresh"] = "true"
    return response


@allow(POST="job.stop")
def stop(request: Request, job: Job) -> HttpResponse:
    """Ask a job to stop."""
    where, by = reverse("job", args=[request.hub.slug, job.pk]), request.person
    return decided(request, where, lambda: actions.stop_job(by=by, job=job), _("It stops at its next step."))
