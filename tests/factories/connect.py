"""Rounds of matching for tests: who asks, who offers, and a match already run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from tests.factories.signin import user_of
from upwell_site.connect import actions, bridge
from upwell_site.connect.models import Ask, Offer, Pair, Round
from upwell_site.core.models import Hub, Membership, Person, Programme, Site, Standing

GREW_UP = date(1985, 5, 4)
TAGS = ("maths", "coding", "confidence", "music", "cv-writing")
SLOTS = ("mon-eve", "tue-eve", "wed-pm", "sat-am")


@dataclass
class Room:
    """A hub with a mentoring programme, its lead, and somebody of every other kind."""

    hub: Hub
    programme: Programme
    lead: Person
    people: dict[str, Person] = field(default_factory=dict)


def person(hub: Hub, name: str, *, born: date | None = GREW_UP, **more: Any) -> Person:
    """Make a person; without a date of birth their age is unknown."""
    adult = None if born is None else born.replace(year=born.year + 18)
    return Person.objects.create(hub=hub, name=name, folded=name.lower(), born=born, adult_on=adult, **more)


def role(who: Person, name: str, programme: Programme | None) -> Membership:
    """Give a role that holds."""
    return Membership.objects.create(
        hub=who.hub, person=who, role=name, programme=programme, granted_at=timezone.now(), first=True
    )


def in_order(*mentors: Person) -> None:
    """Write down that everything a mentor needs is in order."""
    Standing.objects.bulk_create(
        Standing(hub=one.hub, person=one, what=what, until=timezone.localdate() + timedelta(days=300))
        for one in mentors
        for what in Standing.What.values
    )


def room(slug: str = "here", **more: Any) -> Room:
    """Make a hub with a programme and its people."""
    Site.objects.get_or_create(pk=1)
    hub = Hub.objects.create(slug=slug, name=slug.title(), controller=f"{slug} CIO", takes_under_18s=True, **more)
    programme = Programme.objects.create(hub=hub, name="Stepping stones", kind="mentoring")
    other = Programme.objects.create(hub=hub, name="Reading club", kind="learning")
    made = Room(hub, programme, person(hub, "Farah Hussain"))
    role(made.lead, "lead", programme)
    for name, what, where in (
        ("organiser", "organiser", programme),
        ("lead of another", "lead", other),
        ("admin", "admin", None),
        ("safe", "safeguarding", None),
        ("stranger", "", None),
    ):
        made.people[name] = person(hub, name.title())
        if what:
            role(made.people[name], what, where)
    for who in (made.lead, made.people["organiser"], made.people["safe"]):  # they can sign in, so they can watch over
        user_of(who)
    return made


def round_of(
    room: Room, asks: int = 6, offers: int = 4, *, capacity: int = 1, ready: bool = True, name: str = "Autumn round"
) -> Round:
    """Make a round with people on both sides, all of whom fit each other more or less."""
    made = Round.objects.create(hub=room.hub, programme=room.programme, name=name, seed=7)
    today = timezone.localdate()
    mentees = [person(room.hub, f"Mentee {name} {n}", born=date(today.year - 15, 1, 1)) for n in range(asks)]
    mentors = [person(room.hub, f"Mentor {name} {n}") for n in range(offers)]
    for one in mentees:
        role(one, "mentee", room.programme)
    for one in mentors:
        role(one, "mentor", room.programme)
    if ready:
        in_order(*mentors)
    for n, one in enumerate(mentees):
        ask(made, one, tags=[TAGS[n % 5], TAGS[(n + 1) % 5]], slots=[SLOTS[n % 4], "tue-eve"], lat=53.8 + n % 7 / 300)
    for n, one in enumerate(mentors):
        offer(made, one, capacity, tags=[TAGS[n % 5], TAGS[(n + 3) % 5]], slots=[SLOTS[n % 4], "tue-eve"])
    return made


def ask(round: Round, who: Person, **more: Any) -> Ask:
    """Let somebody ask for a mentor."""
    said = {"languages": ["en"], "travel_km": 12.0, "lat": 53.8, "lon": -1.52, "tags": ["maths"], "slots": ["tue-eve"]}
    return Ask.objects.create(hub=round.hub, round=round, programme=round.programme, person=who, **said | more)


def offer(round: Round, who: Person, capacity: int = 1, *, cleared: bool = True, **more: Any) -> Offer:
    """Let somebody offer to be a mentor."""
    said = {"languages": ["en"], "travel_km": 12.0, "lat": 53.81, "lon": -1.5, "tags": ["maths"], "slots": ["tue-eve"]}
    return Offer.objects.create(
        hub=round.hub, round=round, programme=round.programme, person=who, capacity=capacity, cleared=cleared,
        **said | more,
    )  # fmt: skip


def run(round: Round, by: Person | None = None) -> list[Pair]:
    """Match a round and keep what was found; return its pairs."""
    round.refresh_from_db()
    actions.store_proposals(by=by, round=round, result=bridge.compute(round))
    round.refresh_from_db()
    return list(Pair.objects.filter(hub=round.hub, round=round, state="proposed").order_by("score", "id"))
