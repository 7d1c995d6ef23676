"""Between the rows of connect and its engine: the only module here that calls `upwell.connect`.

It reads, calls and returns plain results; it never writes, and never runs inside a transaction. The engine sees places
in a list, never a name.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db.models import Count
from django.utils.translation import gettext as _

import upwell
from upwell import connect
from upwell._kit.progress import Progress, silent
from upwell._kit.say import Say
from upwell.connect import words
from upwell_site.connect import pool
from upwell_site.connect.models import Pair, Round
from upwell_site.core.models import Person, Place
from upwell_site.core.refused import Refused

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from upwell.connect import Column, Matching, Mentees, Mentors, Rules

Two = tuple[int, int]  # mentee, mentor, as numbers of people
Rows = list[object]  # a Say as it is stored
Outline = list[list[list[float]]]  # rings of [longitude, latitude]
Box = tuple[float, float, float, float]  # west, east, south, north

FLAGS = ("distance", "mode", "language", "slot", "organisation")
WEIGHTS = ("interests", "tags", "near", "time")
NUMBERS = ("near_km", "usual_travel_km", "max_travel_km", "slots_enough")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two people who fit, how well (out of 1,000,000), and why."""

    mentee: int
    mentor: int
    score: int
    reasons: list[Rows]


@dataclass(frozen=True, slots=True)
class Alone:
    """Somebody without a mentor, what is in the way, and the smallest change that would help."""

    mentee: int
    binding: list[Rows]
    change: list[Rows]
    change_code: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a run found. It is out of date once what it was told (`locked`, `forbidden`, `pool`) has changed."""

    pairs: list[Proposal]
    alone: list[Alone]
    summary: dict[str, Any]
    locked: frozenset[Two]
    forbidden: frozenset[Two]
    pool: str


def columns_of(side: str) -> tuple[Column, ...]:
    """Return the columns of a list of ``"mentees"`` or ``"mentors"``, as the engine describes them."""
    return connect.columns_for(side)


# ---- rules ----


def rules_of(chosen: Mapping[str, Any]) -> Rules:
    """Return the rules a round chose: a named set, and what was changed in it."""
    base = connect.load_rules(str(chosen.get("name") or "default"))
    if base.name == "benchmark":  # never changes, so that figures can be compared
        return base
    changes = {key: chosen[key] for key in ("goal", *FLAGS, *WEIGHTS, *NUMBERS) if key in chosen}
    if "max_travel_km" in changes and changes["max_travel_km"] is None:
        changes["max_travel_km"] = math.inf
    return replace(base, **changes)


def plain_rules(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return every rule with its value, as JSON keeps it: no limit is None."""
    rules = rules_of(chosen)
    plain: dict[str, Any] = {key: getattr(rules, key) for key in ("name", "goal", *FLAGS, *WEIGHTS, *NUMBERS)}
    if math.isinf(rules.max_travel_km):
        plain["max_travel_km"] = None
    return plain


# ---- words ----


def name_of(kind: str, code: str) -> Say:
    """Return a time (``"tue-eve"``) or a language (``"ku"``) in words."""
    return words.say_slot(code) if kind == "slot" else words.say_language(code)


def names_of(kind: str, codes: Iterable[str]) -> Say | None:
    """Return several times or languages, or plain words, as "a, b and c"; nothing for none."""
    order = sorted(codes, key=words.slot_order if kind == "slot" else None)
    parts = [Say("connect.plain", {"word": c.replace("-", " ")}) if kind == "tag" else name_of(kind, c) for c in order]
    return words.say_all(parts) if parts else None


# ---- a run ----


def compute(round: Round, progress: Progress = silent) -> Result:
    """Match everybody of a round who has no approved mentor yet, with reasons.

    Locked pairs are kept, dropped ones never come back, and places that approved pairs of the programme fill, in this
    round or another, are not given twice. Raises Refused or InputError with a sentence for the person who asked.
    """
    began = time.monotonic()
    locked, forbidden, done = _decided(round)
    everybody, offers = pool.of(round)
    asks = [row for row in everybody if row[0] not in done]
    if not asks or not offers:
        raise Refused(_nobody(bool(asks), bool(done)))
    mentee_at = {row[0]: at for at, row in enumerate(asks)}
    mentor_at = {row[0]: at for at, row in enumerate(offers)}
    mentees, mentors = _sides(asks, offers, _filled(round))
    found = connect.match(
        mentees,
        mentors,
        rules=rules_of(round.rules),
        locked=_positions(locked, mentee_at, mentor_at),
        forbidden=[(mentee_at[a], mentor_at[b]) for a, b in sorted(forbidden) if a in mentee_at and b in mentor_at],
        seed=round.seed,
        progress=progress,
    )
    pairs, alone = _explained(found, [row[0] for row in asks], [row[0] for row in offers], progress)
    summary = {
        **_summary(found, round),
        "asks": len(asks),
        "offers": len(offers),
        "places": sum(int(row[-2]) for row in offers),
        "cleared": sum(bool(row[-1]) for row in offers),
        "approved": len(done),
        "forbidden": len(forbidden),
        "areas": areas(round, asks, {pair.mentee for pair in pairs}),
        "seconds": round_to(time.monotonic() - began),
    }
    return Result(pairs, alone, summary, locked, forbidden, pool.mark(everybody, offers))


def _nobody(asked: bool, done: bool) -> str:
    if asked:
        return _("Nobody offers to be a mentor in this round yet. Bring in the mentors first.")
    if done:
        return _("Everybody who asked has an approved mentor. There is nobody left to match.")
    return _("Nobody asks for a mentor in this round yet. Bring in the people who ask first.")


def _decided(round: Round) -> tuple[frozenset[Two], frozenset[Two], frozenset[int]]:
    """Return locked pairs, dropped pairs, and people whose mentor is approved."""
    rows = list(
        Pair.objects.filter(hub_id=round.hub_id, round=round).values_list("mentee_id", "mentor_id", "state", "locked")
    )
    locked = frozenset((a, b) for a, b, state, kept in rows if kept and state == Pair.State.PROPOSED)
    forbidden = frozenset((a, b) for a, b, state, _kept in rows if state == Pair.State.DROPPED)
    return locked, forbidden, frozenset(a for a, _b, state, _kept in rows if state == Pair.State.APPROVED)


def decisions(round: Round) -> tuple[frozenset[Two], frozenset[Two]]:
    """Return the locked and the dropped pairs of a round, as they are now."""
    locked, forbidden, _done = _decided(round)
    return locked, forbidden


def _filled(round: Round) -> Counter[int]:
    """Return how many places of each mentor approved pairs of the programme fill."""
    rows = Pair.objects.filter(hub_id=round.hub_id, programme=round.programme_id, state=Pair.State.APPROVED)
    return Counter(dict(rows.values_list("mentor_id").annotate(n=Count("id")).order_by()))


def _positions(locked: frozenset[Two], mentee_at: Mapping[int, int], mentor_at: Mapping[int, int]) -> list[Two]:
    gone = [two for two in locked if two[0] not in mentee_at or two[1] not in mentor_at]
    if gone:
        raise Refused(_("You locked a pair, and one of the two is not in this round any more. Unlock that pair first."))
    return [(mentee_at[a], mentor_at[b]) for a, b in sorted(locked)]


def _columns(rows: Sequence[tuple[Any, ...]], interests: NDArray[np.float32] | None) -> dict[str, Any]:
    def sets(at: int) -> tuple[frozenset[str], ...]:
        return tuple(frozenset(row[at]) for row in rows)

    def numbers(at: int) -> NDArray[np.float64]:
        return np.array([np.nan if row[at] is None else row[at] for row in rows], dtype=np.float64)

    return {
        "tags": sets(1),
        "languages": sets(2),
        "slots": sets(3),
        "organisation": tuple(row[4] for row in rows),
        "travel_km": numbers(5),
        "mode": tuple(row[6] for row in rows),
        "lat": numbers(7),
        "lon": numbers(8),
        "interests": interests,
    }


def _sides(
    asks: Sequence[tuple[Any, ...]], offers: Sequence[tuple[Any, ...]], filled: Mapping[int, int]
) -> tuple[Mentees, Mentors]:
    ours, theirs = _interests(asks, offers)
    mentors = connect.Mentors(
        **_columns(offers, theirs),
        capacity=np.array([max(0, row[-2] - filled.get(row[0], 0)) for row in offers], dtype=np.int64),
        cleared=np.array([row[-1] for row in offers], dtype=bool),
    )
    return connect.Mentees(**_columns(asks, ours)), mentors


def _interests(*sides: Sequence[tuple[Any, ...]]) -> list[NDArray[np.float32] | None]:
    """Return the vectors of both sides when everybody has one of the same length; otherwise none are used."""
    at = pool.SIDE.index("interests")
    lengths = {len(row[at]) if row[at] else 0 for side in sides for row in side}
    if len(lengths) != 1 or 0 in lengths or next(iter(lengths)) % 4:
        return [None] * len(sides)
    return [np.frombuffer(b"".join(bytes(r[at]) for r in side), np.float32).reshape(len(side), -1) for side in sides]


def _explained(
    found: Matching, mentees: Sequence[int], mentors: Sequence[int], progress: Progress
) -> tuple[list[Proposal], list[Alone]]:
    """Put every pair and everybody alone into words, which takes as long as the matching itself."""
    pairs: list[Proposal] = []
    alone: list[Alone] = []
    for at, mentee in enumerate(mentees):
        if at % 50 == 0:
            progress("explaining", at / len(mentees))
        mentor = int(found.mentor_of[at])
        if mentor >= 0:
            reasons = [say.as_row() for say in found.reasons(at)]
            pairs.append(Proposal(mentee, mentors[mentor], int(found.score[at]), reasons))
        else:
            binding, change = found.unmatched(at)
            alone.append(Alone(mentee, [binding.as_row()], [change.as_row()], _change_code(change)))
    progress("explaining", 1.0)
    return pairs, alone


def _change_code(change: Say) -> str:
    """Return what people are grouped by: the change, and which time, language or distance it is."""
    detail = change.values.get("code", change.values.get("n", "") if change.code == "connect.change_travel" else "")
    return f"{change.code}:{detail}"[:60] if detail != "" else change.code


def _summary(found: Matching, round: Round) -> dict[str, Any]:
    matched = int((found.mentor_of >= 0).sum())
    return {
        "pairs": matched,
        "alone": len(found.mentor_of) - matched,
        "locked": int(found.locked.sum()),
        "total": found.value,
        "bound": found.bound,
        "gap": (found.bound - found.value) / found.bound if found.bound else 0.0,
        "proved": found.proved,
        "left_out": list(found.left_out),
        "rules": plain_rules(round.rules),
        "version": upwell.__version__,
        "seed": found.seed,
    }


def round_to(seconds: float) -> float:
    """Return seconds as they are said: one decimal."""
    return float(f"{seconds:.1f}")


# ---- areas ----


def areas(round: Round, asks: Sequence[tuple[Any, ...]], matched: set[int]) -> list[list[int]]:
    """Return [place, with a mentor, without] for the areas inside the hub's place: never where anybody lives."""
    inside = Place.objects.filter(within=round.hub.place_id, outline__isnull=False).values_list("pk", "outline")
    parts = [(number, outline) for number, outline in inside if outline] if round.hub.place_id else []
    if not parts:
        return []
    known = {number for number, _outline in parts}
    people = Person.objects.filter(hub_id=round.hub_id, asks__round=round).values_list("pk", "place_id")
    place_of = {person: place for person, place in people if place in known}
    boxes = [(_box(outline), number, outline) for number, outline in parts]
    lat, lon = pool.SIDE.index("lat"), pool.SIDE.index("lon")
    found, alone = Counter[int](), Counter[int]()
    for row in asks:
        place = place_of.get(row[0]) or _place_at(boxes, row[lon], row[lat])
        if place:
            (found if row[0] in matched else alone)[place] += 1
    return [[place, found[place], alone[place]] for place in sorted(found | alone)]


def _box(outline: Outline) -> Box:
    xs, ys = zip(*(point for ring in outline for point in ring), strict=True)
    return min(xs), max(xs), min(ys), max(ys)


def _place_at(boxes: list[tuple[Box, int, Outline]], x: float | None, y: float | None) -> int:
    """Return the area a spot lies in, 0 for none."""
    if x is None or y is None:
        return 0
    for (west, east, south, north), number, outline in boxes:
        if west <= x <= east and south <= y <= north and _inside(outline, x, y):
            return number
    return 0


def _inside(outline: Outline, x: float, y: float) -> bool:
    """Whether a line from the spot to the east crosses the outline an odd number of times; holes are rings too."""
    odd = False
    for ring in outline:
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                odd = not odd
    return odd
