"""Rows before drawings: small pictures with percentage positions that stand in a list beside HTML text."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString

from upwell_site.core.charts._svg import EMPTY, FEWEST, Number, el, group_class, num, pct, row, shape

HEIGHT = 32
CLOSE = 8.0  # marks nearer than this many percent would cover each other on a phone
STEP = 13  # how far a mark moves up or down to make room
RADIUS = 9


def _few(people: int | None) -> bool:
    return people is not None and people < FEWEST


def _line(x1: str, x2: str, y: Number, class_: str) -> SafeString:
    return el("line", x1=x1, x2=x2, y1=y, y2=y, class_=class_)


def _post(x: str, y: Number, reach: Number, class_: str) -> SafeString:
    return el("line", x1=x, x2=x, y1=y - reach, y2=y + reach, class_=class_)


def dot_interval_row(
    value: Number,
    low: Number,
    high: Number,
    *,
    start: Number = 0,
    end: Number = 100,
    chance: tuple[Number, Number] | None = None,
    people: int | None = None,
    name: str = "",
) -> SafeString:
    """How large is it, and how sure are we? A dot on its interval, over a pale band where chance alone would put it.

    Fewer than five people: nothing.
    """
    if _few(people):
        return EMPTY
    y = HEIGHT / 2
    parts = [_line("0", "100%", y, "c-grid")]
    if chance:
        a, b = pct(chance[0], start, end), pct(chance[1], start, end)
        width = num(float(b[:-1]) - float(a[:-1])) + "%"
        parts.append(el("rect", x=a, y=y - 9, width=width, height=18, rx=3, class_="c-band"))
    parts.append(_line(pct(low, start, end), pct(high, start, end), y, "c-ci"))
    parts.append(el("circle", cx=pct(value, start, end), cy=y, r=7, class_="c-dot"))
    return row(parts, name, HEIGHT)


def forest_row(
    value: Number,
    low: Number,
    high: Number,
    *,
    start: Number,
    end: Number,
    zero: Number = 0,
    weight: Number = 0.5,
    pooled: bool = False,
    people: int | None = None,
    name: str = "",
) -> SafeString:
    """The same effect in one of several places; all together is a diamond on a band.

    ``weight`` in [0, 1] sets the size of the dot.
    """
    if _few(people):
        return EMPTY
    y = HEIGHT / 2
    a, b, x = (pct(v, start, end) for v in (low, high, value))
    parts = [_line("0", "100%", y, "c-grid"), _post(pct(zero, start, end), y, 14, "c-zero")]
    if pooled:
        width = num(float(b[:-1]) - float(a[:-1])) + "%"
        parts.append(el("rect", x=a, y=y - 8, width=width, height=16, class_="c-poolband"))
        parts.append(el("svg", shape("D", 0, 0, 9, "c-pool"), x=x, y=y, overflow="visible"))
    else:
        parts.append(_line(a, b, y, "c-ci"))
        parts.append(el("circle", cx=x, cy=y, r=5 + 5 * min(1.0, max(0.0, float(weight))), class_="c-dot"))
    return row(parts, name, HEIGHT)


def lanes(places: Sequence[float], close: float = CLOSE) -> list[float]:
    """How many steps below the line each mark stands (above: minus) so that near ones do not cover each other.

    Marks that stand clear stay on the line; those in a bunch fan out in the order given, A above B above C.
    """
    found = [0.0] * len(places)
    bunch: list[int] = []
    for i in [*sorted(range(len(places)), key=lambda i: places[i]), None]:
        if bunch and (i is None or places[i] - places[bunch[-1]] >= close):
            for step, member in enumerate(sorted(bunch)):
                found[member] = step - (len(bunch) - 1) / 2
            bunch = []
        if i is not None:
            bunch.append(i)
    return found


def group_marks_row(
    marks: Sequence[tuple[str, float | None]], *, people: Sequence[int] | None = None, name: str = ""
) -> SafeString:
    """Where do the groups stand between "nobody agrees" (0) and "all agree" (100)? One lettered shape a group.

    ``people`` gives the size of each group: groups of fewer than five, and groups with no value, are not drawn.
    """
    sizes = people or [FEWEST] * len(marks)
    shown = [(g, float(v)) for (g, v), size in zip(marks, sizes, strict=True) if v is not None and size >= FEWEST]
    if not shown:
        return EMPTY
    where = lanes([value for _, value in shown])
    reach = max(1.0, *(abs(lane) for lane in where))
    y = RADIUS + 3 + STEP * reach
    parts = [_line("0", "100%", y, "c-grid"), _post("50%", y, 14, "c-half")]
    values = [value for _, value in shown]
    if len(values) > 1:
        parts.append(_line(pct(min(values)), pct(max(values)), y, "c-ci2"))
    for (letter, value), lane in zip(shown, where, strict=True):
        drop = 5.5 if letter == "C" else 4  # the middle of a triangle lies lower
        inside = shape(letter, 0, 0, RADIUS) + el("text", letter, y=drop, class_="mark-t")
        spot = {"x": pct(value), "y": num(y + lane * STEP), "overflow": "visible"}
        parts.append(el("svg", inside, **spot, class_=group_class(letter)))
    return row(parts, name, 2 * y)


def bar_row(
    value: Number,
    low: Number | None = None,
    high: Number | None = None,
    *,
    end: Number,
    start: Number = 0,
    people: int | None = None,
    name: str = "",
) -> SafeString:
    """How many, and how sure? A bar from nothing; the thin line is cased so that it is seen on bar and ground."""
    if _few(people):
        return EMPTY
    y = HEIGHT / 2
    parts = [el("rect", x="0", y=y - 8, width=pct(value, start, end), height=16, rx=3, class_="c-bar")]
    if low is not None and high is not None:
        a, b = pct(low, start, end), pct(high, start, end)
        parts += [_line(a, pct(min(value, high), start, end), y, "c-case"), _line(a, b, y, "c-over")]
    return row(parts, name, HEIGHT)


def two_dots_row(heard: Number, lives: Number, *, end: Number = 100, name: str = "") -> SafeString:
    """Are the people we heard like the people who live here? Filled: heard; open: live here."""
    y = HEIGHT / 2
    a, b = pct(heard, 0, end), pct(lives, 0, end)
    return row(
        [
            _line("0", "100%", y, "c-grid"),
            _line(a, b, y, "c-ci2"),
            el("circle", cx=b, cy=y, r=6, class_="c-open"),
            el("circle", cx=a, cy=y, r=6, class_="c-dot"),
        ],
        name,
        HEIGHT,
    )
