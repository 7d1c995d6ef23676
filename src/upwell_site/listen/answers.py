"""A stored result in words and rows for the page: who sees it how, what unites, what divides.

It knows a result only as JSON, in which small groups, cells and marks were left out when it was made. Statements whose
text is not handed in (because this reader may not see them) are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from upwell._kit.say import Say
from upwell_site.core.charts import Group
from upwell_site.core.templatetags.upwell import in_words

Json = Mapping[str, Any]
Texts = Mapping[int, str]
SHORT_TITLE, SHORT_SENTENCE = 60, 110
SURE = 15  # an interval no wider than this, in 100, is called sure
HALF = 50
LARGEST = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One statement in a list: its text, a sentence about it, and what its small picture needs."""

    text: str
    sentence: str
    marks: list[tuple[str, float]] = field(default_factory=list)
    name: str = ""
    share: list[int] = field(default_factory=list)
    figure: str = ""
    between: str = ""


@dataclass(frozen=True, slots=True)
class Saying:
    """What marks a group: yes or no to a statement, by how many in 100 of it."""

    text: str
    yes: bool
    share: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Camp:
    """One group for the page."""

    letter: str
    people: int
    sayings: list[Saying]


@dataclass(frozen=True, slots=True)
class Cell:
    """One group's cell of the table."""

    share: str
    counts: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One statement of the table."""

    text: str
    cells: list[Cell | None]
    all: str
    between: str


def sentence(row: list[Any]) -> str:
    """A stored fact in the reader's language."""
    return Say.from_row(row).text(_)


def numbers(result: Json, *lists: str) -> set[int]:
    """The numbers of the statements that these lists, and the groups, speak of."""
    found = {entry["statement"] for name in lists for entry in result.get(name, ())}
    said = (say[1] for group in result.get("groups", ()) for say in group["says"])
    return found | {int(values["statement"]) for values in said if "statement" in values}


def heading(title: str, result: Json) -> str:
    """The heading that says the answer."""
    k, common = len(result.get("groups", ())), len(result.get("unites", ()))
    if not k:
        return title
    what = title if len(title) <= SHORT_TITLE and not set("?!.…:") & set(title) else _("it")
    if k == 1:
        return _("We see %(what)s much alike") % {"what": what}
    words = {"n": in_words(k), "what": what}
    if common >= 3:
        return _("%(n)s ways to see %(what)s, and a lot in common") % words
    if common:
        return _("%(n)s ways to see %(what)s, and something in common") % words
    return _("%(n)s ways to see %(what)s") % words


def lede(result: Json, texts: Texts, statements: int) -> str:
    """How many voted, what all say yes to, where they differ most."""
    people = f"{result['people']:,}"
    if result["more"]:
        people = _("More than %(n)s") % {"n": people}
    said = ngettext(
        "%(people)s people voted on %(n)s sentence.", "%(people)s people voted on %(n)s sentences.", statements
    )
    parts = [said % {"people": people, "n": f"{statements:,}"}]
    if not result["groups"]:
        return " ".join([*parts, sentence(result["headline"])])
    short = [t for e in result["unites"] if (t := texts.get(e["statement"])) and len(t) <= SHORT_SENTENCE]
    if short and len(result["groups"]) > 1:
        parts.append(
            _("%(groups)s say yes to “%(text)s”") % {"groups": everybody(len(result["groups"])), "text": short[0]}
        )
    return " ".join(parts)


def everybody(k: int) -> str:
    """ "All three groups"."""
    return _("Both groups") if k == 2 else _("All %(n)s groups") % {"n": in_words(k).lower()}


def drawing(result: Json) -> list[Group]:
    """The marks of the picture, by group. The largest mark is drawn as six would be: the area goes with the people."""
    most = max((n for *_place, n in result["marks"]), default=1)
    return [
        Group(
            group["name"],
            group["people"],
            [(x, y, max(1, round(LARGEST * n / most))) for g, x, y, n in result["marks"] if g == place],
        )
        for place, group in enumerate(result["groups"])
    ]


def mark_range(result: Json) -> str:
    """ "Each mark is 5 to 9 people"."""
    sizes = [n for _g, _x, _y, n in result["marks"]]
    if not sizes:
        return ""
    if min(sizes) == max(sizes):
        return _("Each mark is %(n)s people. Near means: they voted alike.") % {"n": sizes[0]}
    words = {"low": min(sizes), "high": max(sizes)}
    return _("Each mark is %(low)s to %(high)s people. Near means: they voted alike.") % words


def picture_name(result: Json) -> str:
    """What the picture shows, for those who do not see it."""
    sizes = ", ".join(f"{group['name']} {group['people']:,}" for group in result["groups"])
    return _("%(headline)s People in each: %(sizes)s.") % {"headline": sentence(result["headline"]), "sizes": sizes}


def camps(result: Json, texts: Texts) -> list[Camp]:
    """The groups: how many, and what marks each."""
    return [
        Camp(
            group["name"],
            group["people"],
            [s for row in group["says"] if (s := _saying(Say.from_row(row), texts)) is not None],
        )
        for group in result["groups"]
    ]


def _saying(say: Say, texts: Texts) -> Saying | None:
    share, number = say.values.get("share"), say.values.get("statement")
    if not isinstance(share, Say) or not isinstance(number, int) or number not in texts:
        return None
    low, high = share.values.get("likely_low"), share.values.get("likely_high")
    sure = isinstance(low, int) and isinstance(high, int) and high - low <= SURE
    return Saying(texts[number], say.code == "listen.yes", share.text(_), sure)


def unites(result: Json, texts: Texts) -> list[Line]:
    """What more than half of every group says yes to."""
    return [
        Line(text, _agreed(entry), _marks(entry), name=_in_each(entry))
        for entry in result["unites"]
        if (text := texts.get(entry["statement"]))
    ]


def divides(result: Json, texts: Texts) -> list[Line]:
    """What the groups differ on most."""
    return [
        Line(text, _sides(entry), _marks(entry), name=_in_each(entry))
        for entry in result["divides"]
        if (text := texts.get(entry["statement"]))
    ]


def bridges(result: Json, texts: Texts) -> list[Line]:
    """What even the group that likes it least says yes to."""
    found = []
    for entry in result["bridges"]:
        share = entry["share"]
        words = _("%(low)s to %(high)s") % {"low": share[2], "high": share[3]}
        early = _("%(between)s: too early") % {"between": words} if share[2] < HALF else words
        figure = short(share)
        name = _("Group %(group)s: %(share)s agree, %(between)s") % {
            "group": entry["group"],
            "share": figure,
            "between": early,
        }
        if text := texts.get(entry["statement"]):
            found.append(Line(text, "", name=name, share=share, figure=figure, between=early))
    return found


def _agreed(entry: Json) -> str:
    share = entry["all"]
    if share:
        return _("%(n)s in 100 agree (%(low)s to %(high)s)") % {"n": share[0], "low": share[2], "high": share[3]}
    low, high = entry["between"]
    return _("In each group, %(low)s to %(high)s in 100 agree") % {"low": low, "high": high}


def _sides(entry: Json) -> str:
    """ "Group A and B yes, group C no"."""
    by_side: dict[str, list[str]] = {}
    for letter, (low, high, *_likely) in entry["shares"].items():
        side = _("yes") if low > HALF else _("no") if high < HALF else _("split")
        by_side.setdefault(side, []).append(letter)
    parts = [
        _("group %(letters)s %(side)s") % {"letters": _and(letters), "side": side} for side, letters in by_side.items()
    ]
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def _and(words: list[str]) -> str:
    return (
        words[0] if len(words) == 1 else _("%(some)s and %(last)s") % {"some": ", ".join(words[:-1]), "last": words[-1]}
    )


def _marks(entry: Json) -> list[tuple[str, float]]:
    """Where each group's mark stands: its share, or the middle of what may be told of it."""
    return [(letter, (share[0] + share[1]) / 2) for letter, share in entry["shares"].items()]


def _in_each(entry: Json) -> str:
    return _("In 100 agree: %(groups)s") % {
        "groups": ", ".join(f"{letter} {bare(share)}" for letter, share in entry["shares"].items())
    }


def bare(share: list[int]) -> str:
    """A share without its unit: "88", "at least 88", "at most 10"."""
    low, high, *_likely = share
    if low == high:
        return str(low)
    return _("at most %(n)s") % {"n": high} if low == 0 else _("at least %(n)s") % {"n": low}


def short(share: list[int]) -> str:
    """A share with its unit."""
    return _("%(n)s in 100") % {"n": bare(share)}


def table(rows: Iterable[Json], texts: Texts) -> list[TableRow]:
    """The same as a table. A cell that may not be told is None."""
    found = []
    for row in rows:
        if not (text := texts.get(row["statement"])):
            continue
        cells = [
            Cell(bare(share), _counts(counts)) if share else None
            for share, counts in zip(row["shares"], row["counts"], strict=True)
        ]
        told = row["all"]
        between = _("%(low)s to %(high)s") % {"low": told[2], "high": told[3]} if told else ""
        found.append(TableRow(text, cells, str(told[0]) if told else "", between))
    return found


def _counts(counts: list[int | None]) -> str:
    names: tuple[str | Promise, ...] = (_("yes"), _("no"), _("pass"))
    parts = [f"{name} {n:,}" for name, n in zip(names, counts, strict=False) if n is not None]
    return ", ".join(parts)


def rows_of(result: Json, wanted: Iterable[int]) -> list[Json]:
    """The rows of the table for some statements, in the order asked."""
    by_number = {row["statement"]: row for row in result["table"]}
    return [by_number[number] for number in dict.fromkeys(wanted) if number in by_number]
