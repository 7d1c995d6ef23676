"""Reading sealed rows: the one place where words are opened, each time with a row that says who looked and when.

`Look` and the words come in one transaction: when the one cannot be written, the other is not given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import policy
from upwell_site.core.models import Membership, Person
from upwell_site.core.refused import Refused
from upwell_site.sealed import chain, keys
from upwell_site.sealed.fields import unseal
from upwell_site.sealed.models import Check, Concern, ConcernEntry, LeftOut, Look

SAFETY = (str(Membership.Role.SAFEGUARDING), str(Membership.Role.DEPUTY))


@dataclass(frozen=True, slots=True)
class Added:
    """One entry of a concern, opened."""

    kind: str
    at: datetime
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class Told:
    """A concern, opened.

    Attributes
    ----------
    words, about, sender, reach : str
        As they were written: what happened, whom it is about, who wrote it, how to reach them.
    added : sequence of Added
        What came after, oldest first.
    whole : bool
        Whether every word is as it was written.
    """

    words: str
    about: str
    sender: str
    reach: str
    added: Sequence[Added]
    whole: bool


@dataclass(frozen=True, slots=True)
class Status:
    """What the register says about one check, for those who may not see its number."""

    check: Check
    in_order: bool


def holders(hub_id: int) -> QuerySet[Membership]:
    """Return the roles of those who look after safety in a hub today, the safeguarding lead before deputies."""
    rows: QuerySet[Membership] = Membership.objects.filter(
        policy.live(Membership), hub_id=hub_id, role__in=SAFETY, person__emptied_at__isnull=True
    )
    return rows.select_related("person__user").order_by("-role", "person__folded", "id")


def may_read(by: Person, concern: Concern) -> bool:
    """Whether somebody looks after safety here and the concern is not about them: asked again below every page."""
    if by.hub_id != concern.hub_id or not holders(by.hub_id).filter(person=by).exists():
        return False
    return not LeftOut.objects.filter(hub_id=by.hub_id, concern=concern, person=by).exists()


@transaction.atomic
def read(*, by: Person, concern: Concern) -> Told:
    """Open a concern for somebody, and write down that they read it."""
    if not may_read(by, concern):
        raise Refused(_("You may not read this."))
    look = _look(by, Look.What.CONCERN, [concern])
    row_key = concern.row_key()
    words, about, sender, reach = (_open(look, concern, row_key, c) for c in ("words", "about", "sender", "reach"))
    entries = concern.entries.filter(hub_id=by.hub_id).select_related("by").order_by("number")
    added = [
        Added(entry.get_kind_display(), entry.at, entry.by.name if entry.by else "", _open_entry(look, entry, row_key))
        for entry in entries
    ]
    return Told(words, about, sender, reach, added, whole=chain.holds(concern, row_key))


def _open_entry(looks: dict[object, Look], entry: ConcernEntry, row_key: bytes) -> str:
    """Return the words of one entry: sealed with its concern's key, so a look at the concern covers it."""
    _written(looks[entry.concern_id])
    return unseal(entry, row_key, "words")


def _open(looks: dict[object, Look], row: Concern | Check, row_key: bytes, column: str) -> str:
    """Return one sealed text. Without a written look at this very row in this transaction there is none."""
    _written(looks[row.pk])
    return unseal(row, row_key, column)


def _written(look: Look) -> None:
    if look.pk is None or not transaction.get_connection().in_atomic_block:
        raise RuntimeError("sealed words are opened only with a look that was written in the same transaction")


def _look(by: Person, what: str, rows: Iterable[Concern | Check]) -> dict[object, Look]:
    looks = [Look(hub_id=by.hub_id, by=by, what=what, row=row.pk, at=timezone.now()) for row in rows]
    return {look.row: look for look in Look.objects.bulk_create(looks)}


def broken(concern: Concern) -> bool:
    """Whether anything of a concern was changed, added or taken away behind our back. Opens no word."""
    return not chain.holds(concern, concern.row_key())


def looks_at(row: Concern | Check) -> QuerySet[Look]:
    """Return who looked at a sealed row, newest first."""
    rows: QuerySet[Look] = Look.objects.filter(hub_id=row.hub_id, row=row.pk)
    return rows.select_related("by").order_by("-id")


@transaction.atomic
def register(*, by: Person, checks: Iterable[Check], day: date | None = None) -> list[Status]:
    """Return what the register says about some checks, and write down who looked at each of them."""
    day, rows = day or timezone.localdate(), list(checks)
    _look(by, Look.What.CHECK, rows)
    return [Status(row, row.status == Check.Status.IN_ORDER and row.recheck_on > day) for row in rows]


@transaction.atomic
def number(*, by: Person, check: Check) -> str:
    """Return the number of one check, and write down who looked."""
    if by.hub_id != check.hub_id or not holders(by.hub_id).filter(person=by).exists():
        raise Refused(_("You may not see this number."))
    return _open(_look(by, Look.What.NUMBER, [check]), check, check.row_key(), "number")


def keys_needed() -> set[str]:
    """Return the names of the site's keys that rows in the database were sealed with."""
    names: set[str] = set()
    for model in (Concern, Check):
        boxes = model.objects.filter(wrapped__isnull=False).values_list("wrapped", flat=True)
        names |= {keys.key_name(bytes(box)) for box in boxes.iterator()}
    return names
