"""Roles: what waits for a yes, proposing one, giving it, ending it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from upwell_site.core import policy
from upwell_site.core.actions import people as actions
from upwell_site.core.actor import Request
from upwell_site.core.forms.people_roles import ProposeRole
from upwell_site.core.guard import allow
from upwell_site.core.models import Membership, Person
from upwell_site.core.paging import SIZE, page_of
from upwell_site.core.views.people.pages import (
    crumbs,
    decide,
    decide_or_say,
    seen_people,
    seen_programmes,
    to,
)


@allow(GET="hub.list_roles")
def roles(request: Request) -> HttpResponse:
    """Roles that wait for a yes, then those that are held."""
    rows = Membership.objects.filter(actions.not_ended(), hub=request.hub).visible_to(request.actor)
    rows = rows.with_can(request.actor, "grant").select_related("person", "programme")
    waiting = list(rows.filter(granted_at__isnull=True).order_by("pk")[:SIZE])
    page = page_of(rows.filter(granted_at__isnull=False), request, "role")
    shown = [*waiting, *page.rows]
    context = {
        "waiting": waiting,
        "page": page,
        "named": seen_people(request, [row.person_id for row in shown]),
        "programmes": seen_programmes(request, shown),
        "crumbs": crumbs(request, (_("People"), "people")),
    }
    return render(request, "core/people/roles.html", context)


@allow(GET="person.propose_role", POST="person.propose_role")
def role_add(request: Request, person: Person) -> HttpResponse:
    """Propose a role; whoever may also give it gives it with the same press."""
    form = ProposeRole(request.POST or None, actor=request.actor)

    def act() -> str:
        assert request.person is not None  # the cell belongs to people of the hub
        row = actions.propose_role(by=request.person, person=person, tell=False, **form.cleaned_data)
        if row.role not in actions.SAFETY_ROLES and policy.can(request.actor, "grant", row):
            actions.grant_role(by=request.person, membership=row)
        else:
            actions.tell_of_role(row, "role_proposed")
        return to(request, "person", person)

    if request.method == "POST" and (answer := decide(request, form, act, _("Written down."))):
        return answer
    context = {
        "form": form,
        "one": person,
        "gives": request.actor.has("admin"),
        "crumbs": crumbs(request, (_("People"), "people"), (person.name or _("No name"), "person", person)),
    }
    return render(request, "core/people/role_add.html", context)


@allow(GET="membership.read")
def role(request: Request, membership: Membership) -> HttpResponse:
    """One role: whose, since when, until when, who proposed and who gave it."""
    shown = Membership.objects.filter(hub=request.hub, pk=membership.pk).with_can(request.actor, "grant", "end")
    row = shown.select_related("person", "programme", "proposed_by", "granted_by").get()
    context: dict[str, Any] = {
        "row": row,
        "own": row.person_id == request.actor.person_id,
        "seen": seen_people(request, [row.person_id, row.proposed_by_id, row.granted_by_id]),
        "programmes": seen_programmes(request, [row]),
        "live": row.until is None or actions.live_roles(row.person).filter(pk=row.pk).exists(),
        "crumbs": _crumbs(request),
    }
    return render(request, "core/people/role.html", context)


def _crumbs(request: Request) -> list[dict[str, Any]]:
    if policy.may(request.actor, "hub.list_roles"):
        return crumbs(request, (_("People"), "people"), (_("Roles"), "roles"))
    return crumbs(request, (_("You"), "you"))


@allow(POST="membership.grant")
def role_grant(request: Request, membership: Membership) -> HttpResponse:
    """Say yes to a role."""

    def act() -> str:
        assert request.person is not None  # as above
        actions.grant_role(by=request.person, membership=membership)
        return to(request, "role", membership)

    return decide_or_say(request, act, to(request, "role", membership), _("The role counts from now on."))


@allow(GET="membership.end", POST="membership.end")
def role_end(request: Request, membership: Membership) -> HttpResponse:
    """End a role, or say no to one that was proposed."""
    own = membership.person_id == request.actor.person_id

    def act() -> str:
        assert request.person is not None  # as above
        actions.end_role(by=request.person, membership=membership)
        return to(request, "you") if own else to(request, "role", membership)

    if request.method == "POST":
        return decide_or_say(request, act, to(request, "role", membership), _("The role has ended."))
    named = own or policy.can(request.actor, "read", membership.person)
    context = {"row": membership, "own": own, "named": named, "crumbs": _crumbs(request)}
    return render(request, "core/people/role_end.html", context)
