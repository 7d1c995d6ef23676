"""The pen: SVG elements as escaped text, with classes and never with colours or styles."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Number = float | int
FEWEST = 5  # fewer people than this are never drawn
WIDTH = 360  # units across every drawing that scales
EMPTY = SafeString("")


def num(value: Number) -> str:
    """A number as SVG reads it: at most two decimals, a point whatever the language of the page."""
    text = f"{float(value):.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def pct(value: Number, start: Number = 0, end: Number = 100) -> str:
    """Where a value lies between start and end, as a percentage kept inside the line."""
    share = (float(value) - start) / (float(end) - start) * 100
    return num(min(100.0, max(0.0, share))) + "%"


def el(tag: str, body: str = "", **attributes: str | Number | None) -> SafeString:
    """One element. ``class_`` and ``text_anchor`` become ``class`` and ``text-anchor``; None is left out."""
    pairs = [
        (key.rstrip("_").replace("_", "-") if key != "viewBox" else key, num(v) if isinstance(v, int | float) else v)
        for key, v in attributes.items()
        if v is not None
    ]
    inside = format_html_join("", ' {}="{}"', pairs)
    if body == "":
        return format_html("<{}{}/>", tag, inside)
    return format_html("<{}{}>{}</{}>", tag, inside, body, tag)


def join(parts: Iterable[str]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def canvas(body: Iterable[str], name: str, **attributes: str | Number | None) -> SafeString:
    """An outer svg: a picture with a name, or hidden from screen readers when the words stand beside it."""
    says = {"role": "img", "aria_label": name} if name else {"aria_hidden": "true"}
    return el("svg", join(body) or " ", **says, **attributes)


def row(body: Iterable[str], name: str, height: Number) -> SafeString:
    """A row's svg: full width, fixed height, positions in percent, so that text outside stays HTML."""
    return canvas(body, name, width="100%", height=height)


def drawing(body: Iterable[str], name: str, height: Number, class_: str | None = None) -> SafeString:
    """A drawing that scales: 360 units wide."""
    return canvas(body, name, viewBox=f"0 0 {WIDTH} {num(height)}", class_=class_)


def text(x: Number, y: Number, words: str, class_: str, anchor: str | None = None) -> SafeString:
    return el("text", words, x=x, y=y, class_=class_, text_anchor=anchor)


def path(points: Iterable[tuple[float, float]], class_: str, *, close: bool = False) -> SafeString:
    steps = " ".join(f"{num(x)} {num(y)}" for x, y in points)
    return el("path", d=f"M{steps}{'Z' if close else ''}", class_=class_)


# Shape first, then letter, then colour: five groups that survive a photocopier. Drawn round 0, with a radius of 1.
_SHAPES: dict[str, tuple[tuple[float, float], ...]] = {
    "B": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "C": ((0, -1.15), (1.1, 0.85), (-1.1, 0.85)),
    "D": ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    "E": ((-1.1, 0), (-0.55, -0.95), (0.55, -0.95), (1.1, 0), (0.55, 0.95), (-0.55, 0.95)),
}
LETTERS = "ABCDE"


def shape(letter: str, x: Number, y: Number, radius: Number, class_: str = "mark") -> SafeString:
    """The mark of a group: circle, square, triangle, diamond, hexagon for A to E."""
    if letter not in _SHAPES:
        return el("circle", cx=x, cy=y, r=radius, class_=class_)
    return path(((x + px * radius, y + py * radius) for px, py in _SHAPES[letter]), class_, close=True)


def group_class(letter: str) -> str:
    return f"g{letter.lower()}" if letter in LETTERS else "ga"
