"""Lists of mentees and mentors, brought in to a round of matching."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.connect import actions, bridge
from upwell_site.connect.models import Ask, Offer, Pair, Round, Unmatched
from upwell_site.core.bringing import people, undo
from upwell_site.core.bringing.cells import Reader, words
from upwell_site.core.bringing.guess import why_refused
from upwell_site.core.bringing.kinds import Column, Kind, Loading, Plan, Row, Target, Values, register
from upwell_site.core.models import Hub
from upwell_site.core.policy import Actor
from upwell_site.core.postcode import sector_of

if TYPE_CHECKING:
    from upwell.connect import Column as EngineColumn

MODELS: dict[str, type[Ask] | type[Offer]] = {"mentees": Ask, "mentors": Offer}
MOST_PLACES = 50
OURS = {column.name: column for column in (people.ID, people.NAME, people.EMAIL, people.PHONE, people.BORN)}
EMPTY_MEANS = frozenset({"goals", "skills", "languages", "availability", "mode", "capacity", "cleared"})
LISTS = {"goals": "tags", "skills": "tags", "languages": "languages", "availability": "slots"}
PLAIN = ("organisation", "travel_km", "mode", "capacity", "cleared")


@dataclass(frozen=True, slots=True)
class Where:
    """A postcode: the sector that is kept, and roughly where that is."""

    sector: str
    lat: float
    lon: float

    def __str__(self) -> str:
        return self.sector


@cache
def columns_of(side: str) -> tuple[Column, ...]:
    """Return the columns of one side: the engine's, with phone and date of birth of our own after the address."""
    found: list[Column] = []
    for column in bridge.columns_of(side):
        found.append(_column(column))
        if column.name == "email":
            found += [people.PHONE, people.BORN]
    return tuple(found)


def _column(theirs: EngineColumn) -> Column:
    ours = OURS.get(theirs.name)
    return Column(
        theirs.name,
        gettext_lazy(theirs.about),
        theirs.example,
        ours.read if ours else _reader(theirs.name, theirs.read),
        tuple(name for name in theirs.synonyms if not why_refused(name)),
        required=theirs.required,
        reads_empty=theirs.name in EMPTY_MEANS,
        as_text=theirs.name == "id",
    )


def _reader(name: str, read: Callable[[str], Any]) -> Reader:
    if name == "postcode":
        return lambda cell: _where(cell, read)
    if name == "organisation":
        return lambda cell: read(words(160)(cell))
    return read


def _where(cell: str, locate: Callable[[str], Any]) -> Where:
    sector = sector_of(cell)
    spot = locate(cell)
    return Where(sector, spot.lat, spot.lon)


def _check_row(values: Values) -> Iterable[tuple[str, str]]:
    if not values.get("name") and not values.get("id"):
        yield "name", _("Write a name, or a number (id): one of the two is needed to tell people apart.")
    if ("lat" in values) != ("lon" in values):
        yield "lat" if "lon" in values else "lon", _("Write both lat and lon, or a postcode instead.")
    if not 1 <= values.get("capacity", 1) <= MOST_PLACES:
        yield "capacity", _("Write a whole number from 1 to %d.") % MOST_PLACES


def _targets(actor: Actor, hub: Hub) -> list[Target]:
    rounds = Round.objects.filter(hub=hub).visible_to(actor, "edit").exclude(state=Round.State.APPROVED)
    return [
        Target(str(row.pk), f"{row.programme.name}: {row.name}", row.programme, row)
        for row in rounds.select_related("programme").order_by("programme__name", "name")
    ]


def _plan(rows: Sequence[Row], loading: Loading, side: str) -> list[Plan]:
    """Plan the people, then what each asks or offers in the round: one query more."""
    by_number = {row.number: row.values for row in rows}
    plans = people.plan_people([_person(row) for row in rows], loading, side, linked=False)
    known = [plan.thing for plan in plans if plan.thing is not None]
    here = MODELS[side].objects.filter(hub=loading.hub, round=loading.target.thing, person__in=known)
    sides = {row.person_id: row for row in here}
    for plan in plans:
        values = by_number[plan.row.number]
        if plan.thing is None:
            plan.changes.setdefault("name", values.get("id", ""))
        row = sides.get(plan.thing.pk) if plan.thing else None
        _side(plan, row, _said(values))
        vector = loading.vectors.get(plan.row.number)
        if vector is not None and (row is None or bytes(row.interests or b"") != vector):
            plan.more["vector"] = vector
            plan.state = "changed" if plan.state == "known" else plan.state
    return plans


def _side(plan: Plan, row: Ask | Offer | None, said: dict[str, Any]) -> None:
    if row is None:
        plan.more["side"] = (None, said)
        plan.state = "joins" if plan.thing is not None else "new"
        return
    differs = {name: value for name, value in said.items() if getattr(row, name) != value}
    plan.more["side"] = (row, differs)
    plan.more.setdefault("said", []).extend((name, getattr(row, name), value) for name, value in differs.items())
    if differs:
        plan.state = "changed"


def _person(row: Row) -> Row:
    """Return what a row says about the person themselves."""
    values: Values = {name: row.values[name] for name in ("id", "name", "email", "phone", "born") if name in row.values}
    if "postcode" in row.values:
        values["postcode"] = row.values["postcode"].sector
    return Row(row.number, values)


def _said(values: Values) -> dict[str, Any]:
    """Return what a row says about the round, as fields of an ask or an offer."""
    said: dict[str, Any] = {ours: sorted(values[name]) for name, ours in LISTS.items() if name in values}
    said |= {name: values[name] for name in PLAIN if values.get(name) is not None}
    if "lat" in values:
        said |= {"lat": values["lat"], "lon": values["lon"]}
    elif "postcode" in values:
        said |= {"lat": values["postcode"].lat, "lon": values["postcode"].lon}
    return said


def _in_round(side: str) -> Callable[[list[int]], set[int]]:
    """Return how to find asks or offers that a round used: in a pair, or told why there is none."""

    def used(numbers: list[int]) -> set[int]:
        rows = list(MODELS[side].objects.filter(pk__in=numbers).values_list("pk", "round_id", "person_id"))
        rounds, persons = {row[1] for row in rows}, [row[2] for row in rows]
        who = "mentee_id" if side == "mentees" else "mentor_id"
        pairs = Pair.objects.filter(Q(round_id__in=rounds), **{f"{who}__in": persons})
        taken = set(pairs.exclude(state=Pair.State.DROPPED).values_list("round_id", who))
        if side == "mentees":
            waiting = Unmatched.objects.filter(round_id__in=rounds, mentee_id__in=persons)
            taken |= set(waiting.values_list("round_id", "mentee_id"))
        return {number for number, round_id, person_id in rows if (round_id, person_id) in taken}

    return used


undo.register_use("connect.ask", _in_round("mentees"))
undo.register_use("connect.offer", _in_round("mentors"))
register(
    Kind(
        "mentees",
        gettext_lazy("Mentees"),
        gettext_lazy("People who ask for a mentor, with what they want to learn and when they are free."),
        lambda: columns_of("mentees"),
        lambda rows, loading: _plan(rows, loading, "mentees"),
        lambda plans, loading: actions.bring_in_asks(plans=plans, loading=loading),
        people.keys,
        _check_row,
        _targets,
        beside=True,
    )
)
register(
    Kind(
        "mentors",
        gettext_lazy("Mentors"),
        gettext_lazy("People who offer to mentor, with what they can help with. Each role waits for somebody’s yes."),
        lambda: columns_of("mentors"),
        lambda rows, loading: _plan(rows, loading, "mentors"),
        lambda plans, loading: actions.bring_in_offers(plans=plans, loading=loading),
        people.keys,
        _check_row,
        _targets,
        beside=True,
    )
)
