"""The numbers of a round's page: how many, how well they fit, where, and what would help the others."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from django.db.models import Count

from upwell_site.connect import bridge, ready
from upwell_site.connect.models import Ask, Pair, Round, Unmatched
from upwell_site.connect.views import words
from upwell_site.core.actor import Request
from upwell_site.core.charts import Area
from upwell_site.core.models import Place

FEWEST = 5  # fewer people than this are not counted out
BARS = 16
PER_POINT = 10_000  # of a score: a fit of 74 is 740,000
LOW = 2 / 3  # a pair that fits less than two thirds as well as the middle one is read first


@dataclass(frozen=True, slots=True)
class Fit:
    """How the fits of a round are spread, on the scale of 0 to 100."""

    counts: list[int]
    start: int
    end: int
    middle: int
    worst: int
    low: int
    below: int
    pairs: int

    @property
    def rows(self) -> list[tuple[int, int, int]]:
        """Return the picture as a table: from, up to, pairs."""
        step = (self.end - self.start) // len(self.counts)
        return [(self.start + at * step, self.start + (at + 1) * step, n) for at, n in enumerate(self.counts)]


@dataclass(frozen=True, slots=True)
class Figures:
    """What the page of a round counts."""

    asks: int
    offers: int
    paired: int
    waiting: int
    approved: int
    locked: int
    dropped: int
    not_in_order: int
    scores: list[int] = field(default_factory=list)

    @property
    def can_go(self) -> int:
        """Pairs that wait for nothing but a yes."""
        return max(0, self.waiting - self.not_in_order)

    @property
    def alone(self) -> int:
        """People who asked and have nobody."""
        return max(0, self.asks - self.paired)


def figures(round: Round) -> Figures:
    """Count a round as it stands now, in a few small queries."""
    mine = Pair.objects.filter(hub_id=round.hub_id, round=round)
    rows = list(mine.order_by().values_list("state", "locked", "score"))
    states = [state for state, _locked, _score in rows]
    waiting = mine.filter(state=Pair.State.PROPOSED)
    return Figures(
        asks=Ask.objects.filter(hub_id=round.hub_id, round=round).count(),
        offers=round.offers.count(),
        paired=len(rows) - states.count(Pair.State.DROPPED),
        waiting=states.count(Pair.State.PROPOSED),
        approved=states.count(Pair.State.APPROVED),
        locked=sum(locked for _state, locked, _score in rows),
        dropped=states.count(Pair.State.DROPPED),
        not_in_order=ready.not_in_order(waiting, round).count(),
        scores=[score for state, _locked, score in rows if state != Pair.State.DROPPED],
    )


def fit(scores: Sequence[int]) -> Fit | None:
    """Return how fits are spread; nothing for fewer than five pairs."""
    if len(scores) < FEWEST:
        return None
    fits = [score / PER_POINT for score in scores]
    step = max(1, math.ceil((max(fits) - min(fits) + 1) / BARS))
    start = math.floor(min(fits) / step) * step
    bars = max(1, math.floor((max(fits) - start) / step) + 1)
    counts = [0] * bars
    for one in fits:
        counts[min(bars - 1, int((one - start) / step))] += 1
    low = low_fit(scores)
    return Fit(
        counts=counts,
        start=start,
        end=start + bars * step,
        middle=round(median(fits)),
        worst=round(min(fits)),
        low=low,
        below=sum(score < low * PER_POINT for score in scores),
        pairs=len(scores),
    )


def low_fit(scores: Sequence[int]) -> int:
    """Return the fit under which pairs are read first: two thirds of the middle one."""
    return round(LOW * median(scores) / PER_POINT) if scores else 0


def groups(round: Round, *, exactly: bool) -> list[words.Group]:
    """Return people without a mentor by what would help. Whoever may not see them gets no count under five."""
    rows = Unmatched.objects.filter(hub_id=round.hub_id, round=round).order_by().values_list("change_code")
    found = words.groups(rows.annotate(n=Count("id")))
    if exactly:
        return found
    return [words.Group(g.code, g.people if g.people >= FEWEST else 0, g.words) for g in found]  # no details either


# ---- where ----


@dataclass(frozen=True, slots=True)
class Where:
    """A map of a round: areas to draw, rows of its table, and whose outlines they are."""

    areas: list[Area]
    rows: list[tuple[str, int | None, int | None]]
    sources: list[str]
    most: str


def where(request: Request, round: Round) -> Where | None:
    """Return counts by area as the newest run found them; nothing when the hub's place has no areas with outlines."""
    counts = shown(round.summary.get("areas", []))
    if not counts or not any(found is not None for found, _alone in counts.values()):
        return None
    parts = list(Place.objects.filter(within=request.hub.place_id, outline__isnull=False).order_by("name"))
    areas = [
        Area(part.name, part.outline or [], label=bool(counts.get(part.pk, _FEW)[0]), count=found, second=alone)
        for part in parts
        for found, alone in [counts.get(part.pk, _FEW)]
    ]
    rows = [(part.name, *counts[part.pk]) for part in parts if part.pk in counts]
    rows.sort(key=lambda row: (-(row[1] or 0), row[0]))
    return Where(areas, rows, sorted({part.source for part in parts if part.source}), rows[0][0] if rows else "")


_FEW: tuple[int | None, int | None] = (None, None)


def shown(areas: Iterable[Sequence[int]]) -> dict[int, tuple[int | None, int | None]]:
    """Return the counts that may be shown, None for others: none under five, none that follows by taking away."""
    rows = [(int(place), int(found), int(alone)) for place, found, alone in areas]
    founds = _hide([found for _place, found, _alone in rows])
    alones = _hide([alone for _place, _found, alone in rows])
    return {place: (a, b) for (place, _f, _a), a, b in zip(rows, founds, alones, strict=True)}


def _hide(counts: list[int]) -> list[int | None]:
    """Hide counts under five; while what is hidden adds up to less than five, hide the smallest shown one too."""
    out: list[int | None] = [n if n >= FEWEST else None for n in counts]
    hidden = sum(n for n, kept in zip(counts, out, strict=True) if kept is None)
    while 0 < hidden < FEWEST and any(n is not None for n in out):
        smallest = min((n, at) for at, n in enumerate(out) if n is not None)
        out[smallest[1]] = None
        hidden += smallest[0]
    return out


# ---- what was proved ----


def proof(round: Round) -> dict[str, Any]:
    """Return what the newest run proved, as the page says it; empty before the first run."""
    told = round.summary
    if not told:
        return {}
    return {
        "proved": bool(told.get("proved")),
        "gap": f"{100 * float(told.get('gap') or 0):.2f}",
        "total": f"{float(told.get('total') or 0) / PER_POINT:,.1f}",
        "bound": f"{float(told.get('bound') or 0) / PER_POINT:,.1f}",
        "most_people": told.get("rules", {}).get("goal") == "most_people",
        "places": int(told.get("places") or 0),
        "uncleared": int(told.get("offers") or 0) - int(told.get("cleared") or 0),
        "left_out": words.left_out(told.get("left_out", [])),
        "seconds": told.get("seconds"),
        "changed": is_changed(round),
    }


def is_changed(round: Round) -> bool:
    """Whether the rules were changed since the newest run."""
    return bool(round.summary) and round.summary.get("rules") != bridge.plain_rules(round.rules)
