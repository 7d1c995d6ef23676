"""The register of checks: looked at by pressing a button, because each look is written down."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from upwell_site.core import policy
from upwell_site.core.actor import Request
from upwell_site.core.guard import allow
from upwell_site.core.models import Person
from upwell_site.core.once import once
from upwell_site.core.refused import Refused
from upwell_site.sealed import actions, ask
from upwell_site.sealed.forms import AddCheck
from upwell_site.sealed.models import Check
from upwell_site.sealed.views.desk import PAGE, me, page_number


@allow(GET="hub.list_checks", POST="hub.list_checks")
def checks(request: Request) -> HttpResponse:
    """The register, as far as somebody may see it. A look without a trace is not possible: GET shows no line of it."""
    if request.method != "POST":
        return render(request, "sealed/checks.html", {"page": page_number(request)})
    page = page_number(request)
    rows = Check.objects.filter(hub=request.hub).visible_to(request.actor).with_can(request.actor, "dates", "number")
    rows = rows.select_related("person").order_by("person__folded", "-issued_on", "id")
    found = list(rows[(page - 1) * PAGE :][: PAGE + 1])
    people = Person.objects.filter(hub=request.hub, pk__in={row.person_id for row in found})
    context = {
        "lines": ask.register(by=me(request), checks=found[:PAGE]),
        "named": set(people.visible_to(request.actor, "name").values_list("pk", flat=True)),
        "looked": True,
        "page": page,
        "next": page + 1 if len(found) > PAGE else 0,
    }
    return render(request, "sealed/checks.html", context)


@allow(POST="check.number")
def check_number(request: Request, check: Check) -> HttpResponse:
    """The number of one check, and who looked at it so far."""
    try:
        number = ask.number(by=me(request), check=check)
    except Refused as no:
        messages.error(request, str(no))
        return HttpResponseRedirect(reverse("checks", args=[request.hub.slug]))
    context = {
        "check": check,
        "number": number,
        "name": check.person.name if policy.can(request.actor, "name", check.person) else "",
        "looks": list(ask.looks_at(check)[:PAGE]),
        "crumbs": [{"name": _("The register of checks"), "url": reverse("checks", args=[request.hub.slug])}],
    }
    return render(request, "sealed/check_number.html", context)


@allow(GET="person.add_check", POST="person.add_check")
def check_add(request: Request, person: Person) -> HttpResponse:
    """Write one check into the register: five answers, no file, no free words."""
    form = AddCheck(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():

        def decide() -> str:
            actions.record_check(by=me(request), person=person, **form.cleaned_data)
            messages.success(request, _("Written down."))
            return reverse("checks", args=[request.hub.slug])

        try:
            return once(request, decide)
        except Refused as no:
            form.add_error(None, str(no))
    context: dict[str, Any] = {
        "form": form,
        "one": person,
        "crumbs": [
            {"name": _("People"), "url": reverse("people", args=[request.hub.slug])},
            {"name": person.name or _("No name"), "url": reverse("person", args=[request.hub.slug, person.pk])},
        ],
    }
    return render(request, "sealed/check_add.html", context)
