"""Who may do what: `permissions.toml` read three ways, for many rows, for flags on rows, and for one thing.

The table says role x action x resource; a cell lists relations between the person and the row. The hub is always
implied. See docs/adr/0004-permission-table.md.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models import BooleanField, Case, DateTimeField, Model, Q, QuerySet, Value, When
from django.utils import timezone

if TYPE_CHECKING:
    from upwell_site.core.tenancy import HubRow

M = TypeVar("M", bound=Model)
TABLE = Path(__file__).with_name("permissions.toml")
ANY = "any"
NOBODY = Q(pk__in=[])
EVERYBODY = Q()


@dataclass(frozen=True, slots=True)
class Actor:
    """The person somebody is in one hub, built once a request.

    Attributes
    ----------
    hub_id : int or None
        The hub; None on pages of the site itself.
    person_id : int or None
        None for a visitor.
    roles : mapping
        Role -> the programmes it holds in; None means the whole hub.
    asleep : frozenset
        Granted roles that wait for a second factor in this session.
    scope : str
        The one thing that a link without an account opens: "listen.discussion:7".
    """

    hub_id: int | None
    person_id: int | None = None
    roles: Mapping[str, frozenset[int] | None] = field(default_factory=dict)
    asleep: frozenset[str] = frozenset()
    scope: str = ""

    def has(self, *roles: str) -> bool:
        """Whether any of `roles` is held, in any programme. For words on a page, never to decide what may be done."""
        return any(role in self.roles for role in roles)


@dataclass(frozen=True, slots=True)
class Resource:
    """One row group of the table: its model, its relations, its actions (role -> alternatives)."""

    name: str
    model: str
    relations: Mapping[str, Mapping[str, Any]]
    actions: Mapping[str, Mapping[str, tuple[str, ...]]]


@cache
def table() -> Mapping[str, Resource]:
    """Return the permission table, checked: unknown roles, relations or keys stop the start."""
    raw = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    roles, groups = set(raw.pop("roles")["names"]), raw.pop("groups")
    return {name: _resource(name, body, roles, groups) for name, body in raw.items()}


def _resource(name: str, body: dict[str, Any], roles: set[str], groups: Mapping[str, list[str]]) -> Resource:
    model, relations = body.pop("model"), body.pop("relations", {})
    actions: dict[str, dict[str, tuple[str, ...]]] = {}
    for action, cell in body.items():
        spread: dict[str, list[str]] = {}
        for who, alternatives in cell.items():
            for role in groups.get(who, [who]):
                spread.setdefault(role, []).extend(alternatives)
        known = {*relations, ANY}
        used = {part.strip() for alternatives in spread.values() for a in alternatives for part in a.split("&")}
        if wrong := (set(spread) - roles) | (used - known):
            raise ImproperlyConfigured(f"permissions.toml, {name}.{action}: unknown {', '.join(sorted(wrong))}")
        actions[action] = {role: tuple(alternatives) for role, alternatives in spread.items()}
    return Resource(name, model, relations, actions)


@cache
def resource_of(model: type[Model]) -> Resource:
    """Return the row group of a model."""
    label = model._meta.label
    for resource in table().values():
        if resource.model == label:
            return resource
    raise ImproperlyConfigured(f"{label} has no row in permissions.toml")


def cell(name: str) -> Mapping[str, tuple[str, ...]]:
    """Return role -> alternatives of ``"resource.action"``."""
    resource, _, action = name.partition(".")
    try:
        return table()[resource].actions[action]
    except KeyError:
        raise ImproperlyConfigured(f"permissions.toml has no cell {name}") from None


def clause(actor: Actor, resource: Resource, action: str) -> Q:
    """Return the condition a row must meet for `action`; `NOBODY` or `EVERYBODY` when rows do not matter."""
    try:
        by_role = resource.actions[action]
    except KeyError:
        raise ImproperlyConfigured(f"permissions.toml has no cell {resource.name}.{action}") from None
    found: list[Q] = []
    for role in actor.roles.keys() & by_role.keys():
        for alternative in by_role[role]:
            q = _all_of(actor, role, resource, alternative)
            if q is EVERYBODY:
                return EVERYBODY
            if q is not NOBODY:
                found.append(q)
    if not found:
        return NOBODY
    whole = found[0]
    for q in found[1:]:
        whole |= q
    return whole


def _all_of(actor: Actor, role: str, resource: Resource, alternative: str) -> Q:
    whole = EVERYBODY
    for name in (part.strip() for part in alternative.split("&")):
        q = EVERYBODY if name == ANY else _relation(actor, role, resource.relations[name])
        if q is NOBODY:
            return NOBODY
        if q is not EVERYBODY:
            whole = q if whole is EVERYBODY else whole & q
    return whole


def _relation(actor: Actor, role: str, relation: Mapping[str, Any]) -> Q:
    """Return one relation as a condition. To-many relations are `IN (subquery)`: a join would double rows."""
    me = actor.person_id
    if "is" in relation:
        return Q(**{_path(key): _value(value) for key, value in relation["is"].items()})
    if "is_not" in relation:
        return ~Q(**{_path(key): _value(value) for key, value in relation["is_not"].items()})
    if "scope" in relation:
        label, _, number = actor.scope.partition(":")
        if label != relation["scope"] or not number.isdecimal():
            return NOBODY
        return Q(**{_path(relation.get("path", "pk")): int(number)})
    if "me" in relation:
        if me is None:
            return NOBODY
        whole = Q(**{_path(relation["me"][0]): me})
        for path in relation["me"][1:]:
            whole |= Q(**{_path(path): me})
        return whole
    if "me_among" in relation:
        if me is None:
            return NOBODY
        return _among(relation, _many(actor, relation["me_among"], relation, {relation["who"]: me}))
    if "me_not_among" in relation:
        if me is None:
            return NOBODY
        return ~_among(relation, _many(actor, relation["me_not_among"], relation, {relation["who"]: me}))
    programmes = actor.roles[role]
    if programmes is None:
        return EVERYBODY
    if "programme" in relation:
        return Q(**{f"{_path(relation['programme'])}__in": programmes})
    if "programme_among" in relation:
        path = relation.get("path", "programme")
        return _among(relation, _many(actor, relation["programme_among"], relation, {f"{path}__in": programmes}))
    raise ImproperlyConfigured(f"permissions.toml: a relation of no known kind: {dict(relation)}")


def fact(resource: Resource, name: str) -> Q:
    """Return a fact of a row (a relation of the kind ``is``) as a condition: it asks nobody who they are."""
    return Q(**{_path(key): _value(value) for key, value in resource.relations[name]["is"].items()})


def _many(actor: Actor, label: str, relation: Mapping[str, Any], who: Mapping[str, Any]) -> QuerySet[Any]:
    """Return the rows that join; one filter, so that conditions on a to-many path speak of the same row."""
    many: QuerySet[Any] = apps.get_model(label)._default_manager.filter(hub_id=actor.hub_id)
    if relation.get("live"):
        many = many.filter(live(many.model))
    if relation.get("open"):
        many = many.filter(not_ended(many.model))
    return many.filter(**{_path(key): value for key, value in {**relation.get("where", {}), **who}.items()})


def not_ended(model: type[Model]) -> Q:
    """Return the condition that a dated row has not ended; it may still wait for somebody's yes."""
    return Q(until__isnull=True) | Q(until__gt=_now(model))


def _now(model: type[Model]) -> object:
    return timezone.now() if isinstance(model._meta.get_field("until"), DateTimeField) else timezone.localdate()


def live(model: type[Model]) -> Q:
    """Return the condition that a dated row holds now: begun, granted where that is needed, not ended."""
    whole = Q(since__lte=_now(model)) & not_ended(model)
    if any(f.name == "granted_at" for f in model._meta.fields):
        whole &= Q(granted_at__isnull=False)
    return whole


def _among(relation: Mapping[str, Any], many: QuerySet[Any]) -> Q:
    return Q(**{f"{_path(relation.get('from', 'pk'))}__in": many.values(_path(relation["by"]))})


def _value(value: object) -> object:
    return timezone.localdate() if value == "today" else value


def _path(path: str) -> str:
    return path.replace(".", "__")


def visible(rows: QuerySet[M], actor: Actor, action: str) -> QuerySet[M]:
    """Keep the rows on which `actor` may do `action`."""
    q = clause(actor, resource_of(rows.model), action)
    if q is NOBODY:
        return rows.none()
    mine = _in_hub(rows, actor)
    return mine if q is EVERYBODY else mine.filter(q)


def flagged(rows: QuerySet[M], actor: Actor, actions: tuple[str, ...]) -> QuerySet[M]:
    """Add ``can_<action>`` to each row, in the same query."""
    resource = resource_of(rows.model)
    flags: dict[str, Any] = {}
    for action in actions:
        q = clause(actor, resource, action)
        if q is EVERYBODY or q is NOBODY:
            flags[f"can_{action}"] = Value(q is EVERYBODY, output_field=BooleanField())
        else:
            flags[f"can_{action}"] = Case(When(q, then=Value(True)), default=Value(False), output_field=BooleanField())
    more: QuerySet[M] = rows.annotate(**flags)
    return more


def can(actor: Actor, action: str, thing: HubRow | Model) -> bool:
    """Whether `actor` may do `action` to this one thing. At most one query; never call it in a loop."""
    if _foreign(thing, actor):
        return False
    q = clause(actor, resource_of(type(thing)), action)
    if q is EVERYBODY or q is NOBODY:
        return q is EVERYBODY
    return _in_hub(type(thing)._default_manager.all(), actor).filter(q, pk=thing.pk).exists()


def could(actor: Actor, model: type[Model], action: str) -> bool:
    """Whether there may be any row at all on which `actor` may do `action`: spares asking when their roles say no."""
    return clause(actor, resource_of(model), action) is not NOBODY


def may(actor: Actor, name: str) -> bool:
    """Whether `actor` holds a role that may do ``"site.action"``, where there is no row to look at."""
    return any(ANY in cell(name)[role] for role in actor.roles.keys() & cell(name).keys())


def _in_hub(rows: QuerySet[M], actor: Actor) -> QuerySet[M]:
    if rows.model._meta.label == "core.Hub":
        return rows.filter(pk=actor.hub_id)
    if any(f.name == "hub" for f in rows.model._meta.fields):
        return rows.filter(hub_id=actor.hub_id)
    return rows


def _foreign(thing: Model, actor: Actor) -> bool:
    if thing._meta.label == "core.Hub":
        return bool(thing.pk != actor.hub_id)
    return bool(hasattr(thing, "hub_id") and thing.hub_id != actor.hub_id)
