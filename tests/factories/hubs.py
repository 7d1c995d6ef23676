"""Hubs with people, talks and notes, for tests of the public page, home and search."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from tests.factories.machinery import give_role, make_hub, make_person, make_programme
from upwell_site.core.models import Hub, Person, Place, Programme
from upwell_site.listen.models import Conversation, Note

__all__ = ["give_role", "make_hub", "make_person", "make_place", "make_programme", "make_talk", "make_young", "many"]


def make_place(code: str = "larkfield", name: str = "", **fields: Any) -> Place:
    """A neighbourhood with a square outline."""
    lat, lon = fields.pop("lat", 53.8), fields.pop("lon", -1.5)
    ring = [[lon, lat], [lon + 0.01, lat], [lon + 0.01, lat + 0.01], [lon, lat + 0.01], [lon, lat]]
    given = {"level": "neighbourhood", "outline": [ring], "lat": lat, "lon": lon, **fields}
    return Place.objects.create(code=code, name=name or code.title(), **given)


def make_young(hub: Hub, name: str, **fields: Any) -> Person:
    """Somebody of 14."""
    born = date(timezone.localdate().year - 14, 1, 1)
    return make_person(hub, name, adult=False, born=born, adult_on=born.replace(year=born.year + 18), **fields)


def make_talk(
    organiser: Person,
    person: Person | None,
    text: str = "",
    *,
    share: str = "no",
    topic: str = "Buses",
    place: Place | None = None,
    programme: Programme | None = None,
    **fields: Any,
) -> Conversation:
    """A talk, with a note when `text` is given; shared when its speaker said yes."""
    talk = Conversation.objects.create(
        hub=organiser.hub, organiser=organiser, person=person, place=place, programme=programme, **fields
    )
    if text:
        Note.objects.create(
            hub=organiser.hub,
            conversation=talk,
            person=person,
            organiser=organiser,
            programme=programme,
            text=text,
            share=share,
            topic=topic,
            shared_at=timezone.now() - timedelta(days=1) if share in {"anonymous", "named"} else None,
        )
    return talk


def many(hub: Hub, count: int, **fields: Any) -> list[Person]:
    """Several adults of a hub, without sign-ins."""
    return [make_person(hub, f"Neighbour {chr(65 + n)}", user=False, **fields) for n in range(count)]
