"""Look at pairs: which rules hold, and how well the two fit. The one place where scores are made."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from upwell._kit.errors import InputError
from upwell._kit.geo import haversine_km
from upwell.connect.people import Mentees, Mentors, People, Words, check_people
from upwell.connect.rules import Rules

FULL_SCORE = 1_000_000
HARD = ("slot", "distance", "mode", "language", "organisation")

# Interests are rounded to multiples of 2**-20 and multiplied as float64: every sum is then a whole number
# that float64 holds exactly, so the score is the same on any machine, in blocks of any size.
_GRID = float(1 << 20)

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Side:
    """People as numbers; any row may be copied and varied to ask "what if"."""

    lat: Floats
    lon: Floats
    travel: Floats
    tags: Floats  # (n, vocabulary), 0 or 1; float64 so that a product counts what is shared, fast
    languages: Floats
    slots: Floats
    organisation: NDArray[np.int64]  # 0: none
    in_person: Bools
    online: Bools
    interests: Floats | None

    def take(self, rows: NDArray[np.intp] | slice) -> Side:
        """Return these rows only."""
        interests = None if self.interests is None else self.interests[rows]
        return Side(
            self.lat[rows], self.lon[rows], self.travel[rows], self.tags[rows], self.languages[rows],
            self.slots[rows], self.organisation[rows], self.in_person[rows], self.online[rows], interests,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of pairs: matrices (mentees asked about, all mentors)."""

    passes: dict[str, Bools]
    distance: Floats  # km, NaN where a place is not known
    shared_slots: Floats
    shared_tags: Floats
    interest: Floats | None
    score: NDArray[np.int64]  # 1..FULL_SCORE, whether or not the rules hold

    def allowed(self, *, but: str = "") -> Bools:
        """Return which pairs every rule allows, leaving out the rule `but`."""
        return np.asarray(np.logical_and.reduce([held for rule, held in self.passes.items() if rule != but]))


@dataclass(frozen=True, slots=True)
class Programme:
    """Both sides as numbers, with the rules and weights that can be applied to them.

    `active` are the hard rules in force; `left_out` are rules and parts that nobody gave data for.
    """

    rules: Rules
    mentees: Side
    mentors: Side
    may_mentor: Bools  # cleared, and with a place to give
    vocabulary: dict[str, tuple[str, ...]]
    active: tuple[str, ...]
    weights: dict[str, float]
    left_out: tuple[str, ...]

    def only(self, mentor: int) -> Programme:
        """Return the same programme with this one mentor."""
        at = slice(mentor, mentor + 1)
        return replace(self, mentors=self.mentors.take(at), may_mentor=self.may_mentor[at])

    def facts(self, rows: Side) -> Facts:
        """Compare some mentees (or variants of them) with every mentor."""
        rules, mentors = self.rules, self.mentors
        distance = haversine_km(rows.lat[:, None], rows.lon[:, None], mentors.lat, mentors.lon)
        shared_slots = rows.slots @ mentors.slots.T
        shared_tags = rows.tags @ mentors.tags.T
        interest = None
        if rows.interests is not None and mentors.interests is not None:
            interest = np.clip((rows.interests @ mentors.interests.T) / (_GRID * _GRID), 0.0, 1.0)
        online = rows.online[:, None] & mentors.online
        in_person = rows.in_person[:, None] & mentors.in_person
        limit = np.minimum(np.minimum(rows.travel[:, None], mentors.travel), rules.max_travel_km)
        same = (rows.organisation[:, None] == mentors.organisation) & (mentors.organisation > 0)
        holds = {
            "slot": shared_slots > 0,
            "distance": online | (distance <= limit),
            "mode": online | in_person,
            "language": (rows.languages @ mentors.languages.T) > 0,
            "organisation": ~same,
        }
        passes: dict[str, Bools] = {rule: holds[rule] for rule in self.active}
        passes["cleared"] = np.broadcast_to(self.may_mentor, distance.shape)
        score = self._score(rows, distance, shared_slots, shared_tags, interest)
        return Facts(passes, distance, shared_slots, shared_tags, interest, score)

    def _score(
        self, rows: Side, distance: Floats, slots: Floats, tags: Floats, interest: Floats | None
    ) -> NDArray[np.int64]:
        total = np.zeros(distance.shape)
        if "interests" in self.weights and interest is not None:
            total += self.weights["interests"] * interest
        if "tags" in self.weights:
            total += self.weights["tags"] * tags / np.maximum(rows.tags.sum(axis=1, keepdims=True), 1.0)
        if "near" in self.weights:
            total += self.weights["near"] * np.exp(-np.nan_to_num(distance, nan=np.inf) / self.rules.near_km)
        if "time" in self.weights:
            enough = self.rules.slots_enough
            total += self.weights["time"] * np.minimum(slots, enough) / enough
        # At least 1, so that any allowed pair is worth more than leaving somebody alone.
        return np.maximum(np.rint(total * FULL_SCORE), 1).astype(np.int64)


def prepare(mentees: Mentees, mentors: Mentors, rules: Rules) -> Programme:
    """Check both sides and turn them into numbers once."""
    check_people(mentees, "mentees")
    check_people(mentors, "mentors")
    if mentees.interests is not None and mentors.interests is not None:
        ours, theirs = mentees.interests.shape[1], mentors.interests.shape[1]
        if ours != theirs:
            message = f"Mentees' interests have {ours} numbers each, mentors' {theirs}; they must be made alike."
            raise InputError(message, column="interests")
    vocabulary = {
        name: tuple(sorted(set().union(*getattr(mentees, name), *getattr(mentors, name))))
        for name in ("tags", "languages", "slots")
    }
    organisations = {name: code for code, name in enumerate(sorted({*mentees.organisation, *mentors.organisation, ""}))}
    given = _given(mentees, mentors)
    needs = {"slot": "slots", "distance": "places", "mode": "", "language": "languages", "organisation": ""}
    active = tuple(r for r in HARD if getattr(rules, r) and (not needs[r] or given[needs[r]]))
    parts = {"interests": "interests", "tags": "tags", "near": "places", "time": "slots"}
    weights = {part: getattr(rules, part) for part, need in parts.items() if given[need] and getattr(rules, part) > 0}
    whole = sum(weights.values()) or 1.0
    return Programme(
        rules=rules,
        mentees=_side(mentees, vocabulary, organisations, rules),
        mentors=_side(mentors, vocabulary, organisations, rules),
        may_mentor=np.asarray(mentors.cleared, dtype=bool) & (np.asarray(mentors.capacity) > 0),
        vocabulary=vocabulary,
        active=active,
        weights={part: weight / whole for part, weight in weights.items()},
        left_out=tuple(sorted(name for name, there in given.items() if not there)),
    )


def _given(mentees: Mentees, mentors: Mentors) -> dict[str, bool]:
    """Tell which kinds of data both sides gave at all."""

    def both(name: str) -> bool:
        return any(getattr(mentees, name)) and any(getattr(mentors, name))

    places = bool(np.isfinite(mentees.lat).any() and np.isfinite(mentors.lat).any())
    interests = mentees.interests is not None and mentors.interests is not None
    return {"interests": interests, "places": places} | {name: both(name) for name in ("tags", "languages", "slots")}


def _side(people: People, vocabulary: dict[str, tuple[str, ...]], organisations: dict[str, int], rules: Rules) -> Side:
    travel = np.asarray(people.travel_km, dtype=np.float64)
    return Side(
        lat=np.asarray(people.lat, dtype=np.float64),
        lon=np.asarray(people.lon, dtype=np.float64),
        travel=np.where(np.isnan(travel), rules.usual_travel_km, travel),
        tags=_bits(people.tags, vocabulary["tags"]),
        languages=_bits(people.languages, vocabulary["languages"]),
        slots=_bits(people.slots, vocabulary["slots"]),
        organisation=np.array([organisations[name] for name in people.organisation], dtype=np.int64),
        in_person=np.array([mode != "online" for mode in people.mode], dtype=bool),
        online=np.array([mode != "in-person" for mode in people.mode], dtype=bool),
        interests=None if people.interests is None else _directions(people.interests),
    )


def _bits(words: Words, vocabulary: tuple[str, ...]) -> Floats:
    place = {word: at for at, word in enumerate(vocabulary)}
    bits = np.zeros((len(words), len(vocabulary)))
    for row, chosen in enumerate(words):
        bits[row, [place[word] for word in chosen]] = 1.0
    return bits


def _directions(vectors: NDArray[np.float32]) -> Floats:
    """Scale each vector to length 1 on the grid; a vector of zeros stays, and is like nobody."""
    vectors64 = vectors.astype(np.float64)
    length = np.linalg.norm(vectors64, axis=1, keepdims=True)
    return np.asarray(np.rint(vectors64 / np.where(length > 0, length, 1.0) * _GRID))


def vary(row: Side, **columns: object) -> Side:
    """Return one mentee with some columns changed; a column may hold several variants of them."""
    count = max(len(np.atleast_1d(np.asarray(column))) for column in columns.values())
    copies = row.take(np.zeros(count, dtype=np.intp))
    return replace(copies, **columns)  # type: ignore[arg-type]
