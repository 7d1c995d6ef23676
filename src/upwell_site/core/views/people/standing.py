"""What people have in order: for one person, and for all mentors of a programme."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from upwell_site.core import policy
from upwell_site.core.actions import standing as actions
from upwell_site.core.actions.people import not_ended
from upwell_site.core.actor import Request
from upwell_site.core.forms.people_roles import Record, TakeBack, Ticked
from upwell_site.core.guard import allow
from upwell_site.core.models import Membership, Person, Programme, Standing
from upwell_site.core.paging import Page, page_of
from upwell_site.core.views.people.pages import crumbs, decide, tell, to
from upwell_site.core.views.people.people import standing_of

THINGS = Standing.What.choices


def _checks(request: Request) -> bool:
    return request.person is not None and actions.may_record_check(request.person)


@allow(GET="person.set_standing", POST="person.set_standing")
def standing_set(request: Request, person: Person) -> HttpResponse:
    """Write down what one person has in order, or that something is not any more."""
    back = "take_back" in request.POST
    record = Record(None if back else request.POST or None, checks=_checks(request))
    take = TakeBack(request.POST if back else None)

    def act() -> str:
        assert request.person is not None  # the cell belongs to people of the hub
        if back:
            actions.take_back(by=request.person, person=person, what=take.cleaned_data["what"])
        else:
            actions.record(by=request.person, person=person, **record.cleaned_data)
        return to(request, "person", person)

    form: Record | TakeBack = take if back else record
    if request.method == "POST" and (answer := decide(request, form, act, _("Written down."))):
        return answer
    context = {
        "form": form if form.is_bound else record,
        "record": record,
        "take": take,
        "one": person,
        "standing": standing_of(request, person),
        "checks": _checks(request),
        "crumbs": crumbs(request, (_("People"), "people"), (person.name or _("No name"), "person", person)),
    }
    return render(request, "core/people/standing_set.html", context)


@allow(GET="programme.standing", POST="programme.set_standing")
def programme_standing(request: Request, programme: Programme) -> HttpResponse:
    """Who is in order: a programme's mentors, and what each still lacks. Write down one thing for many."""
    mentors = Membership.objects.filter(not_ended(), hub=request.hub, programme=programme, role=Membership.Role.MENTOR)
    rows = Person.objects.filter(hub=request.hub, pk__in=mentors.values("person")).visible_to(request.actor)
    page = page_of(rows, request, "folded")
    form = Record(request.POST or None, checks=_checks(request))
    ticked = Ticked(request.POST or None, rows=page.rows)

    def act() -> str:
        assert request.person is not None  # as above
        chosen = set(ticked.cleaned_data["row"])
        people = [one for one in page.rows if one.pk in chosen]
        done = actions.record_many(by=request.person, people=people, **form.cleaned_data)
        said = ngettext("Written down for %(done)s person.", "Written down for %(done)s people.", done)
        tell(request, said % {"done": done})
        return to(request, "programme_standing", programme)

    if request.method == "POST" and ticked.is_valid() and (answer := decide(request, form, act)):
        return answer
    table = _table(request, page)
    context = {
        "form": form,
        "ticked": ticked,
        "programme": programme,
        "page": page,
        "table": table,
        "ready": sum(line["ready"] for line in table),
        "things": [name for _what, name in THINGS],
        "can_set": policy.can(request.actor, "set_standing", programme),
        "crumbs": crumbs(request, (_("Programmes"), "programmes"), (programme.name, "programme", programme)),
    }
    return render(request, "core/people/programme_standing.html", context)


def _table(request: Request, page: Page) -> list[dict[str, Any]]:
    """One line a mentor, with the newest row of each thing; one query for all of them."""
    rows = Standing.objects.filter(hub=request.hub, person__in=[p.pk for p in page.rows]).visible_to(request.actor)
    have: dict[tuple[int, str], Standing] = {}
    for row in rows.in_force().order_by("since", "pk"):
        have[row.person_id, row.what] = row
    lines = []
    for person in page.rows:
        cells = [have.get((person.pk, what)) for what, _name in THINGS]
        missing = [str(name) for (_what, name), cell in zip(THINGS, cells, strict=True) if cell is None]
        lines.append({"person": person, "cells": cells, "missing": missing, "ready": not missing})
    return lines
