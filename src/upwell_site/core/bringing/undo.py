"""Take an import back: what it made and nobody used since goes; what it changed is put back, unless changed again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db.models import Model, Q

from upwell_site.core.models import Batch, BatchRow, Membership, Person

PIECE = 500
LATE = ("core.person", "core.organisation")  # taken back last: everything else may point at them
AGE = frozenset({"born", "born_by_id", "adult_on", "born_claimed", "born_claimed_by_id", "listed"})

InUse = Callable[[list[int]], set[int]]
_in_use: dict[str, InUse] = {}


def register_use(label: str, ask: InUse) -> None:
    """Say how to find which rows of a model are in use since, beyond what points at them: numbers -> numbers."""
    _in_use[label] = ask


def take_back(batch: Batch, by: Person | None) -> Counter[str]:
    """Undo all that a batch made and changed, in the caller's transaction.

    Returns
    -------
    Counter
        ``gone``, ``back`` (rows put back), ``used`` (made, and kept because somebody did something with them since),
        ``later`` (changed again since, left alone).
    """
    told: Counter[str] = Counter()
    made, changed = _made(batch), _changed(batch)
    kept = _kept(made)
    for label in sorted(made, key=lambda label: label in LATE):
        gone = [number for number in made[label] if number not in kept[label]]
        for piece in _pieces(gone):
            rows = apps.get_model(label)._default_manager.filter(pk__in=piece)
            # What points at them was asked above, once for many; the database's own keys are the last word.
            rows._raw_delete(rows.db)
        if label in LATE:
            told["gone"] += len(gone)
            told["used"] += len(kept[label])
    for label, rows in changed.items():
        _put_back(label, rows, by, told)
    BatchRow.objects.filter(batch=batch).update(before={})
    return told


def _kept(made: dict[str, list[int]]) -> dict[str, set[int]]:
    """Return which made rows stay: those in use, whoever they are about, and all this batch made around those."""
    parts = [label for label in made if label not in LATE]
    kept = {label: _used(label, numbers, made) for label, numbers in made.items()}
    for label in parts:
        for target, numbers in _about(label, sorted(kept[label])).items():
            if target in kept:
                kept[target] |= numbers & set(made[target])
    for label in parts:
        kept[label] |= _around(label, made[label], kept)
    return kept


def _about(label: str, numbers: list[int]) -> dict[str, set[int]]:
    """Return the people and organisations that rows are about."""
    model: Any = apps.get_model(label)
    found: dict[str, set[int]] = defaultdict(set)
    for field in model._meta.concrete_fields:
        if field.related_model is not None and field.related_model._meta.label_lower in LATE:
            for piece in _pieces(numbers):
                rows = model.objects.filter(pk__in=piece).values_list(field.attname, flat=True)
                found[field.related_model._meta.label_lower] |= {who for who in rows if who is not None}
    return found


def _made(batch: Batch) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for name, many in BatchRow.objects.filter(batch=batch, new=True).values_list("made", "many").iterator():
        label, _colon, number = name.partition(":")
        found[label].extend(range(int(number), int(number) + many))
    return dict(found)


def _changed(batch: Batch) -> dict[str, dict[int, dict[str, Any]]]:
    found: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
    for name, before in BatchRow.objects.filter(batch=batch, new=False).values_list("made", "before"):
        label, _colon, number = name.partition(":")
        found[label][int(number)] = before
    return dict(found)


def _pieces(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), PIECE):
        yield numbers[start : start + PIECE]


def _used(label: str, numbers: list[int], made: dict[str, list[int]]) -> set[int]:
    """Return which rows somebody did something with: anything points at them that this batch did not make."""
    model: Any = apps.get_model(label)
    used: set[int] = set()
    ours = {other: set(rows) for other, rows in made.items()}
    for piece in _pieces(numbers):
        there = set(model.objects.filter(pk__in=piece).values_list("pk", flat=True))
        for relation in model._meta.get_fields(include_hidden=True):
            if relation.auto_created and not relation.concrete and relation.related_model is not None:
                used |= _pointed_at(relation, sorted(there - used), ours)
        if label in _in_use:
            used |= _in_use[label](sorted(there - used))
    return used


def _pointed_at(relation: Any, piece: list[int], ours: dict[str, set[int]]) -> set[int]:
    other, name = relation.related_model, relation.field.attname
    if other is BatchRow or not piece:
        return set()
    # Rows made together have numbers that follow each other: a range is asked far faster than a list of numbers.
    dense = piece[-1] - piece[0] < 4 * len(piece)
    near = {f"{name}__gte": piece[0], f"{name}__lte": piece[-1]} if dense else {f"{name}__in": piece}
    mine, wanted = ours.get(other._meta.label_lower, set()), set(piece)
    rows = other._base_manager.filter(**near).values_list("pk", name)
    return {target for number, target in rows.iterator() if target in wanted and number not in mine}


def _around(label: str, numbers: list[int], kept: dict[str, set[int]]) -> set[int]:
    """Return the rows that belong to somebody who is kept."""
    model: Any = apps.get_model(label)
    found: set[int] = set()
    for field in model._meta.concrete_fields:
        target = field.related_model
        stay = kept.get(target._meta.label_lower, set()) if target is not None else set()
        if stay:
            for piece in _pieces(numbers):
                rows = model.objects.filter(pk__in=piece).values_list("pk", field.attname)
                found |= {number for number, who in rows if who in stay}
    return found


def _put_back(label: str, befores: dict[int, dict[str, Any]], by: Person | None, told: Counter[str]) -> None:
    model: Any = apps.get_model(label)
    for piece in _pieces(sorted(befores)):
        rows: list[Model] = []
        fields: set[str] = set()
        for row in model.objects.select_for_update().filter(pk__in=piece):
            names = _restore(row, befores[row.pk], by, told)
            if names:
                rows.append(row)
                fields |= {model._meta.get_field(name).name for name in names}
                told["back"] += 1
        if rows:
            model.objects.bulk_update(rows, sorted(fields), batch_size=200)


def _restore(row: Any, before: dict[str, Any], by: Person | None, told: Counter[str]) -> set[str]:
    names = set()
    for name, value in before.items():
        if name in AGE:
            continue
        field = row._meta.get_field(name)
        if getattr(row, name) == _read(field, value["now"]):
            setattr(row, name, _read(field, value["was"]))
            names.add(name)
        else:
            told["later"] += 1
    return names | _age_back(row, before, by)


def _age_back(row: Any, before: dict[str, Any], by: Person | None) -> set[str]:
    """Put a date of birth back without lowering protection.

    What was claimed goes back as it was. A date that made somebody young stays until a second person confirms the date
    that stood there before: undoing is one person's act, and one person never makes anybody an adult.
    """
    if not before.keys() & AGE or any(_now(row, name) != value["now"] for name, value in before.items() if name in AGE):
        return set()
    was = {name: _read(row._meta.get_field(name), before[name]["was"]) for name in before.keys() & AGE}
    if was.get("adult_on") is None:  # unknown before, or only a claim: as protected as now
        for name, value in was.items():
            if name != "listed":
                setattr(row, name, value)
        return set(was) - {"listed"}
    row.born_claimed, row.born_claimed_by_id = was["born"], by.pk if by else None
    if row.born_claimed_by_id is None:
        row.born_claimed = None
    return {"born_claimed", "born_claimed_by_id"}


def _now(row: Any, name: str) -> Any:
    value = getattr(row, name)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _read(field: Any, value: Any) -> Any:
    target = field.target_field if field.is_relation else field
    return value if value is None else target.to_python(value)


def _memberships(numbers: list[int]) -> set[int]:
    """A mentor's role that was granted since, or a part that was ended since, is somebody's decision and stays."""
    rows = Membership.objects.filter(pk__in=numbers)
    decided = Q(until__isnull=False) | Q(role=Membership.Role.MENTOR, granted_at__isnull=False)
    return set(rows.filter(decided).values_list("pk", flat=True))


def _people(numbers: list[int]) -> set[int]:
    """Somebody who signs in here by now stays."""
    return set(Person.objects.filter(pk__in=numbers, user__isnull=False).values_list("pk", flat=True))


register_use("core.membership", _memberships)
register_use("core.person", _people)
