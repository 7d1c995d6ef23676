"""Everything the hub keeps about oneself: to read, and to take along as a file."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import pack_files, policy
from upwell_site.core.actor import Request
from upwell_site.core.guard import allow
from upwell_site.core.models import Link
from upwell_site.core.pack import Pack, pack_of, pack_of_link
from upwell_site.core.views.people.pages import crumbs, to

SHOWN = 50  # rows of a kind on the page; the file has all of them


def _pack(request: Request, most: int | None = None) -> Pack | None:
    """Return the pack of whoever asks: one of the hub's people, or the holder of a personal link."""
    person = request.person
    if person is not None and policy.can(request.actor, "pack", person):
        return pack_of(request.actor, person, most=most)
    if not request.actor.has("link"):
        return None
    number = int(request.session.get(f"link-{request.hub.pk}") or 0)
    link = Link.objects.filter(hub=request.hub, pk=number).select_related("hub", "person__user").first()
    return pack_of_link(request.actor, link, most=most) if link is not None else None


@allow(GET="hub.home")
def you_pack(request: Request) -> HttpResponse:
    """Everything, in plain words: what, why we may, how long, and where it comes from."""
    pack = _pack(request, SHOWN)
    if pack is None:
        return render(request, "core/people/you_not_here.html", {"by_link": False})
    context = {"pack": pack, "crumbs": crumbs(request, (_("You"), "you"))}
    return render(request, "core/people/pack.html", context)


@allow(GET="hub.home")
def you_pack_file(request: Request) -> HttpResponse:
    """The same as a file: one part for people, one for machines."""
    pack = _pack(request)
    if pack is None:
        return HttpResponseRedirect(to(request, "you"))
    name = f"about-you-{request.hub.slug}-{timezone.localdate().isoformat()}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(pack_files.zipped(pack), content_type="application/zip", headers=headers)
