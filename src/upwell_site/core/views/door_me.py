"""The first page of the site, and what belongs to a sign-in rather than to a hub."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from upwell_site.core.actions.begin import is_empty
from upwell_site.core.actor import Request
from upwell_site.core.door.mine import persons_of
from upwell_site.core.door.where import home_url
from upwell_site.core.guard import allow
from upwell_site.core.models import Hub
from upwell_site.core.paging import page_of


def my_hubs(request: Request) -> list[dict[str, object]]:
    """Return the hubs somebody belongs to, each with who they are there and where it begins."""
    rows = persons_of(request.user)
    return [{"hub": row.hub, "name": row.name, "url": home_url(row.hub)} for row in rows]


@allow(GET="site.look")
def front(request: Request) -> HttpResponse:
    """Lead somebody who is signed in to their hub; show everybody else which hubs there are."""
    if request.user.is_authenticated:
        mine = my_hubs(request)
        if len(mine) == 1:
            return HttpResponseRedirect(str(mine[0]["url"]))
        return render(request, "core/door/my_hubs.html", {"mine": mine})
    if is_empty():
        return HttpResponseRedirect(reverse("start"))
    page = page_of(Hub.objects.select_related("place"), request, "name")
    return render(request, "core/door/front.html", {"page": page})


@allow(GET="site.own")
def me(request: Request) -> HttpResponse:
    """Show somebody their account: the address, the hubs, the ways to sign in."""
    return render(request, "core/door/me.html", {"mine": my_hubs(request)})


@allow(GET="site.own")
def me_hubs(request: Request) -> HttpResponse:
    """List the hubs somebody belongs to, to change between them."""
    return render(request, "core/door/my_hubs.html", {"mine": my_hubs(request)})
