"""Nothing about people is kept longer than its time: what is due goes, a little each day, as each `personal` says.

A row is due `keep` days after its `since`: when it ended or was last used. One that others still hang on waits for the
last of them, and what the law holds is never due. There is no archive between: a copy that nobody sees is a copy all
the same. Instead a hub's admins read thirty days ahead what goes, and when.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.core.cache import cache
from django.db import transaction
from django.db.models import DateTimeField, Exists, F, Min, Model, OuterRef, QuerySet
from django.utils import timezone

from upwell_site.core.erase import name_of
from upwell_site.core.forget import dependents_first, forget, goes_along, loose, pointing_at
from upwell_site.core.models import Hub
from upwell_site.core.privacy import KEEP, NOTHING, declared

AT_ONCE = 500  # rows of one table in one go: other writers wait no longer than that
AHEAD = 30  # days that the page looks forward

# Kept for a time, and not let go of here.
ELSEWHERE = {
    "core.Event": "append-only: the database refuses",
    "core.Consent": "append-only: the database refuses",
    "core.Look": "append-only: the database refuses",
    "sessions.Session": "deleted as soon as it is over, by the tick",
}


def limited() -> list[type[Model]]:
    """Return the models whose rows have an end, those that hang on others first."""
    found = [m for m in apps.get_models() if declared(m).since and KEEP.get(declared(m).keep) is not None]
    return list(dependents_first(m for m in found if not getattr(m, "append_only", False)))


def due(model: type[Model], at: datetime | None = None) -> QuerySet[Any]:
    """Return the rows of a model that have to go at a moment (now)."""
    return _free(model, _past(model, at or timezone.now()))


def _past(model: type[Model], at: datetime) -> QuerySet[Any]:
    """Return the rows whose time is over, and that no law holds."""
    personal = declared(model)
    days, path = KEEP[personal.keep], personal.since.replace(".", "__")
    assert days is not None  # only models with a limit are asked
    end: datetime | date = at - timedelta(days=days)
    if not _has_hours(model):
        end = timezone.localdate(at) - timedelta(days=days)
    return loose(personal, model._base_manager.filter(**{f"{path}__lte": end}))


def _has_hours(model: type[Model]) -> bool:
    at: Any = model
    *steps, last = declared(model).since.split(".")
    for step in steps:
        at = at._meta.get_field(step).related_model
    return isinstance(at._meta.get_field(last), DateTimeField)


def _free(model: type[Model], rows: QuerySet[Any]) -> QuerySet[Any]:
    """Leave out rows that others about people still hang on."""
    for field in pointing_at(model):
        if declared(field.model) is not NOTHING and (goes_along(field) or not field.null):
            rows = rows.exclude(Exists(field.model._base_manager.filter(**{field.name: OuterRef("pk")})))
    return rows


def run() -> int:
    """Let go of some of what is due: at most five hundred rows of each table; return how many went."""
    gone = 0
    for model in limited():
        with transaction.atomic():
            numbers = list(due(model).values_list("pk", flat=True)[:AT_ONCE])
            if numbers:
                gone += forget(model._base_manager.filter(pk__in=numbers))
    return gone


def daily() -> int:
    """Let go of what is due today, some with each tick, until nothing is left; then rest until tomorrow."""
    today = f"retention:{timezone.localdate()}"
    if cache.get(today):
        return 0
    gone = run()
    if not gone:
        cache.set(today, True, timeout=2 * 24 * 3600)
    return gone


@dataclass(frozen=True, slots=True)
class Line:
    """What goes soon: its name, how many, and the day the first of them goes."""

    name: str
    count: int
    first: date


def preview(hub: Hub | None = None, *, days: int = AHEAD) -> list[Line]:
    """Return what goes within some days, of one hub or the whole site; the soonest first."""
    return sorted(_lines(hub, days), key=lambda line: (line.first, line.name))


def _lines(hub: Hub | None, days: int) -> Iterator[Line]:
    now = timezone.now()
    for model in limited():
        rows = _past(model, now + timedelta(days=days))
        if hub is not None:
            if not any(field.name == "hub" for field in model._meta.concrete_fields):
                continue
            rows = rows.filter(hub=hub)
        count = rows.count()
        if count:
            personal = declared(model)
            begun = rows.aggregate(first=Min(F(personal.since.replace(".", "__"))))["first"]
            last = begun + timedelta(days=KEEP[personal.keep] or 0)
            day = timezone.localdate(last) if isinstance(last, datetime) else last
            yield Line(name_of(model), count, max(day, timezone.localdate(now)))
