"""People: the list, a new person, one person, changing what is known, ages to confirm."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from upwell_site.core import panels, policy
from upwell_site.core.actions import people as actions
from upwell_site.core.actor import Request
from upwell_site.core.forms.people import AddPerson, Born, EditPerson, Search, name_contains
from upwell_site.core.forms.people_roles import Ticked
from upwell_site.core.guard import allow
from upwell_site.core.languages import names_of
from upwell_site.core.models import Attendance, Membership, Organisation, Person, Standing
from upwell_site.core.paging import SIZE, page_of
from upwell_site.core.text import fold
from upwell_site.core.views.people.pages import crumbs, decide, seen_people, seen_programmes, tell, to

SECTIONS = (
    "contact",
    "born",
    "young_flag",
    "edit",
    "edit_contact",
    "claim_born",
    "read_roles",
    "propose_role",
    "confirm_age",
    "standing",
    "set_standing",
    "erase",
    "merge",
    "could_see",
    "ask_about_data",
)
LISTED = ("pk", "name", "adult_on", "organisation__name", "can_young_flag")


def _people(request: Request) -> QuerySet[Person]:
    rows: QuerySet[Person] = Person.objects.filter(hub=request.hub, emptied_at__isnull=True)
    return rows


@allow(GET="hub.list_people")
def people(request: Request) -> HttpResponse:
    """Everybody one may see, by name."""
    form = Search(request.GET, actor=request.actor)
    chosen = form.chosen()
    rows = _people(request).visible_to(request.actor)  # type: ignore[attr-defined]
    if "q" in chosen:
        rows = rows.filter(name_contains(fold(chosen["q"])))
    if "programme" in chosen or "role" in chosen:
        rows = rows.filter(pk__in=_with_role(request, chosen))
    page = page_of(rows.with_can(request.actor, "young_flag").values_list(*LISTED, named=True), request, "folded")
    today = timezone.localdate()
    context = {
        "form": form,
        "page": page,
        "rows": [
            {
                "url": to(request, "person", row.pk),
                "name": row.name,
                "organisation": row.organisation__name if row.can_young_flag else None,
                "young": row.can_young_flag and (row.adult_on is None or row.adult_on > today),
            }
            for row in page.rows
        ],
        "chosen": chosen,
        "can_add": policy.may(request.actor, "hub.add_person"),
        "can_confirm": policy.may(request.actor, "hub.confirm_ages"),
        "can_see_requests": policy.may(request.actor, "hub.list_data_requests"),
        "can_see_twice": policy.may(request.actor, "hub.list_duplicates"),
        "can_see_roles": policy.may(request.actor, "hub.list_roles"),
    }
    return render(request, "core/people/people.html", context)


def _with_role(request: Request, chosen: dict[str, Any]) -> QuerySet[Membership, Any]:
    """The people of a programme or a role. The form offers only programmes of one's own; roles one may read."""
    rows = Membership.objects.filter(actions.not_ended(), hub=request.hub)
    if "programme" in chosen:
        rows = rows.filter(programme=chosen["programme"])
    if "role" in chosen:
        rows = rows.visible_to(request.actor).filter(role=chosen["role"], granted_at__isnull=False)
    found: QuerySet[Membership, Any] = rows.values("person")
    return found


@allow(GET="hub.add_person", POST="hub.add_person")
def person_add(request: Request) -> HttpResponse:
    """A new person."""
    form = AddPerson(request.POST or None, actor=request.actor)
    if request.method == "POST" and (answer := decide(request, form, lambda: _add(request, form.cleaned_data))):
        return answer
    context = {
        "form": form,
        "organisations": _organisation_names(request),
        "crumbs": crumbs(request, (_("People"), "people")),
    }
    return render(request, "core/people/person_add.html", context)


def _add(request: Request, found: dict[str, Any]) -> str:
    assert request.person is not None  # the cell belongs to people of the hub
    person = actions.add_to_programme(by=request.person, hub=request.hub, **found)
    if policy.can(request.actor, "read", person):
        return to(request, "person", person)
    return to(request, "people")


def _organisation_names(request: Request) -> list[str]:
    """Names to choose from while typing; a hub with very many types the rest."""
    rows = Organisation.objects.filter(hub=request.hub).visible_to(request.actor)
    return list(rows.order_by("folded").values_list("name", flat=True)[:200])


@allow(GET="person.read")
def person(request: Request, person: Person) -> HttpResponse:
    """One person: each part for those who may see it."""
    return render(request, "core/people/person.html", about_person(request, person))


def about_person(request: Request, person: Person) -> dict[str, Any]:
    """Return what a page about one person shows, each part by its own cell of the table."""
    shown = _people(request).filter(pk=person.pk).with_can(request.actor, *SECTIONS)  # type: ignore[attr-defined]
    row = shown.select_related("organisation", "born_claimed_by").get()
    context: dict[str, Any] = {
        "one": row,
        "own": request.person is not None and request.person.pk == row.pk,
        "languages": names_of(row.languages),
        "boxes": panels.show("person", person, request.actor),
        "crumbs": crumbs(request, (_("People"), "people")) if policy.may(request.actor, "hub.list_people") else [],
    }
    if row.can_read_roles:
        roles = actions.live_roles(row).visible_to(request.actor)  # type: ignore[attr-defined]
        context["roles"] = list(roles.select_related("programme").order_by("since", "pk"))
        context["programmes"] = seen_programmes(request, context["roles"])
    if row.can_standing:
        context["standing"] = standing_of(request, row)
        context["trainings"] = (
            Attendance.objects.filter(hub=request.hub, person=row)
            .visible_to(request.actor)
            .select_related("training", "session")
            .order_by("-updated_at")[:20]
        )
    return context


def standing_of(request: Request, person: Person) -> list[dict[str, Any]]:
    """Return the four things a mentor needs, each with its newest row; one query."""
    rows = Standing.objects.filter(hub=request.hub, person=person).visible_to(request.actor).in_force()
    have = {row.what: row for row in rows.order_by("since", "pk")}
    return [{"what": what, "name": name, "row": have.get(what)} for what, name in Standing.What.choices]


@allow(GET="person.edit", POST="person.edit")
def person_edit(request: Request, person: Person) -> HttpResponse:
    """Change what is known about somebody, or oneself."""
    contact = policy.can(request.actor, "edit_contact", person)
    form = EditPerson(request.POST or None, person=person, actor=request.actor, contact=contact)
    own = request.person == person

    def act() -> str:
        assert request.person is not None  # as above
        actions.edit_person(by=request.person, person=person, **form.cleaned_data)
        return to(request, "you") if own else to(request, "person", person)

    if request.method == "POST" and (answer := decide(request, form, act, _("Saved."))):
        return answer
    context = {
        "form": form,
        "one": person,
        "own": own,
        "can_claim": policy.can(request.actor, "claim_born", person),
        "organisations": _organisation_names(request),
        "crumbs": _crumbs_of(request, person),
    }
    return render(request, "core/people/person_edit.html", context)


def _crumbs_of(request: Request, person: Person) -> list[dict[str, Any]]:
    if request.person == person:
        return crumbs(request, (_("You"), "you"))
    return crumbs(request, (_("People"), "people"), (person.name or _("No name"), "person", person))


@allow(GET="person.claim_born", POST="person.claim_born")
def person_born(request: Request, person: Person) -> HttpResponse:
    """Write down a date of birth; one that makes somebody adult waits for a second person."""
    form = Born(request.POST or None)

    def act() -> str:
        assert request.person is not None  # as above
        actions.change_born(by=request.person, person=person, born=form.cleaned_data["born"])
        return to(request, "you") if request.person == person else to(request, "person", person)

    if request.method == "POST" and (answer := decide(request, form, act, _("Written down."), "born")):
        return answer
    context = {"form": form, "one": person, "own": request.person == person, "crumbs": _crumbs_of(request, person)}
    return render(request, "core/people/person_born.html", context)


@allow(GET="hub.confirm_ages", POST="hub.confirm_ages")
def ages(request: Request) -> HttpResponse:
    """Dates of birth that wait for a second person: confirm one or many."""
    waiting = _people(request).visible_to(request.actor, "confirm_age")  # type: ignore[attr-defined]
    waiting = waiting.filter(born_claimed__isnull=False).select_related("born_claimed_by")
    me = request.actor.person_id
    mine = Q(born_claimed_by=me) | Q(pk=me)
    for_me = list(waiting.exclude(mine).order_by("folded", "pk")[: SIZE + 1])
    form = Ticked(request.POST or None, rows=for_me)

    def act() -> str:
        assert request.person is not None  # as above
        ticked = set(form.cleaned_data["row"])
        done = actions.confirm_ages(by=request.person, people=[one for one in for_me if one.pk in ticked])
        said = ngettext("%(done)s date of birth is confirmed.", "%(done)s dates of birth are confirmed.", done)
        tell(request, said % {"done": done})
        return to(request, "people_ages")

    if request.method == "POST" and (answer := decide(request, form, act)):
        return answer
    context = {
        "form": form,
        "waiting": for_me[:SIZE],
        "more": len(for_me) > SIZE,
        "for_others": waiting.filter(mine).order_by("folded", "pk")[:SIZE],
        "seen": seen_people(request, [one.born_claimed_by_id for one in for_me]),
        "crumbs": crumbs(request, (_("People"), "people")),
    }
    return render(request, "core/people/ages.html", context)
