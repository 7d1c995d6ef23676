"""Drawings that scale, 360 units wide: groups of people, spread, change over time, a hundred marks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from upwell_site.core.charts._svg import (
    EMPTY,
    FEWEST,
    WIDTH,
    Number,
    drawing,
    el,
    group_class,
    join,
    path,
    shape,
    text,
)

Point = tuple[float, float]
MARGIN = 14.0
LABEL = 30.0  # room above and below for the names of groups
CORE = 0.85  # the band holds this share of a group: its middle, not its strays


@dataclass(frozen=True, slots=True)
class Group:
    """People who answer alike: letter A to E, how many, and marks (x, y, people in the mark)."""

    letter: str
    people: int
    points: Sequence[tuple[float, float, int]]


def hull(points: Sequence[Point]) -> list[Point]:
    """The corners of the tightest band round the points (Andrew's monotone chain), counter-clockwise."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered

    def half(side: Sequence[Point]) -> list[Point]:
        kept: list[Point] = []
        for p in side:
            while len(kept) > 1 and _turn(kept[-2], kept[-1], p) <= 0:
                kept.pop()
            kept.append(p)
        return kept[:-1]

    return half(ordered) + half(ordered[::-1])


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _middle(points: Sequence[tuple[float, float, int]]) -> Point:
    weight = sum(n for *_xy, n in points) or 1
    return sum(x * n for x, _y, n in points) / weight, sum(y * n for _x, y, n in points) / weight


def core(points: Sequence[tuple[float, float, int]], share: float = CORE) -> list[Point]:
    """The marks nearest a group's middle."""
    mx, my = _middle(points)
    near = sorted(points, key=lambda p: (math.hypot(p[0] - mx, p[1] - my), p))
    return [(x, y) for x, y, _n in near[: max(1, math.ceil(len(near) * share))]]


class _Fit:
    """Puts data coordinates on the paper: same scale both ways, y upwards, middle in the middle."""

    def __init__(self, points: Sequence[Point]) -> None:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        wide, tall = max(xs) - min(xs), max(ys) - min(ys)
        room = WIDTH - 2 * MARGIN
        limits = [room / wide if wide > 0 else math.inf, 250 / tall if tall > 0 else math.inf]
        self.scale = min(limits) if math.isfinite(min(limits)) else 1.0
        self.left = (WIDTH - wide * self.scale) / 2 - min(xs) * self.scale
        self.top = LABEL + max(ys) * self.scale
        self.height = tall * self.scale + 2 * LABEL

    def at(self, x: float, y: float) -> Point:
        return self.left + x * self.scale, self.top - y * self.scale


def _names(groups: Sequence[Group], placed: Sequence[Sequence[Point]], height: float) -> list[SafeString]:
    """Each group's name above or below its own marks, moved when two would meet."""
    spots: list[Point] = []
    for points in placed:
        middle = sum(y for _x, y in points) / len(points)
        x = min(WIDTH - 56.0, max(56.0, sum(x for x, _y in points) / len(points)))
        up = middle <= height / 2
        y = min(y for _x, y in points) - 12 if up else max(y for _x, y in points) + 20
        while any(abs(x - sx) < 112 and abs(y - sy) < 16 for sx, sy in spots):
            y += 16 if not up or y < 30 else -16
            up = up and y >= 30
        spots.append((x, min(height - 4, max(13.0, y))))
    return [
        el(
            "text",
            _("%(letter)s · %(people)s people") % {"letter": group.letter, "people": f"{group.people:,}"},
            x=x,
            y=y,
            class_=f"g-t c-halo {group_class(group.letter)}",
        )
        for group, (x, y) in zip(groups, spots, strict=True)
    ]


def _size(people: int) -> float:
    """Area grows with people, so one mark of four looks like four of one."""
    return min(9.0, 2.6 * math.sqrt(max(1, people)))


def scatter(groups: Sequence[Group], *, you: Point | None = None, name: str = "") -> SafeString:
    """Who votes alike? A mark is one or a few people, a band the middle of a group, the name stands at the group.

    Up, down, left and right mean nothing by themselves: say so under the picture. Groups of fewer than five
    people are not drawn, and nothing is drawn when no group is left.
    """
    shown = [g for g in groups if g.people >= FEWEST and g.points]
    if not shown:
        return EMPTY
    everybody = [(x, y) for g in shown for x, y, _n in g.points]
    fit = _Fit([*everybody, you] if you else everybody)
    bands, marks, placed = [], [], []
    for group in shown:
        css = group_class(group.letter)
        corners = hull([fit.at(*p) for p in core(group.points)])
        if len(corners) > 2:
            bands.append(el("g", path(corners, "hull", close=True), class_=css))
        spots = [(*fit.at(x, y), n) for x, y, n in group.points]
        placed.append([(x, y) for x, y, _n in spots])
        marks.append(el("g", join(shape(group.letter, x, y, _size(n)) for x, y, n in spots), class_=css))
    parts = [*bands, *marks, *_names(shown, placed, fit.height)]
    if you:
        x, y = fit.at(*you)
        parts.append(el("circle", cx=x, cy=y, r=8, class_="c-you"))
        parts.append(text(x, y + 23, _("you"), "c-b c-halo", "middle"))
    return drawing(parts, name, fit.height)


def histogram(
    counts: Sequence[int],
    start: Number,
    end: Number,
    *,
    median: Number | None = None,
    median_label: str = "",
    worst: Number | None = None,
    worst_label: str = "",
    low: Number | None = None,
    axis: str = "",
    name: str = "",
) -> SafeString:
    """How is it spread, where is the middle, and who is worst off? Bars ending at or under ``low`` are marked."""
    if sum(counts) < FEWEST:
        return EMPTY
    base, tall, top = 160.0, 118.0, max(counts)
    step = WIDTH / len(counts)
    width = (float(end) - start) / len(counts)

    def x_of(value: Number) -> float:
        return (float(value) - start) / (float(end) - start) * WIDTH

    parts = []
    for i, count in enumerate(counts):
        height = count / top * tall
        css = "c-low" if low is not None and start + (i + 1) * width <= low + 1e-9 else "c-bar"
        if count:
            parts.append(
                el("rect", x=i * step + 1.5, y=base - height, width=step - 3, height=height, rx=2.5, class_=css)
            )
    parts.append(el("line", x1=0, x2=WIDTH, y1=base, y2=base, class_="c-axis"))
    if median is not None:
        x = x_of(median)
        parts.append(el("line", x1=x, x2=x, y1=26, y2=base, class_="c-zero"))
        parts.append(text(min(x, WIDTH - 60.0), 19, median_label, "c-b c-halo", "middle" if x > 60 else "start"))
    if worst is not None:
        x = x_of(worst)
        parts.append(el("line", x1=x, x2=x, y1=base - 24, y2=base - 8, class_="c-axis"))
        parts.append(text(max(0.0, min(x - 8, WIDTH - 80.0)), base - 30, worst_label, "c-t c-halo"))
    parts += [text(0, base + 18, f"{start:g}", "c-t"), text(WIDTH, base + 18, f"{end:g}", "c-t", "end")]
    if axis:
        parts.append(text(WIDTH / 2, base + 18, axis, "c-t", "middle"))
    return drawing(parts, name, base + 24)


def hundred_marks(parts: Sequence[tuple[int, str]], *, name: str = "") -> SafeString:
    """Of a hundred people, how many? ``parts`` are (count, "a", "b" or "off"), which together make 100."""
    if sum(count for count, _kind in parts) != 100:
        raise ValueError("the parts of a hundred marks must make 100")
    kinds = [kind for count, kind in parts for _ in range(count)]
    step = WIDTH / 20
    marks = []
    for i, kind in enumerate(kinds):
        x, y = (i % 20 + 0.5) * step, (i // 20 + 0.5) * step
        letter, css = ("A", "off") if kind == "off" else (kind.upper(), f"mark {group_class(kind.upper())}")
        marks.append(shape(letter, x, y, 6.6 if kind != "b" else 6.9, css))
    return drawing(marks, name, 5 * step, "hundred")


def line_band(
    values: Sequence[tuple[Number, Number, Number]],
    *,
    first: str = "",
    last: str = "",
    label: str = "",
    end: Number | None = None,
    name: str = "",
) -> SafeString:
    """How did it change, and how sure are we? ``values`` are (value, low, high) at even steps of time."""
    if len(values) < 2:
        return EMPTY
    base, tall = 150.0, 116.0
    top = float(end) if end is not None else max(high for _v, _l, high in values) or 1.0

    def at(i: int, value: Number) -> Point:
        return 6 + i * (WIDTH - 12) / (len(values) - 1), base - float(value) / top * tall

    upper = [at(i, high) for i, (_v, _l, high) in enumerate(values)]
    lower = [at(i, low) for i, (_v, low, _h) in enumerate(values)]
    return drawing(
        [
            path([*upper, *lower[::-1]], "c-band", close=True),
            path([at(i, value) for i, (value, _l, _h) in enumerate(values)], "c-line"),
            el("line", x1=2, x2=WIDTH - 2, y1=base, y2=base, class_="c-axis"),
            text(WIDTH - 6, max(16.0, upper[-1][1] - 8), label, "c-b c-halo", "end"),
            text(6, base + 19, first, "c-t"),
            text(WIDTH - 6, base + 19, last, "c-t", "end"),
        ],
        name,
        base + 26,
    )


def spark(values: Sequence[Number], *, end: Number, name: str = "") -> SafeString:
    """One of several small curves on the same scale: ``end`` is the top for all of them."""
    if len(values) < 2:
        return EMPTY
    wide, base, tall = 120, 50.0, 44.0
    points = [
        (2 + i * (wide - 8) / (len(values) - 1), base - float(v) / float(end) * tall) for i, v in enumerate(values)
    ]
    parts = [path(points, "c-line"), el("circle", cx=points[-1][0], cy=points[-1][1], r=3.5, class_="c-bar")]
    parts.append(el("line", x1=0, x2=wide, y1=base + 2, y2=base + 2, class_="c-axis"))
    says: dict[str, str] = {"role": "img", "aria_label": name} if name else {"aria_hidden": "true"}
    return el("svg", join(parts), **says, viewBox=f"0 0 {wide} 54")
