"""Programmes: the list, a new one, one with its people, changing it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import policy
from upwell_site.core.actions import programmes as actions
from upwell_site.core.actions.people import not_ended
from upwell_site.core.actor import Request
from upwell_site.core.forms.people_places import ProgrammeForm
from upwell_site.core.guard import allow
from upwell_site.core.models import Membership, Person, Programme, Training
from upwell_site.core.paging import page_of
from upwell_site.core.views.people.pages import crumbs, decide, to

FIELDS = ("name", "kind", "about", "starts", "ends", "public")


@allow(GET="hub.list_programmes")
def programmes(request: Request) -> HttpResponse:
    """Programmes one may see: visitors the public ones."""
    rows = Programme.objects.filter(hub=request.hub).visible_to(request.actor)
    context = {
        "page": page_of(rows, request, "name"),
        "today": timezone.localdate(),
        "can_add": policy.may(request.actor, "hub.add_programme"),
    }
    return render(request, "core/people/programmes.html", context)


@allow(GET="hub.add_programme", POST="hub.add_programme")
def programme_add(request: Request) -> HttpResponse:
    """A new programme."""
    form = ProgrammeForm(request.POST or None)

    def act() -> str:
        assert request.person is not None  # the cell belongs to people of the hub
        row = actions.add(by=request.person, hub=request.hub, **form.cleaned_data)
        seen = policy.can(request.actor, "read", row)
        return to(request, "programme", row) if seen else to(request, "programmes")

    if request.method == "POST" and (answer := decide(request, form, act, _("Saved."), "name")):
        return answer
    context = {"form": form, "crumbs": crumbs(request, (_("Programmes"), "programmes"))}
    return render(request, "core/people/programme_edit.html", context)


@allow(GET="programme.read")
def programme(request: Request, programme: Programme) -> HttpResponse:
    """One programme: what it is, its trainings, and its people by role for those who may see them."""
    shown = Programme.objects.filter(hub=request.hub, pk=programme.pk).with_can(
        request.actor, "edit", "members", "standing"
    )
    row = shown.get()
    trainings = Training.objects.filter(hub=request.hub, programme=programme).visible_to(request.actor)
    context = {
        "one": row,
        "over": row.ends is not None and row.ends < timezone.localdate(),
        "trainings": trainings.order_by("name")[:20],
        "page": page_of(_members(request, programme), request, "role") if row.can_members else None,
        "crumbs": crumbs(request, (_("Programmes"), "programmes")),
    }
    return render(request, "core/people/programme.html", context)


def _members(request: Request, programme: Programme) -> QuerySet[Membership]:
    """The roles in a programme, of people whose names may be seen."""
    named = Person.objects.filter(hub=request.hub).visible_to(request.actor)
    rows: QuerySet[Membership] = (
        Membership.objects.filter(not_ended(), hub=request.hub, programme=programme, person__in=named)
        .visible_to(request.actor)
        .select_related("person")
    )
    return rows


@allow(GET="programme.edit", POST="programme.edit")
def programme_edit(request: Request, programme: Programme) -> HttpResponse:
    """Change a programme."""
    form = ProgrammeForm(request.POST or None, initial={name: getattr(programme, name) for name in FIELDS})

    def act() -> str:
        assert request.person is not None  # as above
        actions.edit(by=request.person, programme=programme, **form.cleaned_data)
        seen = policy.can(request.actor, "read", programme)
        return to(request, "programme", programme) if seen else to(request, "programmes")

    if request.method == "POST" and (answer := decide(request, form, act, _("Saved."), "name")):
        return answer
    steps = crumbs(request, (_("Programmes"), "programmes"), (programme.name, "programme", programme))
    return render(request, "core/people/programme_edit.html", {"form": form, "one": programme, "crumbs": steps})
