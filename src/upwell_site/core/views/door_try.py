"""The example's doors and its letter box: on an example database, on this machine, and nowhere else."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from upwell_site.core.actions import begin
from upwell_site.core.actor import Request
from upwell_site.core.door import examples
from upwell_site.core.door.enter import let_in
from upwell_site.core.door.where import home_url
from upwell_site.core.guard import allow
from upwell_site.core.once import once


@allow(GET="site.look", POST="site.look")
@examples.only_here
def try_doors(request: Request) -> HttpResponse:
    """Show the doors of the example, and let somebody in by one."""
    if request.method == "POST":
        return _enter(request, request.POST.get("door", ""))
    return render(request, "core/door/try.html", {"doors": examples.doors()})


def _enter(request: Request, key: str) -> HttpResponse:
    opened = examples.behind(key)
    if opened is None:
        raise Http404
    let_in(request, opened.user, "example")
    return HttpResponseRedirect(home_url(opened.person.hub) if opened.person else reverse("front"))


@allow(GET="site.look")
@examples.only_here
def try_post(request: Request) -> HttpResponse:
    """Show the letters of the example, with their codes and links, so that they can be followed without mail."""
    letters = [
        {
            "row": row,
            "to": row.address or (row.to.name if row.to else ""),
            "code": row.values.get("code", ""),
            "path": row.values.get("path", ""),
        }
        for row in examples.letters()
    ]
    return render(request, "core/door/try_post.html", {"letters": letters})


@allow(GET="site.run", POST="site.run")
def remove_example(request: Request) -> HttpResponse:
    """Take the example away, in one step."""
    if request.method == "POST":

        def decide() -> str:
            begin.remove_example(by=request.user)  # type: ignore[arg-type]
            return reverse("front")

        answer = once(request, decide)
        messages.success(request, _("The example is gone. You can begin with your own place."))
        return answer
    return render(request, "core/door/remove_example.html", {"hubs": begin.example_hubs()})
