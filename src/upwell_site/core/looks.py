"""Writes down who looked at whom, and says who could have: the page a person, or a hub after a breach, asks for.

A look costs one question of the database, and one row the first time on a day. It never breaks the page.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import DatabaseError, models, transaction
from django.db.models import Q
from django.utils import timezone

from upwell_site.core import policy, privacy
from upwell_site.core.models import Look, Membership, Person, Seat, Thread
from upwell_site.core.policy import Actor

log = logging.getLogger("upwell.looks")
KINDS: dict[str, str] = {  # table -> what a page about one of its rows shows
    "core.Person": Look.What.PAGE,
    "core.Membership": Look.What.ROLES,
    "listen.Conversation": Look.What.TALK,
    "listen.Note": Look.What.TALK,
    "connect.Pair": Look.What.MATCH,
    "core.Thread": Look.What.THREAD,
}


def looked(actor: Actor, row: models.Model) -> None:
    """Write down that `actor` opened a page about `row`, for each person it is about but themselves."""
    if actor.person_id is None or actor.hub_id is None or not (people := _about(row)):
        return
    write(actor.hub_id, actor.person_id, people, KINDS.get(row._meta.label, Look.What.OTHER))


def write(hub_id: int, by: int, people: Iterable[int], what: str) -> None:
    """Write down one look at each of `people`; those of today are there already."""
    day = timezone.localdate()
    wanted = set(people) - {by}
    mine = Look.objects.filter(hub_id=hub_id, by=by, what=what, day=day)
    try:
        with transaction.atomic():  # a savepoint: a failure leaves the page's own questions whole
            there = (
                set(mine.filter(person__in=wanted).values_list("person_id", flat=True)) if len(wanted) < 500 else set()
            )
            new = [Look(hub_id=hub_id, person_id=one, by_id=by, what=what, day=day) for one in sorted(wanted - there)]
            if new:
                Look.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    except DatabaseError as problem:  # a full disk or a busy database: the page matters more
        log.error("a look was not written down: %s", type(problem).__name__)


def _about(row: models.Model) -> set[int]:
    """Return the people a row is about, by number."""
    if isinstance(row, Thread):
        seats = Seat.objects.filter(hub_id=row.hub_id, thread=row, until__isnull=True, seat=Seat.As.PARTY)
        return set(seats.values_list("person_id", flat=True))
    personal = privacy.declared(type(row))
    if personal.basis == "record":  # a list, a job: what somebody did, not who somebody is
        return set()
    found: set[int] = set()
    for path in (personal.subject, *personal.also):
        if path == "id" and isinstance(row, Person):
            found.add(row.pk)
        elif path and "." not in path and path != "id":
            f: Any = row._meta.get_field(path)
            if f.related_model is Person and (number := getattr(row, f.attname)) is not None:
                found.add(number)
    return found


# ---- who could have ----

# Facts of a person that a cell may ask for: as they are now, since the past ones are not kept.
FACTS = ("listed", "adult", "agreed")


@dataclass(slots=True)
class Reader:
    """Somebody who could have read about a person, by which roles, and on which days they did look."""

    person_id: int
    roles: set[str] = field(default_factory=set)
    looked: set[date] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Readers:
    """Who could have read, and who did; `everybody`: the person let all adults of the hub find them."""

    people: dict[int, Reader]
    everybody: bool


@dataclass(frozen=True, slots=True)
class _Span:
    """A role from a day until a day (not included), in a programme or the whole hub."""

    person_id: int
    role: str
    programme_id: int | None
    first: date
    until: date

    def meets(self, other: _Span) -> bool:
        return self.first < other.until and other.first < self.until


def could_have_seen(person: Person, first: date, last: date, action: str = "read") -> Readers:
    """Return who could have done `action` on a person's page from `first` to `last`, both included, and who looked.

    Roles count by their days: from the later of their first day and the day they were granted until they ended, or
    their programme did. What a person had ticked (listed, contact) counts as it is now.
    """
    window = _Span(0, "", None, first, last + timedelta(days=1))
    cell = policy.cell(f"person.{action}")
    spans = list(_spans(person.hub_id, set(cell)))
    theirs = list(_spans(person.hub_id, None, person=person))
    offered = list(_spans(person.hub_id, None, person=person, granted=False))
    facts = _facts(person)
    found: dict[int, Reader] = {}
    for span in spans:
        if span.person_id == person.pk or not span.meets(window):
            continue
        if any(_holds(span, alternative, window, theirs, offered, facts) for alternative in cell[span.role]):
            found.setdefault(span.person_id, Reader(span.person_id)).roles.add(span.role)
    looks = Look.objects.filter(hub_id=person.hub_id, person=person, day__gte=first, day__lte=last)
    for by, day in looks.values_list("by_id", "day"):
        found.setdefault(by, Reader(by)).looked.add(day)
    everybody = any(set(_parts(a)) <= facts for a in cell.get("participant", ()))
    return Readers(found, everybody)


def _parts(alternative: str) -> list[str]:
    return [part.strip() for part in alternative.split("&")]


def _holds(
    span: _Span, alternative: str, window: _Span, theirs: list[_Span], offered: list[_Span], facts: set[str]
) -> bool:
    for part in _parts(alternative):
        if part in {"programme", "offered"}:
            rows = theirs if part == "programme" else offered
            same = (row for row in rows if row.programme_id == span.programme_id)
            if span.programme_id is not None and not any(
                row.meets(span) and row.meets(window) and _overlap(row, span).meets(window) for row in same
            ):
                return False
        elif part != policy.ANY and part not in facts:
            return False
    return True


def _overlap(one: _Span, other: _Span) -> _Span:
    return _Span(0, "", None, max(one.first, other.first), min(one.until, other.until))


def _facts(person: Person) -> set[str]:
    """Return which facts of the table hold for a person now."""
    rows = Person.objects.filter(hub_id=person.hub_id, pk=person.pk)
    return {name for name in FACTS if rows.filter(policy.fact(policy.table()["person"], name)).exists()}


def _spans(
    hub_id: int, roles: set[str] | None, *, person: Person | None = None, granted: bool = True
) -> Iterator[_Span]:
    """Yield roles with their days; without `granted` also those that were only offered."""
    rows = Membership.objects.filter(hub_id=hub_id)
    if roles is not None:
        rows = rows.filter(role__in=roles)
    if person is not None:
        rows = rows.filter(person=person)
    if granted:
        rows = rows.filter(Q(granted_at__isnull=False))
    for row in rows.select_related("programme"):
        first = row.since
        if granted and row.granted_at is not None:
            first = max(first, timezone.localdate(row.granted_at))
        until = row.until or date.max
        if person is None and row.programme is not None and row.programme.ends is not None:
            until = min(until, row.programme.ends + timedelta(days=1))
        yield _Span(row.person_id, row.role, row.programme_id, first, until)
