"""People, hubs and roles for tests: named, stable, made straight in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from upwell_site.core.models import Hub, Membership, Organisation, Person, Programme, Standing, User
from upwell_site.core.models.person import adult_day
from upwell_site.core.text import fold

BORN_ADULT = date(1985, 5, 4)


def make_hub(slug: str = "here", **more: Any) -> Hub:
    """Make a hub."""
    return Hub.objects.create(**{"slug": slug, "name": slug.title(), "controller": f"{slug.title()} CIO"} | more)


def make_person(hub: Hub, name: str, *, born: date | None = BORN_ADULT, user: bool = True, **more: Any) -> Person:
    """Make a person whose date of birth, when given, is confirmed; ``born=None``: age unknown."""
    login = User.objects.create_user(f"{fold(name).replace(' ', '.')}.{hub.slug}@example.org") if user else None
    fields = {"born": born, "adult_on": adult_day(born) if born else None, "folded": fold(name), "user": login}
    return Person.objects.create(**{"hub": hub, "name": name} | fields | more)


def child_born(age: int = 14) -> date:
    """Return a birthday that makes somebody `age` today."""
    today = timezone.localdate()
    return today.replace(year=today.year - age, month=1, day=1)


def give_role(person: Person, role: str, programme: Programme | None = None, **more: Any) -> Membership:
    """Give a role as a hub's first start does, whatever the rules of granting say."""
    fields = {"granted_at": timezone.now(), "first": True} | more
    return Membership.objects.create(hub=person.hub, person=person, role=role, programme=programme, **fields)


def in_order(person: Person, *what: str, days: int = 365) -> None:
    """Write down that things are in order: all four when none is named."""
    for thing in what or Standing.What.values:
        until = timezone.localdate() + timedelta(days=days)
        Standing.objects.create(hub=person.hub, person=person, what=thing, until=until)


@dataclass
class Room:
    """A hub with somebody in each role, and another hub beside it."""

    hub: Hub
    there: Hub
    programme: Programme
    other: Programme
    admin: Person
    lead: Person
    other_lead: Person
    safe: Person
    organiser: Person
    mentor: Person
    child: Person
    listed: Person
    stranger: Person
    organisation: Organisation


def make_room() -> Room:
    """Make the small world of this room's tests."""
    hub, there = make_hub("here"), make_hub("there")
    programme = Programme.objects.create(hub=hub, name="Mentors of Spring Lane", kind="mentoring", public=True)
    other = Programme.objects.create(hub=hub, name="Reading in the yard", kind="learning")
    school = Organisation.objects.create(hub=hub, name="Gipton School", folded="gipton school", sector="school")
    room = Room(
        hub,
        there,
        programme,
        other,
        admin=make_person(hub, "Ada Admin"),
        lead=make_person(hub, "Lena Lead", email="lena@example.org"),
        other_lead=make_person(hub, "Otis Lead"),
        safe=make_person(hub, "Safiya Safe"),
        organiser=make_person(hub, "Olu Organiser"),
        mentor=make_person(hub, "Mo Mentor", email="mo@example.org", phone="0113 496 0001", contact_ok=True),
        child=make_person(hub, "Chidi Child", born=child_born(), email="chidi@example.org", contact_ok=True),
        listed=make_person(hub, "Liz Listed", listed=True, about="I mend bicycles."),
        stranger=make_person(there, "Stan Stranger"),
        organisation=school,
    )
    give_role(room.admin, "admin")
    give_role(room.safe, "safeguarding")
    give_role(room.lead, "lead", programme)
    give_role(room.other_lead, "lead", other)
    give_role(room.organiser, "organiser", programme)
    give_role(room.mentor, "mentor", programme)
    give_role(room.child, "mentee", programme)
    give_role(room.stranger, "admin")
    return room
