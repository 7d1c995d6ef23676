"""What the matching found, in the reader's language: reasons with their signs, and groups by the smallest change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext

from upwell._kit.say import Say
from upwell_site.connect import bridge

_ = gettext_lazy
NAMED = 3  # times or languages named in a group; more are counted
PLACE = frozenset({"connect.near", "connect.very_near", "connect.apart"})  # would tell one where the other lives
SIGNS = {
    "connect.fixed": "lock",
    "connect.free_together": "clock",
    "connect.near": "pin",
    "connect.very_near": "pin",
    "connect.apart": "pin",
    "connect.online": "phone",
    "connect.shared_language": "mic",
    "connect.interests": "care",
}
# What stands after the number of people in "29 if they could travel up to 3 km further".
CHANGES: Mapping[str, str | Promise] = {
    "connect.change_slot": _("if they were free once more"),
    "connect.change_travel": _("if they could travel up to %(km)s km further"),
    "connect.change_online": _("if they could meet online as well"),
    "connect.change_in_person": _("if they could meet in person as well"),
    "connect.change_language": _("if they also speak another language"),
    "connect.change_place": _("if one mentor had one more place"),
    "connect.change_organisation": _("if a mentor from their own organisation were allowed"),
    "connect.change_ruled_out": _("if a pair that you ruled out were allowed"),
    "connect.change_clearance": _("once the checks of a mentor are finished"),
    "connect.change_add_place": _("once we know their postcode"),
    "connect.change_add_times": _("once we know when they are free"),
    "connect.change_talk": _("no single thing. Please talk to them"),
}
DETAILED = {"connect.change_slot", "connect.change_language"}
LEFT_OUT = {
    "interests": _("what people care about"),
    "languages": _("languages"),
    "places": _("where people live"),
    "slots": _("times when people are free"),
    "tags": _("what people want to learn or can help with"),
}
PHASES = {
    "comparing": _("Comparing everybody with everybody"),
    "matching": _("Choosing the pairs that fit best together"),
    "explaining": _("Writing down why"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words, with the sign or verb mark before it."""

    text: str
    sign: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """People for whom the same change would help: how many, and what it is."""

    code: str
    people: int
    words: str
    details: str = ""


def sentence(row: list[Any]) -> str:
    """Return a stored fact as a sentence in the reader's language."""
    return Say.from_row(row).text(gettext)


def reasons(rows: Iterable[list[Any]], *, without_place: bool = False) -> list[Reason]:
    """Return why two people fit. The two themselves are not told how far apart they live."""
    found = []
    for row in rows:
        code = str(row[0])
        if without_place and code in PLACE:
            continue
        mark = "learn" if code == "connect.shared_tags" else ""
        found.append(Reason(sentence(row), "" if mark else SIGNS.get(code, "check"), mark))
    return found


def groups(counts: Iterable[tuple[str, int]]) -> list[Group]:
    """Return people without a mentor by what would help: most people first, those nothing helps last."""
    whole: dict[str, int] = {}
    details: dict[str, list[tuple[int, str]]] = {}
    for code, people in counts:
        change, _colon, detail = code.partition(":")
        whole[change] = whole.get(change, 0) + people
        details.setdefault(change, []).append((people, detail))
    last = "connect.change_talk"
    order = sorted(whole, key=lambda change: (change == last, -whole[change], change))
    return [_group(change, whole[change], details[change]) for change in order]


def _group(change: str, people: int, details: Sequence[tuple[int, str]]) -> Group:
    words = str(CHANGES.get(change, CHANGES["connect.change_talk"]))
    if change == "connect.change_travel":
        return Group(change, people, words % {"km": max(int(detail or 0) for _people, detail in details)})
    return Group(change, people, words, _which(change, details) if change in DETAILED else "")


def _which(change: str, details: Sequence[tuple[int, str]]) -> str:
    """Return "Kurdish 8, Tigrinya 6 and 2 others", or the one name alone."""
    kind = "slot" if change == "connect.change_slot" else "language"
    most_first = [(people, code) for people, code in sorted(details, reverse=True) if code]
    named = [(people, bridge.name_of(kind, code).text(gettext)) for people, code in most_first]
    if len(named) < 2:
        return named[0][1] if named else ""
    first = ", ".join(f"{name} {people}" for people, name in named[:NAMED])
    others = len(named) - NAMED
    if others <= 0:
        return first
    return ngettext("%(first)s and %(n)s other", "%(first)s and %(n)s others", others) % {"first": first, "n": others}


def asked(row: Any) -> list[Reason]:
    """Return what somebody asked for or offers, as it was brought in: topics, languages, times, how and how far."""
    found = []
    for kind, sign, mark, codes, words in (
        ("tag", "", "learn", row.tags, "%(what)s"),
        ("language", "mic", "", row.languages, gettext("Speaks %(what)s")),
        ("slot", "clock", "", row.slots, gettext("Free on %(what)s")),
    ):
        said = bridge.names_of(kind, codes)
        if said is not None:
            text = words % {"what": said.text(gettext)}
            found.append(Reason(text[:1].upper() + text[1:], sign, mark))
    found.append(Reason(_way(row), "phone" if row.mode == "online" else "pin"))
    return found


def _way(row: Any) -> str:
    if row.mode == "online":
        return gettext("Meets online")
    km = f"{row.travel_km:g}" if row.travel_km is not None else ""
    if row.mode == "either":
        return gettext("Meets online, or travels up to %(km)s km") % {"km": km} if km else gettext("Meets either way")
    return gettext("Travels up to %(km)s km") % {"km": km} if km else gettext("Meets in person")


def phase(name: str) -> str:
    """Return what a run is doing, in words."""
    return str(PHASES.get(name, _("Beginning")))


def left_out(names: Iterable[str]) -> str:
    """Return the data that nobody gave, as a list in words."""
    return ", ".join(str(LEFT_OUT.get(name, name)) for name in names)
