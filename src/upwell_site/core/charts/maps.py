"""Maps: counts by area, never a home, and never without a sentence and a table beside them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from django.utils.safestring import SafeString

from upwell_site.core.charts._svg import EMPTY, FEWEST, WIDTH, drawing, el, num, text

Ring = Sequence[tuple[float, float]]
Point = tuple[float, float]
FINE = 0.6  # corners nearer than this many units cannot be seen apart


@dataclass(frozen=True, slots=True)
class Area:
    """An area of the map.

    ``level`` 0 is land, 1 to 4 are steps, 5 is "chosen"; a count draws a bubble, ``second`` a small pill beside it.
    """

    name: str
    rings: Sequence[Ring] = field(default=())  # longitude, latitude; holes are rings too
    level: int = 0
    label: bool = False
    count: int | None = None
    second: int | None = None


CLASSES = ("m-land", "m-1", "m-2", "m-3", "m-4", "m-on")


class Projection:
    """Longitude and latitude to paper: equal distances east and north at the middle of the map."""

    def __init__(self, points: Iterable[Point], pad: float = 0.06) -> None:
        spots = list(points)
        west, east = min(x for x, _ in spots), max(x for x, _ in spots)
        south, north = min(y for _, y in spots), max(y for _, y in spots)
        self.squeeze = math.cos(math.radians((south + north) / 2))
        wide = max(1e-9, (east - west) * self.squeeze)
        self.scale = WIDTH / (wide * (1 + 2 * pad))
        self.west = west - (east - west) * pad
        self.height = min(420.0, max(160.0, (north - south) * self.scale + 2 * pad * WIDTH))
        self.north = (south + north) / 2 + self.height / self.scale / 2

    def at(self, lon: float, lat: float) -> Point:
        return (lon - self.west) * self.squeeze * self.scale, (self.north - lat) * self.scale


def middle(rings: Sequence[Ring]) -> Point:
    """The balance point of the largest ring: where a name goes."""
    best, found = -1.0, rings[0][0]
    for ring in rings:
        double = cx = cy = 0.0
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
            cross = x1 * y2 - x2 * y1
            double, cx, cy = double + cross, cx + (x1 + x2) * cross, cy + (y1 + y2) * cross
        if abs(double) > best and double:
            best, found = abs(double), (cx / (3 * double), cy / (3 * double))
    return found


def _outline(rings: Sequence[Ring], projection: Projection) -> str:
    steps: list[str] = []
    for ring in rings:
        kept: list[Point] = []
        for lon, lat in ring:
            x, y = projection.at(lon, lat)
            if not kept or abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= FINE:
                kept.append((x, y))
        if len(kept) > 2:
            steps.append("M" + " ".join(f"{num(round(x, 1))} {num(round(y, 1))}" for x, y in kept) + "Z")
    return "".join(steps)


def _apart(spots: Sequence[Point], widths: Sequence[float], height: float) -> list[Point]:
    """Names moved down, a little at a time, until none covers another."""
    placed: dict[int, Point] = {}
    for i in sorted(range(len(spots)), key=lambda i: spots[i][1]):
        x = min(WIDTH - widths[i] / 2 - 2, max(widths[i] / 2 + 2, spots[i][0]))
        y = max(13.0, spots[i][1])
        while any(abs(x - px) < (widths[i] + widths[k]) / 2 and abs(y - py) < 14 for k, (px, py) in placed.items()):
            y += 2
        placed[i] = (x, min(height - 5, y))
    return [placed[i] for i in range(len(spots))]


def _bubbles(areas: Sequence[Area], projection: Projection) -> tuple[list[SafeString], list[SafeString]]:
    """Counts by area as discs, and second counts as pills that lie over the names."""
    counts = [a for a in areas if a.count is not None and a.count >= FEWEST and a.rings]
    top = max((a.count or 0 for a in counts), default=1)
    discs: list[SafeString] = []
    pills: list[SafeString] = []
    for area in sorted(counts, key=lambda a: -(a.count or 0)):
        x, y = projection.at(*middle(area.rings))
        r = 11 + 10 * math.sqrt((area.count or 0) / top)
        discs.append(el("circle", cx=x, cy=y, r=r, class_="m-bubble"))
        discs.append(text(x, y + 4.5, f"{area.count:,}", "m-count"))
        if area.second is not None and area.second >= FEWEST:
            px, py, wide = x + r * 0.9, y - r * 0.9, 14 + 7 * len(str(area.second))
            pills.append(el("rect", x=px - wide / 2, y=py - 9, width=wide, height=18, rx=9, class_="m-pill"))
            pills.append(text(px, py + 4.5, f"{area.second:,}", "m-second"))
    return discs, pills


def _names(areas: Sequence[Area], projection: Projection) -> list[SafeString]:
    named = [a for a in areas if a.label and a.rings]
    spots = []
    for area in named:
        x, y = projection.at(*middle(area.rings))
        below = 34.0 if area.count is not None and area.count >= FEWEST else 4.0
        spots.append((x, y + below))
    placed = _apart(spots, [7.2 * len(a.name) for a in named], projection.height)
    return [text(x, y, a.name, "m-t") for a, (x, y) in zip(named, placed, strict=True)]


def map_svg(areas: Sequence[Area], *, name: str = "") -> SafeString:
    """Where? Areas shaded in four steps or with counts, each with its name; neighbours around them as bare land.

    The map shows the areas that have a level, a name or a count, and as much land around them as fits. Counts under
    five are not drawn.
    """
    return _drawn(tuple(replace(a, rings=_fixed(a.rings)) for a in areas), name)


def _fixed(rings: Sequence[Ring]) -> tuple[Ring, ...]:
    """The same rings as tuples all through: what came from the database is lists, and cannot be a key."""
    return tuple(tuple((x, y) for x, y in ring) for ring in rings)


@lru_cache(maxsize=64)  # outlines change hardly ever, and have thousands of corners
def _drawn(areas: tuple[Area, ...], name: str) -> SafeString:
    main = [a for a in areas if a.rings and (a.level or a.label or a.count is not None)]
    if not main:
        return EMPTY
    projection = Projection(point for a in main for ring in a.rings for point in ring)
    ordered = sorted((a for a in areas if a.rings), key=lambda a: a.level)
    ground = [
        el("path", d=d, class_=CLASSES[min(5, max(0, a.level))], fill_rule="evenodd")
        for a in ordered
        if (d := _outline(a.rings, projection))
    ]
    discs, pills = _bubbles(main, projection)
    return drawing([*ground, *discs, *_names(main, projection), *pills], name, projection.height, "map")
