"""Two records of one person made one, and taken apart again within a month.

The record that is not kept is emptied like somebody forgotten, and says into whom it went. What hung on it hangs on the
other. Nothing is gained by it: no role that looks after others, no age of 18, no yes to anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.core import serializers
from django.db import IntegrityError, transaction
from django.db.models import Field, Model, Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from upwell_site.core import threads
from upwell_site.core.actions.consent import last_of, withdraw
from upwell_site.core.actions.people import check_not_the_last, claim_born, live_roles
from upwell_site.core.events import log
from upwell_site.core.forget import dependents_first, empty, forget, hanging_on, pointing_at
from upwell_site.core.models import ConsentText, Duplicate, Membership, Merge, Person, Seat, Standing
from upwell_site.core.privacy import declared
from upwell_site.core.refused import Refused, taken
from upwell_site.core.text import fold

UNDO = timedelta(days=30)
CHOSEN = ("name", "email", "phone", "sector", "organisation", "about")  # taken from one or the other
HELD = (*CHOSEN, "languages", "place", "contact_ok", "listed", "outside_id", "client_id")
AGES = ("born", "adult_on", "born_by", "born_claimed", "born_claimed_by")


# ---- said ----


@transaction.atomic
def are_two(*, by: Person, duplicate: Duplicate) -> None:
    """Say that two people are two; the pair is never offered again."""
    row = Duplicate.objects.select_for_update().get(pk=duplicate.pk)
    row.state, row.by, row.at = Duplicate.State.TWO, by, timezone.now()
    row.save(update_fields=["state", "by", "at"])
    log(by, "are_two", row)


@transaction.atomic
def point_out(*, by: Person, person: Person, other: Person) -> Duplicate:
    """Say by hand that two records may be one person."""
    if person.pk == other.pk:
        raise Refused(_("This is the same record. Please choose another."))
    one, two = sorted((person.pk, other.pk))
    said = {"state": Duplicate.State.OPEN, "by": by, "score": 9, "at": timezone.now()}
    row, _new = Duplicate.objects.update_or_create(hub_id=by.hub_id, one_id=one, other_id=two, defaults=said)
    log(by, "point_out", row)
    return row


# ---- made one ----


def why_not(by: Person, kept: Person, other: Person) -> str:
    """Say what speaks against making two records one; nothing when nothing does."""
    if kept.hub_id != other.hub_id or kept.pk == other.pk:
        return _("Please choose two records of this hub.")
    if kept.emptied_at is not None or other.emptied_at is not None:
        return _("One of the two is not here any more.")
    if by.pk in {kept.pk, other.pk}:
        return _("One of the two is you. Please ask another hub admin.")
    if kept.user_id and other.user_id:
        return _("Both sign in, each with an address of their own. Ask them which one they use, and forget the other.")
    if other.user_id:
        return _("Keep the record of the one who signs in: please choose the other way round.")
    if _write_to_each_other(kept, other):
        return _("The two sit in one conversation in writing, so they are two people, or it has to end first.")
    return ""


def _write_to_each_other(kept: Person, other: Person) -> bool:
    mine = Seat.objects.filter(hub_id=kept.hub_id, person=kept).values("thread")
    return Seat.objects.filter(hub_id=kept.hub_id, person=other, thread__in=mine).exists()


@transaction.atomic
def merge(*, by: Person, kept: Person, other: Person, from_other: frozenset[str] = frozenset()) -> Merge:
    """Make two records one. `from_other`: the fields of `CHOSEN` that are taken from the record that is not kept.

    What cannot hang on one person twice, such as two votes in one discussion, is set aside; the kept record counts.
    """
    locked = {p.pk: p for p in Person.objects.select_for_update().filter(pk__in=[kept.pk, other.pk]).order_by("pk")}
    kept, other = locked[kept.pk], locked[other.pk]
    if no := why_not(by, kept, other):
        raise Refused(no)
    undo: dict[str, Any] = {"kept": _values(kept), "other": _values(other)}
    _pairs_known(kept, other)
    _withdrawn(by, kept, other)
    undo["aside"], undo["moved"] = _rehang(kept, other)
    undo["roles"] = _end_roles(by, other)
    empty([other.pk])
    # Lists that know the other by its number find the kept one by it.
    number = other.outside_id if kept.outside_id else ""
    Person.objects.filter(pk=other.pk).update(merged_into=kept, outside_id=number)
    _take(by, kept, undo["other"], from_other)
    undo["now"] = _values(kept)
    before = Person.objects.filter(merged_into=other)
    undo["before"] = list(before.values_list("pk", flat=True))
    before.update(merged_into=kept)
    row = Merge.objects.create(hub_id=kept.hub_id, kept=kept, other=other, by=by, undo=undo)
    _watch(by, kept)
    log(by, "merge", kept, other=other.pk)
    return row


def _values(person: Person) -> dict[str, Any]:
    """Return what a person's record says, as JSON holds it."""
    found = {name: getattr(person, _column(name)) for name in (*HELD, *AGES)}
    return {name: value if isinstance(value, bool | int | list | None) else str(value) for name, value in found.items()}


def _field(name: str) -> Field[Any, Any]:
    field = Person._meta.get_field(name)
    assert isinstance(field, Field)
    return field


def _column(name: str) -> str:
    return str(_field(name).attname)


def _end_roles(by: Person, other: Person) -> list[list[Any]]:
    """End what did not move: no account gains rights that somebody else was given."""
    ended = []
    for role in live_roles(other).select_related("hub"):
        if role.granted_at is not None:
            check_not_the_last(role)
        day = max(timezone.localdate(), role.since)
        ended.append([role.pk, role.until.isoformat() if role.until else None, day.isoformat()])
        Membership.objects.filter(pk=role.pk).update(until=day)
        log(by, "end_role", role)
    return ended


def _pairs_known(kept: Person, other: Person) -> None:
    """What was said about the other and a third counts for the kept one; what was only guessed is asked anew."""
    rows = Duplicate.objects.filter(Q(one=other) | Q(other=other), hub_id=kept.hub_id)
    for row in rows.filter(state=Duplicate.State.TWO):
        third = row.other_id if row.one_id == other.pk else row.one_id
        if third != kept.pk:
            one, two = sorted((kept.pk, third))
            said = {"state": Duplicate.State.TWO, "by_id": row.by_id, "at": row.at}
            Duplicate.objects.get_or_create(hub_id=kept.hub_id, one_id=one, other_id=two, defaults=said)
    rows.delete()


def _withdrawn(by: Person, kept: Person, other: Person) -> None:
    """The stricter word counts: what one of the two took back is taken back."""
    for purpose in ConsentText.objects.filter(hub_id=kept.hub_id).values_list("purpose", flat=True).distinct():
        theirs, ours = last_of(other, purpose), last_of(kept, purpose)
        if theirs is not None and not theirs.given and ours is not None and ours.given:
            withdraw(by=by, person=kept, purpose=purpose)


def _rehang(kept: Person, other: Person) -> tuple[list[str], dict[str, list[int]]]:
    """Hang everything on the kept record; return what had to be set aside, and the rows that moved."""
    aside: list[str] = []
    moved: dict[str, list[int]] = {}
    for field in _links():
        name = f"{field.model._meta.label_lower}.{field.name}"
        rows = _of(field, other)
        if field.model is Membership and field.name == "person":
            rows = rows.filter(role=Membership.Role.MENTEE)
        numbers = list(rows.values_list("pk", flat=True))
        done, stuck = _point(field, numbers, kept)
        if done:
            moved[name] = done
        if stuck and declared(field.model).on_erase == "delete" and declared(field.model).basis != "safeguarding":
            aside.append(_set_aside(field.model._base_manager.filter(pk__in=stuck)))
    return aside, moved


def _links() -> Iterator[Field[Any, Any]]:
    """Yield the links to people that move. What is append-only stays as it was said.

    What was in order with one, and a check of theirs, is not in order with the other: somebody looks at it again.
    """
    for field in pointing_at(Person):
        own = field.model in {Merge, Duplicate} or field.name == "merged_into"
        proof = field.model is Standing or field.model._meta.label == "sealed.Check"
        if not own and not (proof and field.name == "person") and not getattr(field.model, "append_only", False):
            yield field


def _of(field: Field[Any, Any], person: Person) -> QuerySet[Any]:
    return field.model._base_manager.filter(**{field.name: person, "hub_id": person.hub_id}).order_by("pk")


def _point(field: Field[Any, Any], numbers: list[Any], at: Person) -> tuple[list[Any], list[Any]]:
    """Point rows at somebody: all at once, or where a rule of the database forbids it one by one."""
    done: list[Any] = []
    stuck: list[Any] = []
    if not numbers:
        return done, stuck
    rows = field.model._base_manager
    try:
        with transaction.atomic():
            rows.filter(pk__in=numbers).update(**{field.name: at})
        return numbers, stuck
    except IntegrityError:
        pass
    for number in numbers:
        try:
            with transaction.atomic():
                rows.filter(pk=number).update(**{field.name: at})
            done.append(number)
        except IntegrityError:
            stuck.append(number)
    return done, stuck


def _set_aside(rows: QuerySet[Any]) -> str:
    """Take rows out with all that hangs on them; return them as text."""
    found = hanging_on(rows)
    order = list(dependents_first(model for model in found if found[model]))[::-1]  # those pointed at come first
    things: list[Model] = [row for model in order for row in model._base_manager.filter(pk__in=found[model])]
    text: str = serializers.serialize("json", things)
    forget(rows)
    return text


def _take(by: Person, kept: Person, other: Mapping[str, Any], from_other: frozenset[str]) -> None:
    """Fill the kept record: the fields chosen, what it lacks, and never less protection."""
    for name in CHOSEN:
        if (name in from_other and other[name]) or not getattr(kept, _column(name)):
            setattr(kept, _column(name), other[name])
            if name == "sector":
                kept.place_id = other["place"]
    kept.outside_id = kept.outside_id or other["outside_id"]
    kept.folded = fold(kept.name)[:120]
    kept.languages = [*kept.languages, *(code for code in other["languages"] if code not in kept.languages)]
    kept.contact_ok = kept.contact_ok and (other["contact_ok"] or not other["email"] + other["phone"])
    kept.save()
    for said in ("born", "born_claimed"):
        born = parse_date(other[said] or "")
        if born and kept.born != born and not (said == "born" and kept.is_adult and _is_adult(other)):
            claim_born(by=by, person=kept, born=born)


def _is_adult(values: Mapping[str, Any]) -> bool:
    day = parse_date(values["adult_on"] or "")
    return day is not None and day <= timezone.localdate()


def _watch(by: Person, person: Person) -> None:
    """A conversation that lost somebody who watched over it pauses."""
    for seat in Seat.objects.filter(hub_id=person.hub_id, person=person, until__isnull=True).select_related("thread"):
        if threads.lacks(seat.thread) and not seat.thread.paused_at:
            threads.pause(by=by, thread=seat.thread)


# ---- taken apart ----


def cannot_undo(row: Merge) -> str:
    """Say why two records stay one; nothing when they can be taken apart."""
    if row.at + UNDO <= timezone.now():
        return _("This was done more than thirty days ago. What it takes to undo it was deleted.")
    if row.kept.emptied_at is not None:
        return _("They were forgotten, or made one with somebody else since.")
    return ""


@transaction.atomic
def unmerge(*, by: Person, merge: Merge) -> Person:
    """Take two records apart again. What was done since stays with the one who was kept. Returns the other."""
    row = Merge.objects.select_for_update().filter(pk=merge.pk).first()
    if row is None:
        raise Refused(_("They were taken apart already."))
    both = Person.objects.select_for_update().filter(pk__in=[row.kept_id, row.other_id]).order_by("pk")
    people: dict[int, Person] = {p.pk: p for p in both}
    row.kept, row.other = kept, other = people[row.kept_id], people[row.other_id]
    if no := cannot_undo(row):
        raise Refused(no)
    undo = row.undo
    _put_back(kept, undo["kept"], undo["now"])
    other.emptied_at = other.merged_into = None
    _put_back(other, undo["other"])
    Person.objects.filter(pk__in=undo["before"], merged_into=kept).update(merged_into=other)
    for field in _links():
        numbers = undo["moved"].get(f"{field.model._meta.label_lower}.{field.name}", [])
        still = list(_of(field, kept).filter(pk__in=numbers).values_list("pk", flat=True)) if numbers else []
        _point(field, still, other)
    for text in undo["aside"]:
        for thing in serializers.deserialize("json", text):
            thing.save()
    for number, until, ended in undo["roles"]:
        Membership.objects.filter(pk=number, until=ended).update(until=until)
    log(by, "unmerge", kept, other=other.pk)
    Merge.objects.filter(pk=row.pk).delete()
    return other


def _put_back(person: Person, before: Mapping[str, Any], now: Mapping[str, Any] | None = None) -> None:
    """Give a record what it held before; what somebody changed since (it is not as in `now`) stays."""
    held = _values(person)
    for name, value in before.items():
        if now is None or held[name] == now[name]:
            field = _field(name)
            setattr(person, field.attname, value if field.is_relation else field.to_python(value))
    person.folded = fold(person.name)[:120]
    with taken(_("The number of one of them in a list was given to somebody else since. Change that first.")):
        person.save()
