"""Who has looked at oneself; and, after something went wrong, who could have."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.core.actor import Request
from upwell_site.core.forms.people_fields import Day
from upwell_site.core.guard import allow
from upwell_site.core.looks import Reader, could_have_seen
from upwell_site.core.models import Look, Membership, Person
from upwell_site.core.pack import role_words
from upwell_site.core.pack_words import SOMEBODY
from upwell_site.core.views.people.pages import crumbs, seen_people

SHOWN = 200
WEEK = timedelta(days=7)
WHAT = (  # groups of fields of a person's page, each a cell of the table
    ("read", gettext_lazy("Name and a few words")),
    ("contact", gettext_lazy("How to reach them")),
    ("born", gettext_lazy("Date of birth")),
)


@allow(GET="hub.home")
def you_looked(request: Request) -> HttpResponse:
    """Who has opened a page about oneself, newest first."""
    rows = Look.objects.filter(hub=request.hub, person=request.actor.person_id).visible_to(request.actor)
    found = list(rows.select_related("by").order_by("-day", "-pk")[: SHOWN + 1])
    numbers = {row.by_id for row in found}
    named, words = seen_people(request, numbers, "name"), role_words(request.hub, numbers)
    context = {
        "rows": [
            {
                "who": words.get(row.by_id, SOMEBODY),
                "name": row.by.name if row.by_id in named else "",
                "what": row.get_what_display(),
                "day": row.day,
            }
            for row in found[:SHOWN]
        ],
        "more": len(found) > SHOWN,
        "crumbs": crumbs(request, (_("You"), "you")),
    }
    return render(request, "core/people/looked.html", context)


class Between(forms.Form):
    """Two days, and which part of a page."""

    first = Day(label=gettext_lazy("From"))
    last = Day(label=gettext_lazy("To, this day included"))
    what = forms.ChoiceField(label=gettext_lazy("What"), choices=WHAT)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day cannot come before the first."))
        return found


@allow(GET="person.could_see")
def person_seen(request: Request, person: Person) -> HttpResponse:
    """Who could have read about somebody between two days, and who did."""
    today = timezone.localdate()
    asked = request.GET if {"first", "last"} & request.GET.keys() else None
    form = Between(asked, initial={"first": today - WEEK, "last": today, "what": "read"})
    context: dict[str, Any] = {
        "form": form,
        "one": person,
        "crumbs": crumbs(request, (_("People"), "people"), (person.name or _("No name"), "person", person)),
    }
    if form.is_bound and form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        readers = could_have_seen(person, first, last, form.cleaned_data["what"])
        context |= {
            "first": first,
            "last": last,
            "everybody": readers.everybody,
            "readers": _shown(request, readers.people),
        }
    return render(request, "core/people/person_seen.html", context)


def _shown(request: Request, people: dict[int, Reader]) -> list[dict[str, Any]]:
    """One line a reader: those who looked first."""
    rows = Person.objects.filter(hub=request.hub, pk__in=people).visible_to(request.actor, "name")
    names = dict(rows.values_list("pk", "name"))
    roles = dict(Membership.Role.choices)
    lines = [
        {
            "name": names.get(number) or _("No name"),
            "roles": [str(roles[role]) for role in sorted(reader.roles)],
            "looked": _days(reader.looked),
        }
        for number, reader in people.items()
    ]
    return sorted(lines, key=lambda line: (not line["looked"], str(line["name"])))


def _days(days: set[date]) -> list[date]:
    return sorted(days)
