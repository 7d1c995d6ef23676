"""The people to be matched, as columns; a person is their position and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from upwell._kit.errors import InputError

MODES = ("in-person", "online", "either")
Words = tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What both sides say of themselves; every column has one entry a person, in the same order.

    Parameters
    ----------
    lat, lon : ndarray (n,), float64
        Degrees (WGS 84); NaN where the place is not known.
    tags : tuple of n frozensets of str
        Mentees: what they want to learn. Mentors: what they can help with.
    languages : tuple of n frozensets of str
        ISO 639 codes, such as ``"en"``.
    slots : tuple of n frozensets of str
        Weekly times they are free, such as ``"tue-eve"``.
    organisation : tuple of n str
        Employer, school or the like, as a code; empty if none.
    travel_km : ndarray (n,), float64
        How far they will travel, km; NaN where they did not say.
    mode : tuple of n str
        ``"in-person"``, ``"online"`` or ``"either"``.
    interests : ndarray (n, d), float32, optional
        A vector of what they care about; only its direction counts.
    """

    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    tags: Words
    languages: Words
    slots: Words
    organisation: tuple[str, ...]
    travel_km: NDArray[np.float64]
    mode: tuple[str, ...]
    interests: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.mode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentees(People):
    """People who ask for a mentor; the columns are those of `People`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentors(People):
    """People who offer to mentor.

    Parameters
    ----------
    capacity : ndarray (n,), int64
        How many mentees they will take, 0 or more.
    cleared : ndarray (n,), bool
        True once their safeguarding checks are done. Nobody else is ever put into a pair.
    """

    capacity: NDArray[np.int64]
    cleared: NDArray[np.bool_]


def check_people(people: People, who: str) -> None:
    """Refuse columns of unequal length or impossible values; `who` names the side in the message."""
    n = len(people)
    for name in ("lat", "lon", "tags", "languages", "slots", "organisation", "travel_km"):
        if len(getattr(people, name)) != n:
            raise InputError(f"The columns of the {who} differ in length: {n} people by mode.", column=name)
    for row, mode in enumerate(people.mode):
        if mode not in MODES:
            raise InputError(f"Person {row} of the {who}: not a way to meet.", column="mode", value=mode, allowed=MODES)
    known = np.isfinite(people.lat)
    if not np.array_equal(known, np.isfinite(people.lon)):
        raise InputError(f"Some {who} have lat without lon, or lon without lat.", column="lat")
    if (np.abs(people.lat[known]) > 90).any() or (np.abs(people.lon[known]) > 180).any():
        raise InputError(f"A place of the {who} is not on the earth.", column="lat", allowed=("-90 to 90",))
    if (people.travel_km < 0).any() or np.isinf(people.travel_km).any():
        raise InputError(f"Some {who} travel less than 0 km or without end.", column="travel_km")
    if people.interests is not None:
        _check_interests(people.interests, n, who)
    if isinstance(people, Mentors):
        if len(people.capacity) != n or len(people.cleared) != n:
            raise InputError(f"The columns of the {who} differ in length.", column="capacity")
        if (people.capacity < 0).any():
            raise InputError(f"Some {who} have fewer than 0 places.", column="capacity")


def _check_interests(interests: NDArray[np.float32], n: int, who: str) -> None:
    if interests.ndim != 2 or interests.shape[0] != n:
        message = (
            f"The interests of the {who} have the shape {interests.shape}; one row for each of {n} people is needed."
        )
        raise InputError(message, column="interests")
    if not np.isfinite(interests).all():
        raise InputError(f"The interests of the {who} hold something that is not a number.", column="interests")
