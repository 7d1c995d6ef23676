"""What the builders of the example share: the dice, the day, and the rows made so far."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from django.utils import timezone

from upwell_site.core.example.names import Names
from upwell_site.core.models import Hub, Organisation, Person, Place, Programme, Training

AT_ONCE = 500  # rows a statement: SQLite takes a limited number of values at once
SHARES = {"spring-lane": 0.5375, "onward": 0.275, "aire-council": 0.1375, "leeds-together": 0.05}


@dataclass(slots=True)
class World:
    """One example while it is built.

    Attributes
    ----------
    size, seed : int
        How many people; the same seed gives the same people and talks, with dates counted back from today.
    hubs, places, programmes, trainings : dict
        By short name; places by code.
    staff : dict
        The people with a part to play, by first name in small letters.
    crowd : dict
        Everybody else, by hub.
    """

    size: int
    seed: int
    today: date = field(default_factory=timezone.localdate)
    rng: Random = field(init=False)
    names: Names = field(init=False)
    hubs: dict[str, Hub] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    sectors: dict[str, str] = field(default_factory=dict)
    organisations: dict[str, list[Organisation]] = field(default_factory=dict)
    programmes: dict[str, Programme] = field(default_factory=dict)
    trainings: dict[str, Training] = field(default_factory=dict)
    staff: dict[str, Person] = field(default_factory=dict)
    crowd: dict[str, list[Person]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)  # noqa: S311 - dice for an example, not a secret
        self.names = Names(self.rng)

    def days_ago(self, days: float) -> date:
        """Return a day before today."""
        return self.today - timedelta(days=int(days))

    def moment(self, days_ago: float, hour: int = 11) -> datetime:
        """Return a moment of a day before today."""
        day = self.days_ago(days_ago)
        return timezone.make_aware(datetime(day.year, day.month, day.day, hour, self.rng.randrange(60)))  # noqa: DTZ001

    def people(self, hub: str) -> list[Person]:
        """Return the crowd and the staff of a hub."""
        here = self.hubs[hub].pk
        return [*self.crowd[hub], *(person for person in self.staff.values() if person.hub_id == here)]

    def near(self, code: str, km: float) -> tuple[list[Place], list[float]]:
        """Return the neighbourhoods around one, and weights that halve about every `km`."""
        centre = self.places[code]
        found, weights = [], []
        for place in self.places.values():
            if place.level == Place.Level.NEIGHBOURHOOD:
                far = distance(centre, place)
                if far < 6 * km:
                    found.append(place)
                    weights.append(0.5 ** (far / km))
        return found, weights


def distance(a: Place, b: Place) -> float:
    """Return roughly how far apart two places are, in km."""
    assert a.lat is not None and a.lon is not None and b.lat is not None and b.lon is not None
    east = (a.lon - b.lon) * math.cos(math.radians((a.lat + b.lat) / 2))
    return 111.32 * math.hypot(a.lat - b.lat, east)
