"""People and hubs for tests of the door."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from tests.factories.signin import user_of
from upwell_site.core.actions import begin
from upwell_site.core.actions.people import add_person
from upwell_site.core.door import examples
from upwell_site.core.example import doors
from upwell_site.core.models import Hub, Membership, Person, Programme, Site


def hub(slug: str = "here", **more: Any) -> Hub:
    """Return a hub."""
    return Hub.objects.create(slug=slug, name=slug.title(), controller=f"{slug.title()} Trust", **more)


def programme(of: Hub, name: str = "Mentoring") -> Programme:
    """Return a programme of a hub."""
    return Programme.objects.create(hub=of, name=name, public=True)


def person(of: Hub, name: str, *, role: str = "", within: Programme | None = None, adult: bool = True) -> Person:
    """Return somebody in a hub, with a role that counts."""
    email = f"{name.split()[0].lower()}@{of.slug}.example.org"
    row = add_person(by=None, hub=of, name=name, email=email)
    row.adult_on = date(2000, 1, 1) if adult else None
    row.save(update_fields=["adult_on"])
    if role:
        Membership.objects.create(
            hub=of, person=row, role=role, programme=within, first=True, granted_at=timezone.now(),
            since=timezone.localdate() - timedelta(days=400),
        )  # fmt: skip
    return row


def example() -> Hub:
    """Mark this database as an example, with the people its doors lead to; return the hub with most of them."""
    Site.objects.update_or_create(pk=1, defaults={"example": True})
    hubs: dict[str, Hub] = {}
    for door in doors.doors():
        if not door.hub:
            begin.make_operator(by=None, email=door.email)
            continue
        place = hubs.get(door.hub) or hubs.setdefault(door.hub, hub(door.hub, example=True))
        role = {"young": "mentee", "participant": ""}.get(door.key, door.key)
        row = person(place, door.name, role=role, adult=door.key != "young")
        row.email = door.email
        row.save(update_fields=["email"])
        user_of(row)
    return hubs["onward"]


def behind(key: str) -> Person:
    """Return the person behind a door of the example."""
    opened = examples.behind(key)
    assert opened is not None and opened.person is not None
    return opened.person
