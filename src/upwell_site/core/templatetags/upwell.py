"""Template tags of the look: marks, pictures, form controls, initials and charts. A builtin: nothing to load."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.forms import BoundField
from django.template import Context
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from upwell_site.core import charts

register = template.Library()
MARKS = Path(__file__).resolve().parent.parent / "static" / "core" / "marks"
VERBS = ("listen", "recognise", "connect", "act", "learn", "show", "share")
TEN = (
    gettext_lazy("No"), gettext_lazy("One"), gettext_lazy("Two"), gettext_lazy("Three"), gettext_lazy("Four"),
    gettext_lazy("Five"), gettext_lazy("Six"), gettext_lazy("Seven"), gettext_lazy("Eight"), gettext_lazy("Nine"),
    gettext_lazy("Ten"),
)  # fmt: skip

# Pictures carry colours of their own as files; in a page the stylesheet gives them, so that they change in the dark.
_COLOURS = {
    'fill="#0b5c63"': 'class="p-deep"', 'fill="#3f8f92"': 'class="p-water"', 'fill="#d88b61"': 'class="p-clay"',
    'fill="#efbb55"': 'class="p-sun"', 'fill="#a184bd"': 'class="p-plum"', 'fill="#cf86a3"': 'class="p-rose"',
    'fill="#87a9d3"': 'class="p-blue"', 'fill="#83b18d"': 'class="p-good"', 'stroke="#fff"': 'class="cut"',
    'fill="none" stroke="#b9d9d4" stroke-width="2.5" stroke-linecap="round" opacity=".55"': 'class="p-line"',
}  # fmt: skip


@cache
def _drawn(name: str, css: str) -> SafeString:
    """One svg of the package, for use inside a page: no comment, no colour, hidden from screen readers."""
    if not re.fullmatch(r"[a-z-]+", name):
        raise ValueError(f"no mark {name!r}")
    svg = (MARKS / f"{name}.svg").read_text("utf-8")
    svg = re.sub(r"<!--.*?-->\s*", "", svg).strip()
    for old, new in _COLOURS.items():
        svg = svg.replace(old, new)
    svg = svg.replace("<svg ", f'<svg class="{css}" aria-hidden="true" focusable="false" ', 1)
    return mark_safe(svg)  # noqa: S308  (our own file, read from the package)


@register.simple_tag
def mark(verb: str) -> SafeString:
    """The mark of one of the seven verbs, in the verb's accent. Always beside its word."""
    return _drawn(f"verb-{verb}", f"i v-{verb}")


@register.simple_tag
def sign(name: str) -> SafeString:
    """A small sign: kept, run, late, lock, nosig, clock, pin, person, mic, print, down, care, check…"""
    return _drawn(f"sign-{name}", "i")


@register.simple_tag
def logo() -> SafeString:
    return _drawn("logo", "i")


@register.simple_tag
def picture(name: str = "three-people") -> SafeString:
    """A picture of people over water: ``people-rising`` or ``three-people``. Decoration: one a page at most."""
    return _drawn(f"picture-{name}", "picture")


@register.simple_tag
def people_rising() -> SafeString:
    """The hub head's people, without their water: `{% water %}` follows across the whole page."""
    svg = re.sub(r'<path class="p-(deep|line)".*?/>', "", _drawn("picture-people-rising", "people"))
    return mark_safe(svg.replace('viewBox="0 0 560 300"', 'viewBox="-26 30 608 214"'))  # noqa: S308  (our own file)


@register.simple_tag
def water() -> SafeString:
    """The water that the hub's head ends in, from edge to edge."""
    lines = format_html_join(
        "", '<path class="p-line" d="{}"/>',
        ((f"M0 {a}C500 {a} 760 {b} 950 {b}S1180 {a} 1280 {a}",) for a, b in ((22, 14), (37, 31))),
    )  # fmt: skip
    return format_html(
        '<svg class="water" viewBox="0 0 1280 50" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<path class="p-deep" d="M0 7C500 7 760 0 950 0S1180 7 1280 7V51H0Z"/>{}</svg>',
        lines,
    )


def crest(seed: str) -> int:
    """Where on a page (in hundredths of its width) its head swells: the same page always at the same place."""
    return 14 + zlib.crc32(seed.encode()) % 67


@register.simple_tag(takes_context=True)
def swell(context: Context, seed: str = "") -> SafeString:
    """The edge of the sand head: it rises once, at a place that the seed (else the page's address) decides."""
    request = context.get("request")
    x = crest(seed or (request.path if request is not None else "upwell"))
    left, right = (round(10 + 0.2 * far, 1) for far in (x, 100 - x))
    return format_html(
        '<svg class="swell" viewBox="0 0 100 32" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<path d="M0 {}C{} {} {} 0 {} 0C{} 0 {} {} 100 {}V33H0Z"/></svg>',
        left, round(x * 0.4, 1), left, round(x * 0.62, 1), x,
        round(x + (100 - x) * 0.38, 1), round(x + (100 - x) * 0.6, 1), right, right,
    )  # fmt: skip


@register.simple_tag
def attributes(attrs: Mapping[str, Any] | None) -> SafeString:
    """What else was written on a component, escaped (cotton's own ``{{ attrs }}`` does not escape)."""
    given = attrs.attrs_dict() if attrs is not None and hasattr(attrs, "attrs_dict") else dict(attrs or {})
    plain = [(key,) for key, value in given.items() if value is True]
    pairs = [(key, value) for key, value in given.items() if value is not True and value is not False]
    return format_html_join("", " {}", plain) + format_html_join("", ' {}="{}"', pairs)


def described(field: BoundField, hint: str) -> str:
    """The ids of a field's hint and error, in the order they are read."""
    ids = [f"{field.auto_id}_helptext"] if hint or field.help_text else []
    return " ".join([*ids, f"{field.auto_id}_error"] if field.errors else ids)


@register.simple_tag
def control(field: BoundField, hint: str = "", css: str = "", attrs: Mapping[str, Any] | None = None) -> SafeString:
    """A form control in our look, tied to its hint and error, with further attributes such as autocomplete."""
    more = dict(attrs.attrs_dict() if attrs is not None and hasattr(attrs, "attrs_dict") else attrs or {})
    own = str(field.field.widget.attrs.get("class", ""))
    more["class"] = " ".join(part for part in ("input", css, own) if part)
    if ids := described(field, hint):
        more["aria-describedby"] = ids
    return conditional_escape(field.as_widget(attrs=more))


@register.filter
def describes(field: BoundField, hint: str = "") -> str:
    return described(field, hint)


@register.filter
def anchor(field: BoundField) -> str:
    """The id that an error's link leads to: the control, or the first choice of several."""
    if field.id_for_label:
        return field.id_for_label
    return f"{field.auto_id}_0"


@register.filter
def at(values: Mapping[str, str] | None, key: object) -> str:
    """One entry of a mapping by its key, or nothing."""
    return (values or {}).get(str(key), "")


def in_words(count: int) -> str:
    return str(TEN[count]) if 0 <= count < len(TEN) else str(count)


@register.simple_tag
def errors_heading(count: int) -> str:
    """ "Two things to put right"."""
    words = ngettext("%(count)s thing to put right", "%(count)s things to put right", count)
    return words % {"count": in_words(count)}


@register.simple_tag
def form_errors(form: Any) -> list[dict[str, str]]:
    """Every fault of a form: words, and the id of the control that it is about (none when it is about all of them)."""
    found = [{"text": str(text), "id": ""} for text in form.non_field_errors()]
    for field in form:
        where = "" if field.is_hidden else anchor(field)
        found += [{"text": str(text), "id": where} for text in field.errors]
    return found


@register.simple_tag
def initials(name: str, large: bool = False) -> SafeString:
    """A round with two letters for a person; its tint goes with the name. A tag, because lists have it in every row."""
    css = "initials initials-l" if large else "initials"
    return format_html('<span class="{} {}" aria-hidden="true">{}</span>', css, verb_tint(name), two_letters(name))


@lru_cache(maxsize=4096)
def two_letters(name: str) -> str:
    """First and last word's first letters, accents kept."""
    words = [w for w in re.split(r"[\s.]+", unicodedata.normalize("NFC", name or "")) if w and w[0].isalpha()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [w[0] for w in words]
    return "".join(letters).upper() or "?"


def verb_tint(name: str) -> str:
    """The class of a verb's tint for a name: the same name, always the same tint. It means nothing."""
    return f"v-{VERBS[zlib.crc32((name or '').encode()) % len(VERBS)]}"


@register.filter
def up_to(count: int) -> range:
    """1, 2, … count."""
    return range(1, int(count) + 1)


@register.filter
def letters(groups: Iterable[object]) -> list[tuple[str, object]]:
    """Groups with their letters A to E."""
    return list(zip("ABCDE", groups, strict=False))


@register.simple_tag
def shape(letter: str) -> SafeString:
    """The mark of a group (A circle, B square, C triangle, D diamond, E hexagon) beside its words."""
    return charts.shape_sign(letter)


for _chart in (
    charts.dot_interval_row,
    charts.forest_row,
    charts.group_marks_row,
    charts.bar_row,
    charts.two_dots_row,
    charts.scatter,
    charts.histogram,
    charts.hundred_marks,
    charts.line_band,
    charts.spark,
    charts.map_svg,
):
    register.simple_tag(_chart)


@register.simple_tag
def sentence_of(done: int, total: int, word: str = "") -> str:
    """ "Step 3 of 6": n of m in words, never a percentage."""
    return _("%(word)s %(done)s of %(total)s") % {"word": word or _("Step"), "done": done, "total": total}
