"""Organisations: the list, a new one, one, changing it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from upwell_site.core import policy
from upwell_site.core.actions import organisations as actions
from upwell_site.core.actor import Request
from upwell_site.core.forms.people import name_contains
from upwell_site.core.forms.people_places import OrganisationForm
from upwell_site.core.guard import allow
from upwell_site.core.models import Organisation, Person
from upwell_site.core.paging import page_of
from upwell_site.core.text import fold
from upwell_site.core.views.people.pages import crumbs, decide, to

FIELDS = ("name", "sector", "level", "org_id", "web", "about")


@allow(GET="hub.list_organisations")
def organisations(request: Request) -> HttpResponse:
    """Organisations by name, of every sector or one."""
    q, sector = request.GET.get("q", "")[:160].replace("\x00", ""), request.GET.get("sector", "")
    rows = Organisation.objects.filter(hub=request.hub).visible_to(request.actor)
    if q:
        rows = rows.filter(name_contains(fold(q)))
    if sector in Organisation.Sector.values:
        rows = rows.filter(sector=sector)
    context = {
        "page": page_of(rows.select_related("within"), request, "folded"),
        "q": q,
        "sector": sector,
        "sectors": Organisation.Sector.choices,
        "can_add": policy.may(request.actor, "hub.add_organisation"),
    }
    return render(request, "core/people/organisations.html", context)


@allow(GET="hub.add_organisation", POST="hub.add_organisation")
def organisation_add(request: Request) -> HttpResponse:
    """A new organisation."""
    form = OrganisationForm(request.POST or None, actor=request.actor)

    def act() -> str:
        assert request.person is not None  # the cell belongs to people of the hub
        return to(request, "organisation", actions.add(by=request.person, hub=request.hub, **form.cleaned_data))

    if request.method == "POST" and (answer := decide(request, form, act, _("Saved."), "name")):
        return answer
    context = {"form": form, "crumbs": crumbs(request, (_("Organisations"), "organisations"))}
    return render(request, "core/people/organisation_edit.html", context)


@allow(GET="organisation.read")
def organisation(request: Request, organisation: Organisation) -> HttpResponse:
    """One organisation, its parts, and the people there whom one may see."""
    people = Person.objects.filter(hub=request.hub, organisation=organisation, emptied_at__isnull=True)
    parts = Organisation.objects.filter(hub=request.hub, within=organisation).visible_to(request.actor)
    context = {
        "one": organisation,
        "within": organisation.within,
        "parts": parts.order_by("folded")[:50],
        "page": page_of(people.visible_to(request.actor), request, "folded"),
        "can_edit": policy.can(request.actor, "edit", organisation),
        "crumbs": crumbs(request, (_("Organisations"), "organisations")),
    }
    return render(request, "core/people/organisation.html", context)


@allow(GET="organisation.edit", POST="organisation.edit")
def organisation_edit(request: Request, organisation: Organisation) -> HttpResponse:
    """Change an organisation."""
    initial = {name: getattr(organisation, name) for name in FIELDS}
    initial["within"] = organisation.within.name if organisation.within else ""
    form = OrganisationForm(request.POST or None, actor=request.actor, initial=initial)

    def act() -> str:
        assert request.person is not None  # as above
        actions.edit(by=request.person, organisation=organisation, **form.cleaned_data)
        return to(request, "organisation", organisation)

    if request.method == "POST" and (answer := decide(request, form, act, _("Saved."), "name")):
        return answer
    steps = crumbs(request, (_("Organisations"), "organisations"), (organisation.name, "organisation", organisation))
    return render(request, "core/people/organisation_edit.html", {"form": form, "one": organisation, "crumbs": steps})
