"""The one way rows about people go: deleted with all that hangs on them, or blanked, or emptied.

What a field holds, and what becomes of it, stands in each model's `personal` alone. Links between rows cascade here,
not in the database, and so do names of rows in text ("listen.note:7"), which no database knows of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db.models import SET_NULL, Field, Model, QuerySet
from django.utils import timezone

from upwell_site.core.models import Person
from upwell_site.core.privacy import DATE, LINK, NONE, NOTHING, Personal, declared

AT_ONCE = 500  # numbers in one question
Doomed = dict[type[Model], set[Any]]


def forget(rows: QuerySet[Any]) -> int:
    """Delete rows, the rows that hang on them, and those that name them in text; return how many went.

    In the caller's transaction. A row that has to stay and points at one of these loses its link; where it cannot, this
    is a mistake in the models, and nothing is deleted.
    """
    doomed = hanging_on(rows)
    gone = 0
    for model in dependents_first(model for model in doomed if doomed[model]):
        for piece in pieces(sorted(doomed[model])):
            gone += model._base_manager.filter(pk__in=piece)._raw_delete("default")
    return gone


def hanging_on(rows: QuerySet[Any]) -> Doomed:
    """Return the numbers of rows and of all that goes with them, by model. Links of rows that stay are taken off."""
    doomed: Doomed = {}
    _collect(rows.model, set(rows.values_list("pk", flat=True)), doomed)
    return doomed


def pieces(numbers: list[Any]) -> Iterator[list[Any]]:
    """Yield a list in pieces that fit into one question."""
    for start in range(0, len(numbers), AT_ONCE):
        yield numbers[start : start + AT_ONCE]


def _collect(model: type[Model], numbers: set[Any], doomed: Doomed) -> None:
    new = numbers - doomed.setdefault(model, set())
    if not new:
        return
    doomed[model] |= new
    for piece in pieces(sorted(new)):
        for relation in pointing_at(model):
            _collect_pointing(relation, piece, doomed)
        for other, field in named_in_text():
            names = [f"{model._meta.label_lower}:{number}" for number in piece]
            found = loose(declared(other), other._base_manager.filter(**{f"{field}__in": names}))
            _collect(other, set(found.values_list("pk", flat=True)), doomed)


def _collect_pointing(field: Field[Any, Any], piece: list[Any], doomed: Doomed) -> None:
    other: type[Model] = field.model
    found = other._base_manager.filter(**{f"{field.name}__in": piece})
    if goes_along(field):
        _collect(other, set(found.values_list("pk", flat=True)), doomed)
    elif field.null:
        found.update(**{field.name: None})
    elif found.exists():
        raise RuntimeError(f"{other._meta.label}.{field.name} stays, and points at what shall go")


def goes_along(field: Field[Any, Any]) -> bool:
    """Whether a row goes when the one that its link points at does."""
    if field.null and field.remote_field.on_delete is SET_NULL:  # type: ignore[union-attr]
        return False
    personal = declared(field.model)
    return personal.on_erase == "delete" or (personal is NOTHING and not field.null)


def pointing_at(model: type[Model]) -> list[Field[Any, Any]]:
    """Return the links of all models that lead to one."""
    found = model._meta.get_fields(include_hidden=True)
    return [f.field for f in found if f.auto_created and not f.concrete and f.is_relation]  # type: ignore[union-attr]


def named_in_text() -> list[tuple[type[Model], str]]:
    """Return the text fields whose row goes with the row they name."""
    return [(model, name) for model in apps.get_models() for name in declared(model).goes_with]


def dependents_first(models: Iterable[type[Model]]) -> Iterator[type[Model]]:
    """Yield models so that each comes before those it points at."""
    waiting = list(models)
    while waiting:
        targets = {f.related_model for m in waiting for f in m._meta.concrete_fields if f.related_model is not m}
        free = [model for model in waiting if model not in targets]
        if not free:
            raise RuntimeError("these models point at one another in a ring")
        yield from free
        waiting = [model for model in waiting if model not in free]


def loose(personal: Personal, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the rows that no law holds."""
    if personal.on_erase == "hold":
        return rows.none()
    return rows.exclude(**personal.held) if personal.held else rows


# ---- blanked ----


def blank(rows: QuerySet[Any]) -> int:
    """Empty what rows say about somebody; their numbers, codes and dates stay. Returns how many rows."""
    values = empties(rows.model)
    return rows.update(**values) if values else 0


def empties(model: type[Model]) -> dict[str, Any]:
    """Return field -> what it holds once it was blanked.

    A person's own row loses every field but the two dates by which it is counted. Other rows lose words, places and
    ways to reach somebody, and keep who points at whom: that is a number whose person is empty.
    """
    personal = declared(model)
    keeps = {NONE, LINK, DATE} if personal.subject != "id" else frozenset()
    wordy = [n for n, kind in personal.fields.items() if kind not in keeps and n not in personal.stays]
    return {name: _empty(model._meta.get_field(name)) for name in wordy} | dict(personal.blank)  # type: ignore[arg-type]


def _empty(field: Field[Any, Any]) -> Any:
    if field.null:
        return None
    if field.empty_strings_allowed and field.get_internal_type() != "JSONField":
        return ""
    if field.has_default():
        return field.get_default()
    raise RuntimeError(f"{field} cannot be blanked: name it in `stays`, or what it shall hold in `blank`")


def empty(people: Iterable[int]) -> int:
    """Empty people: every field blank, the number kept, so that history adds up."""
    rows = Person.objects.filter(pk__in=list(people))
    return rows.update(**empties(Person), emptied_at=timezone.now())
