"""A small hub that brings lists in: an admin, a lead, an organiser, a programme with a round; and a hub beside it."""

from __future__ import annotations

from datetime import date
from itertools import count
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from upwell_site.connect.models import Round
from upwell_site.core.models import Hub, Membership, Person, Programme, User
from upwell_site.core.text import fold

_next = count(1)


def person_with(hub: Hub, role: str, name: str, programme: Programme | None = None) -> Person:
    """Make an adult who signs in and holds a role."""
    user = User.objects.create_user(f"b{next(_next)}@example.org")
    grown = {"born": date(1980, 1, 1), "adult_on": date(1998, 1, 1)}
    person = Person.objects.create(hub=hub, user=user, name=name, folded=fold(name), email=user.email, **grown)
    given: dict[str, Any] = {"granted_at": timezone.now(), "first": True}
    Membership.objects.create(hub=hub, person=person, role=role, programme=programme, **given)
    return person


def small_world(slug: str = "here") -> SimpleNamespace:
    """Make a hub with people who may and may not bring lists in."""
    hub = Hub.objects.create(name=f"Hub {slug}", slug=slug, controller="A trust")
    mentoring = Programme.objects.create(hub=hub, name="Mentoring")
    other = Programme.objects.create(hub=hub, name="Other")
    return SimpleNamespace(
        hub=hub,
        mentoring=mentoring,
        other=other,
        round=Round.objects.create(hub=hub, programme=mentoring, name="Spring"),
        admin=person_with(hub, "admin", "Ada Admin"),
        lead=person_with(hub, "lead", "Leo Lead", mentoring),
        organiser=person_with(hub, "organiser", "Olu Organiser", mentoring),
        mentee=person_with(hub, "mentee", "Mina Mentee", mentoring),
    )
