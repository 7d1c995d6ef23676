"""A hub with somebody in each role, a deputy, a key file of its own, and concerns in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.factories.people import Room, give_role, make_person, make_room
from tests.site.people.conftest import As
from upwell_site.core.models import Person
from upwell_site.sealed import actions
from upwell_site.sealed.models import Check, Concern

WORDS = "He said: “My uncle locks me in.”"


@pytest.fixture(autouse=True)
def key_file(tmp_path, settings):
    """A key of its own for each test, in a folder of its own."""
    settings.DIR = tmp_path
    settings.SEALED_KEY = tmp_path / "sealed.key"
    return settings.SEALED_KEY


@dataclass
class Desk:
    """The room, with a deputy and somebody who looks after safety in the other hub."""

    room: Room
    deputy: Person
    safe_there: Person

    def raised(self, **more: Any) -> Concern:
        """Raise a concern, by default one of the mentor's about somebody else."""
        given = {"by": self.room.mentor, "hub": self.room.hub, "words": WORDS, "key": "k" * 43} | more
        return actions.raise_concern(**given)

    def checked(self, **more: Any) -> Check:
        """Record a check, by default the mentor's, in order for two years."""
        today = timezone.localdate()
        given = {
            "by": self.room.safe,
            "person": self.room.mentor,
            "level": "enhanced",
            "number": "0012 3456 7890",
            "issued_on": today - timedelta(days=30),
            "status": "in_order",
            "recheck_on": today + timedelta(days=700),
        } | more
        return actions.record_check(**given)


@pytest.fixture
def desk(db: None) -> Desk:
    room = make_room()
    deputy, there = make_person(room.hub, "Dora Deputy"), make_person(room.there, "Theo There")
    give_role(deputy, "deputy")
    give_role(there, "safeguarding")
    return Desk(room, deputy, there)


@pytest.fixture
def as_(desk: Desk) -> Callable[..., As]:
    return lambda person=None, second_factor=True: As(desk.room, person, second_factor)
