"""Hubs, people and what they hold, for tests of the machinery."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from upwell_site.core.actor import MENTOR_NEEDS
from upwell_site.core.models import Hub, Membership, Person, Programme, Standing, User
from upwell_site.core.text import fold

_next = count(1)
NAMES = ("Semira Tesfay", "Dewi Prys", "Shanice Noble", "Leroy Grant", "Ania Kowal", "Tom Okafor")


def make_hub(**fields: Any) -> Hub:
    number = next(_next)
    return Hub.objects.create(
        **{"name": f"Place {number}", "slug": f"place-{number}", "controller": "A trust", **fields}
    )


def make_person(hub: Hub, name: str = "", *, adult: bool = True, user: bool = True, **fields: Any) -> Person:
    """Make a person; adults with a confirmed age, others of unknown age."""
    number = next(_next)
    name = name or NAMES[number % len(NAMES)]
    if user:
        fields.setdefault("user", User.objects.create_user(f"p{number}@example.org"))
    if adult:
        fields.update(born=date(1980, 1, 1), adult_on=date(1998, 1, 1))
    return Person.objects.create(hub=hub, name=name, folded=fold(name), **fields)


def make_programme(hub: Hub, **fields: Any) -> Programme:
    return Programme.objects.create(hub=hub, **{"name": f"Programme {next(_next)}", **fields})


def give_role(person: Person, role: str, programme: Programme | None = None, **fields: Any) -> Membership:
    """Give a live role, as if the operator had."""
    given: dict[str, Any] = {"granted_at": timezone.now(), "first": True, **fields}
    return Membership.objects.create(hub=person.hub, person=person, role=role, programme=programme, **given)


def give_standing(person: Person, *whats: str, until: date | None = None) -> None:
    """Put things in order for a person: all that a mentor needs when none is named."""
    since = timezone.localdate() - timedelta(days=30)
    for what in whats or sorted(MENTOR_NEEDS):
        Standing.objects.create(hub=person.hub, person=person, what=what, since=since, until=until)


def make_staff(hub: Hub, role: str, programme: Programme | None = None) -> Person:
    person = make_person(hub)
    give_role(person, role, programme)
    return person


def make_mentor(hub: Hub, programme: Programme | None = None) -> Person:
    person = make_staff(hub, "mentor", programme)
    give_standing(person)
    return person
