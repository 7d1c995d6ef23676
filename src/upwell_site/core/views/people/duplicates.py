"""People who may stand here twice: the pairs to look at, two records side by side, and what was made one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import duplicates as search
from upwell_site.core import jobs, merging
from upwell_site.core.actor import Request
from upwell_site.core.forms.people_duplicates import Again, MakeOne
from upwell_site.core.guard import allow
from upwell_site.core.models import Duplicate, Merge, Person
from upwell_site.core.paging import page_of
from upwell_site.core.views.people.pages import crumbs, decide, decide_or_say, to


def _name(person: Person) -> str:
    return person.name or _("No name")


def _why(row: Duplicate) -> list[str]:
    if row.by_id is not None and not row.reasons:
        return [_("somebody said so")]
    return [str(search.REASONS[code][1]) for code in row.reasons if code in search.REASONS]


@allow(GET="hub.list_duplicates", POST="hub.list_duplicates")
def duplicates(request: Request) -> HttpResponse:
    """The pairs to look at, the surest first; and what was made one in the last thirty days."""
    if request.method == "POST":
        return decide_or_say(request, lambda: _look(request), to(request, "duplicates"))
    rows = Duplicate.objects.filter(hub=request.hub, state=Duplicate.State.OPEN).visible_to(request.actor)
    page = page_of(rows.select_related("one", "other"), request, "-score")
    made = Merge.objects.filter(hub=request.hub, at__gt=timezone.now() - merging.UNDO).visible_to(request.actor)
    context = {
        "page": page,
        "rows": [
            {"row": row, "one": _name(row.one), "other": _name(row.other), "why": ", ".join(_why(row))}
            for row in page.rows
        ],
        "made": made.select_related("kept")[:50],
        "last": search.last(request.hub),
        "crumbs": crumbs(request, (_("People"), "people")),
    }
    return render(request, "core/people/duplicates.html", context)


def _look(request: Request) -> str:
    return to(request, "job", jobs.start("core.find_duplicates", hub=request.hub, by=request.person))


def _both(request: Request, row: Duplicate) -> tuple[Person, Person]:
    """Return who is kept and who is not: whoever signs in is kept, else the address says, else the older record."""
    people = Person.objects.select_related("organisation").filter(hub=request.hub, pk__in=[row.one_id, row.other_id])
    one, other = sorted(people, key=lambda p: p.pk)
    turned = request.GET.get("keep") == str(other.pk)
    if (other.user_id and not one.user_id) or (turned and not one.user_id):
        return other, one
    return one, other


def _facts(person: Person) -> dict[str, Any]:
    return {
        "person": person,
        "name": _name(person),
        "signs_in": person.user_id is not None,
        "reach": ", ".join(filter(None, (person.email, person.phone))),
        "born": person.born or person.born_claimed,
    }


@allow(GET="duplicate.read", POST="duplicate.decide")
def duplicate(request: Request, duplicate: Duplicate) -> HttpResponse:
    """Two records side by side, and the button that makes them one."""
    kept, other = _both(request, duplicate)
    form = MakeOne(request.POST or None, kept=kept, other=other)

    def act() -> str:
        assert request.person is not None  # the cell belongs to people of the hub
        row = merging.merge(by=request.person, kept=kept, other=other, from_other=form.from_other())
        return to(request, "merge", row)

    if request.method == "POST" and (answer := decide(request, form, act, _("The two records are one now."))):
        return answer
    context = {
        "form": form,
        "row": duplicate,
        "why": _why(duplicate),
        "no": merging.why_not(request.person, kept, other) if request.person else "",
        "sides": [_facts(kept), _facts(other)],
        "turn": other.pk if not kept.user_id else None,
        "address": f"?keep={kept.pk}",
        "crumbs": crumbs(request, (_("People"), "people"), (_("Here twice?"), "duplicates")),
    }
    return render(request, "core/people/duplicate.html", context)


@allow(POST="duplicate.decide")
def duplicate_two(request: Request, duplicate: Duplicate) -> HttpResponse:
    """Say that they are two people."""

    def act() -> str:
        assert request.person is not None  # as above
        merging.are_two(by=request.person, duplicate=duplicate)
        return to(request, "duplicates")

    said = _("They are two people. We will not ask again.")
    return decide_or_say(request, act, to(request, "duplicates"), said)


@allow(GET="merge.read", POST="merge.undo")
def merge(request: Request, merge: Merge) -> HttpResponse:
    """Two records that were made one, and the way back."""

    def act() -> str:
        assert request.person is not None  # as above
        return to(request, "person", merging.unmerge(by=request.person, merge=merge))

    if request.method == "POST":
        said = _("They are two records again, as they were.")
        return decide_or_say(request, act, to(request, "merge", merge), said)
    context = {
        "row": merge,
        "name": _name(merge.kept),
        "was": merge.undo["other"]["name"] or _("No name"),
        "until": merge.at + merging.UNDO,
        "no": merging.cannot_undo(merge),
        "crumbs": crumbs(request, (_("People"), "people"), (_("Here twice?"), "duplicates")),
    }
    return render(request, "core/people/merge.html", context)


@allow(GET="person.merge", POST="person.merge")
def person_twice(request: Request, person: Person) -> HttpResponse:
    """Say by hand that somebody stands here twice: find the other record."""
    form = Again(request.GET if "q" in request.GET else None)
    everybody = Person.objects.filter(hub=request.hub, emptied_at__isnull=True).visible_to(request.actor, "merge")
    if request.method == "POST":
        number = request.POST.get("other", "")
        other = everybody.filter(pk=number).first() if number.isdecimal() and len(number) <= 18 else None

        def act() -> str:
            assert request.person is not None  # as above
            pair = merging.point_out(by=request.person, person=person, other=other or person)
            return to(request, "duplicate", pair)

        return decide_or_say(request, act, to(request, "person_twice", person))
    context = {
        "form": form,
        "one": person,
        "found": form.found(person, everybody),
        "asked": form.is_bound,
        "crumbs": crumbs(request, (_("People"), "people"), (_name(person), "person", person)),
    }
    return render(request, "core/people/person_twice.html", context)
