"""A row of any model about one person, with a word nobody else uses in each of its texts: made from the registry."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from upwell_site.core import privacy
from upwell_site.core.models import Hub, Person, User
from upwell_site.core.pack import REFERENCES

COUNT = itertools.count(1)
TEXTS = ("CharField", "TextField", "EmailField", "SlugField", "URLField")
MUST: dict[str, dict[str, Any]] = {  # what a constraint of the database asks for
    "core.Duplicate": {"state": lambda: "open"},
    "connect.Round": {"approved_at": timezone.now},
    "connect.Pair": {"approved_at": timezone.now},
    "listen.Vote": {"value": lambda: 1},
    "sealed.Check": {"issued_on": lambda: timezone.localdate() - timedelta(days=1)},
}


@dataclass(slots=True)
class Words:
    """Every word that was planted: whose it is, and in which field of which model."""

    found: dict[str, tuple[int, str]] = field(default_factory=dict)

    def new(self, person: Person | None, where: str, limit: int | None) -> str:
        """Return a new word, short enough for its field."""
        word = f"zq{next(COUNT):05x}"
        assert limit is None or len(word) <= limit, where
        self.found[word] = (person.pk if person else 0, where)
        return word


def about(model: type[models.Model], person: Person, other: Person, words: Words) -> models.Model:
    """Make a row of `model` about `person`; other people in it are `other`."""
    personal = privacy.declared(model)
    values: dict[str, Any] = {}
    for f in model._meta.concrete_fields:
        if f.name == "hub":
            values["hub"] = person.hub
        elif not f.primary_key or f.name != "id":
            value = _value(f, model, personal, person, other, words)
            if value is not None:
                values[f.name] = value
    values |= {name: make() for name, make in MUST.get(model._meta.label, {}).items()}
    return model._base_manager.create(**values)


def _value(f: Any, model: Any, personal: privacy.Personal, person: Person, other: Person, words: Words) -> Any:
    where = f"{model._meta.label}.{f.name}"
    steps = personal.subject.split(".")
    if f.is_relation:
        if f.name == steps[0]:
            return _way(f.related_model, steps[1:], person, other, words)
        if f.related_model is Person:
            return other
        if f.related_model is User:
            return None
        if f.null:
            return None
        if f.related_model is Hub:
            return Hub.objects.exclude(pk=person.hub_id).order_by("pk").first()
        made = f.related_model
        return about(made, person, other, words) if privacy.declared(made).fields else _thing(made, person, other)
    if not personal.subject and f.name in REFERENCES and f.get_internal_type() == "CharField":
        return f"core.person:{person.pk}"
    return _plain(f, where, person, words)


def _way(target: Any, steps: list[str], person: Person, other: Person, words: Words) -> Any:
    if target is Person:
        return person
    if target is User:
        return person.user
    return about(target, person, other, words)


def _plain(f: Any, where: str, person: Person | None, words: Words) -> Any:
    kind = f.get_internal_type()
    if getattr(f, "choices", None):
        return f.choices[0][0]
    if kind == "JSONField":
        return [words.new(person, where, None)]
    if kind == "EmailField":
        return f"{words.new(person, where, None)}@example.org"
    if kind in TEXTS:
        return words.new(person, where, f.max_length)
    if f.has_default() or f.null:
        return None
    if kind == "UUIDField":
        return uuid.uuid4()
    if kind == "BooleanField":
        return False
    if kind in {"DateTimeField", "DateField"}:
        return timezone.now() if kind == "DateTimeField" else timezone.localdate()
    return next(COUNT)


def _thing(model: Any, person: Person, other: Person) -> Any:
    """Make a row that is about nobody."""
    values: dict[str, Any] = {}
    for f in model._meta.concrete_fields:
        if f.name == "hub":
            values["hub"] = person.hub
        elif f.is_relation:
            if not f.null:
                values[f.name] = _thing(f.related_model, person, other)
        elif not f.primary_key and not f.has_default() and not f.null:
            values[f.name] = _plain(f, "", None, Words())
    return model._base_manager.create(**values)


def fill(person: Person, words: Words) -> None:
    """Put a word in each text of the person themselves, and of their sign-in."""
    for row in (person, person.user):
        for f in row._meta.concrete_fields if row is not None else ():
            if f.get_internal_type() in (*TEXTS, "JSONField") and f.name in privacy.declared(type(row)).fields:
                setattr(row, f.name, _plain(f, f"{row._meta.label}.{f.name}", person, words))
        if row is not None:
            row.save()
