"""People and hubs for tests of the door."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from upwell_site.core.actions.people import add_person
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
    """Mark this database as an example, with one hub and a few people in it."""
    Site.objects.update_or_create(pk=1, defaults={"example": True})
    place = hub("example", example=True)
    for name, role in (
        ("Lena Lead", "lead"),
        ("Oskar Organiser", "organiser"),
        ("Sade Safe", "safeguarding"),
        ("Ada Admin", "admin"),
        ("Mo Mentor", "mentor"),
        ("Pat Part", ""),
    ):
        person(place, name, role=role)
    young = person(place, "Yasmin Young", role="mentee", adult=False)
    young.born, young.adult_on = date(timezone.localdate().year - 14, 1, 1), date(timezone.localdate().year + 4, 1, 1)
    young.save(update_fields=["born", "adult_on"])
    return place
