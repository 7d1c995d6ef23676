"""Forgetting: the page where it is done, and the one that says what it would mean for oneself."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from upwell_site.core import erase
from upwell_site.core.actor import Request
from upwell_site.core.forms.people_forget import Forget
from upwell_site.core.guard import allow
from upwell_site.core.models import Person
from upwell_site.core.views.people.pages import crumbs, decide, to


def _lines(person: Person) -> dict[str, Any]:
    """Return what would go, be emptied and stay."""
    lines = erase.preview(person)
    return {what: [line for line in lines if line.what == what] for what in (erase.GOES, erase.EMPTIED, erase.STAYS)}


@allow(GET="person.erase", POST="person.erase")
def person_forget(request: Request, person: Person) -> HttpResponse:
    """Forget somebody: what goes, what stays, and their name once more to make sure."""
    form = Forget(request.POST or None, person=person)

    def act() -> str:
        assert request.person is not None  # the cell belongs to people of the hub
        return to(request, "job", erase.start(by=request.person, person=person))

    if request.method == "POST" and (answer := decide(request, form, act)):
        return answer
    way = crumbs(request, (_("People"), "people"), (person.name or _("No name"), "person", person))
    return render(request, "core/people/forget.html", {"form": form, "one": person, "crumbs": way, **_lines(person)})


@allow(GET="hub.ask_to_be_forgotten")
def you_forget(request: Request) -> HttpResponse:
    """What being forgotten would mean for oneself, and whom to ask."""
    lines = _lines(request.person) if request.person is not None else {}
    context = {"crumbs": crumbs(request, (_("You"), "you")), **lines}
    return render(request, "core/people/you_forget.html", context)
