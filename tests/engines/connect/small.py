"""Small programmes for tests: by hand, or drawn from a seed."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from upwell.connect import Mentees, Mentors

SLOTS = ("mon-eve", "tue-am", "tue-eve", "wed-pm", "sat-am", "sun-pm")
LANGUAGES = ("en", "pl", "ur")
TAGS = ("maths", "coding", "cv-writing", "art", "cooking")
P = TypeVar("P", Mentees, Mentors)
KM_PER_DEGREE = 111.195  # of latitude, on the sphere of `haversine_km`


def columns(n: int, **given: object) -> dict[str, object]:
    """Return the columns of n people who fit everybody, but for those given."""
    every: dict[str, object] = {
        "lat": np.full(n, 53.8),
        "lon": np.full(n, -1.55),
        "tags": (frozenset({"maths"}),) * n,
        "languages": (frozenset({"en"}),) * n,
        "slots": (frozenset({"tue-eve"}),) * n,
        "organisation": ("",) * n,
        "travel_km": np.full(n, 5.0),
        "mode": ("in-person",) * n,
        "interests": None,
    }
    return every | given


def mentees(n: int = 1, **given: object) -> Mentees:
    return Mentees(**columns(n, **given))  # type: ignore[arg-type]


def mentors(n: int = 1, **given: object) -> Mentors:
    given = {"capacity": np.ones(n, dtype=np.int64), "cleared": np.ones(n, dtype=bool)} | given
    return Mentors(**columns(n, **given))  # type: ignore[arg-type]


def programme(seed: int, n: int = 24, m: int = 14) -> tuple[Mentees, Mentors]:
    """Draw a programme in which every rule bites somebody."""
    rng = np.random.default_rng(seed)

    def words(count: int, vocabulary: tuple[str, ...], chance: float) -> tuple[frozenset[str], ...]:
        return tuple(frozenset(w for w in vocabulary if rng.random() < chance) for _ in range(count))

    def side(count: int) -> dict[str, object]:
        lat = 53.8 + rng.normal(0, 0.05, count)
        lon = -1.55 + rng.normal(0, 0.08, count)
        lost = rng.random(count) < 0.05
        lat[lost] = lon[lost] = np.nan
        return {
            "lat": lat,
            "lon": lon,
            "tags": words(count, TAGS, 0.4),
            "languages": tuple(
                frozenset({"en"}) if rng.random() < 0.75 else frozenset({str(rng.choice(LANGUAGES[1:]))})
                for _ in range(count)
            ),
            "slots": words(count, SLOTS, 0.35),
            "organisation": tuple(str(rng.choice(["", "", "a", "b"])) for _ in range(count)),
            "travel_km": np.where(rng.random(count) < 0.1, np.nan, rng.integers(2, 25, count).astype(float)),
            "mode": tuple(str(rng.choice(["in-person", "online", "either"], p=[0.5, 0.2, 0.3])) for _ in range(count)),
            "interests": rng.normal(size=(count, 8)).astype(np.float32),
        }

    return Mentees(**side(n)), Mentors(  # type: ignore[arg-type]
        **side(m),  # type: ignore[arg-type]
        capacity=rng.integers(0, 4, m),
        cleared=rng.random(m) < 0.85,
    )


def changed(people: P, row: int, **values: object) -> P:
    """Return the people with one entry of some columns changed."""
    new: dict[str, object] = {}
    for name, value in values.items():
        column = getattr(people, name)
        if isinstance(column, np.ndarray):
            copy = column.copy()
            copy[row] = value
            new[name] = copy
        else:
            new[name] = (*column[:row], value, *column[row + 1 :])
    return replace(people, **new)
