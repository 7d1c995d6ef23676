"""The access pack: everything one hub keeps about one person, and nothing about anybody else.

Made from the registry (`privacy`) alone: a model that says whose it is needs no line here. See
docs/adr/0011-access-pack.md and docs/reference/access-pack.md.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from upwell_site.core import policy, privacy
from upwell_site.core.languages import names_of
from upwell_site.core.masking import Mask, mask_for
from upwell_site.core.models import Hub, Link, Membership, Person, User
from upwell_site.core.pack_words import NOT_SHOWN, ROLE_WORDS, SOMEBODY, TO_YOU, field_name, what
from upwell_site.core.policy import Actor
from upwell_site.core.privacy import CONTACT, DATE, IDENTITY, LINK, PLACE, SEALED, SPECIAL, Kind, Personal

VERSION = 1
# Text fields in which we name a row. Never one that a list from outside fills: it could name anybody.
REFERENCES = frozenset({"about", "made", "scope", "source", "to"})
LABELS = ("name", "title", "text")  # what a row is called, when it may be read
# Through a link that anybody could have picked up, these kinds are only said to be kept.
NOT_BY_LINK = frozenset({CONTACT, PLACE, DATE})

# In a row that is about somebody else first, and names the person or is shared with them, these kinds are the other's.
OWN_ONLY = frozenset({IDENTITY, CONTACT, PLACE, SPECIAL})


@dataclass(frozen=True, slots=True)
class Item:
    """One field of one row: what it holds, as data and in words."""

    field: str
    label: str
    kind: str
    value: Any
    words: str
    masked: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One row about the person."""

    number: int | str
    items: tuple[Item, ...]

    @property
    def filled(self) -> list[Item]:
        """What there is to show."""
        return [item for item in self.items if item.words]


@dataclass(slots=True)
class Group:
    """All rows of one kind: what they are, why they may be kept, how long, and where they come from."""

    model: str
    title: str
    why: str
    keep: str
    source: str
    rows: list[Row] = field(default_factory=list)
    more: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """In how many rows about somebody else, or about a thing, the person comes up, and as what."""

    model: str
    title: str
    field: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything about one person in one hub."""

    hub: Hub
    made_at: datetime
    by_link: bool
    groups: list[Group]
    mentions: list[Mention]
    masked: int


@dataclass(slots=True)
class _Made:
    """What is needed while a pack is made."""

    actor: Actor
    hub: Hub
    person: Person | None
    link: Link | None
    mask: Mask
    most: int | None
    labels: dict[tuple[type[models.Model], Any], str] = field(default_factory=dict)
    roles: dict[int, str] = field(default_factory=dict)


def pack_of(actor: Actor, person: Person, *, most: int | None = None) -> Pack:
    """Return everything about `person`, as `actor` may see names; at most `most` rows of a kind."""
    made = _Made(actor, person.hub, person, None, mask_for(person.hub_id, person), most)
    return _pack(made, [(model, q) for model in about_people() if (q := _whose(model, person)) is not None])


def pack_of_link(actor: Actor, link: Link, *, most: int | None = None) -> Pack:
    """Return what a personal link holds: itself, its votes, and whom it was made for, without how to reach them."""
    made = _Made(actor, link.hub, link.person, link, mask_for(link.hub_id, link.person), most)
    found: list[tuple[type[models.Model], Q]] = []
    for model in about_people():
        paths = _link_paths(model)
        if model is Person and link.person_id is not None:
            found.append((model, Q(pk=link.person_id, hub=link.hub_id)))
        elif paths:
            found.append((model, _any_of(Q(**{path: link.pk}) for path in paths) & Q(hub=link.hub_id)))
    return _pack(made, found)


def about_people() -> list[type[models.Model]]:
    """Return every model that says something about somebody and is not held for somebody's safety."""
    every = sorted(apps.get_models(include_auto_created=True), key=lambda m: (what(m).order, m._meta.label))
    return [m for m in every if privacy.declared(m).fields and not privacy.is_held(privacy.declared(m))]


def _whose(model: type[models.Model], person: Person) -> Q | None:
    """Return the condition that a row is about `person`, or None when no row of this model can be."""
    personal = privacy.declared(model)
    found = [_path_q(model, path, person) for path in (personal.subject, *personal.also) if path]
    found += [Q(**{f"{path}__person": person.pk}) for path in _link_paths(model) if path != "pk"]
    name = f"core.person:{person.pk}"
    found += [Q(**{f: name}) for f in _references(model, personal)]
    found = [q for q in found if q is not None]
    if not found:
        return None
    whole = _any_of(q for q in found if q is not None)
    return whole & Q(hub=person.hub_id) if _has_hub(model) else whole


def _path_q(model: type[models.Model], path: str, person: Person) -> Q | None:
    target = target_of(model, path)
    lookup = "pk" if path == "id" else path.replace(".", "__")
    if target is User:
        return None if person.user_id is None else Q(**{lookup: person.user_id})
    return Q(**{lookup: person.pk}) if path == "id" else Q(**{f"{lookup}__in": person.numbers})


def target_of(model: type[models.Model], path: str) -> type[models.Model]:
    """Return the model a path leads to."""
    at: type[models.Model] = model
    for step in path.split(".") if path != "id" else ():
        target = at._meta.get_field(step).related_model
        if not isinstance(target, type):
            raise ImproperlyConfigured(f"{model._meta.label}: {path} leads nowhere")
        at = target
    return at


def _link_paths(model: type[models.Model]) -> list[str]:
    """Return the ways from a row to the personal link it was made with."""
    if model is Link:
        return ["pk"]
    steps = privacy.declared(model).subject.split(".")[:-1]
    at = target_of(model, ".".join(steps)) if steps else model
    return ["__".join([*steps, f.name]) for f in at._meta.concrete_fields if f.related_model is Link]


def _references(model: type[models.Model], personal: Personal) -> Iterator[str]:
    """Yield the text fields that may name a row: "core.person:7"."""
    for f in model._meta.concrete_fields:
        if f.name in REFERENCES and personal.fields.get(f.name) == LINK and f.get_internal_type() == "CharField":
            yield f.name


def _has_hub(model: type[models.Model]) -> bool:
    return any(f.name == "hub" for f in model._meta.concrete_fields)


def _any_of(conditions: Iterator[Q]) -> Q:
    whole = Q(pk__in=[])
    for q in conditions:
        whole |= q
    return whole


# ---- putting it together ----


def _pack(made: _Made, wanted: list[tuple[type[models.Model], Q]]) -> Pack:
    rows = {model: _rows(made, model, q) for model, q in wanted}
    _learn_labels(made, rows)
    groups = [_group(made, model, found) for model, found in rows.items() if found]
    mentions = list(_mentions(made)) if made.link is None and made.person is not None else []
    return Pack(made.hub, timezone.now(), made.link is not None, groups, mentions, made.mask.count)


def _rows(made: _Made, model: type[models.Model], q: Q) -> list[models.Model]:
    found = model._base_manager.filter(q).order_by("-pk")
    return list(found if made.most is None else found[: made.most + 1])


def _learn_labels(made: _Made, rows: dict[type[models.Model], list[models.Model]]) -> None:
    """Ask once for each kind of thing that the rows point at, what it is called and whether that may be said."""
    wanted: dict[type[models.Model], set[Any]] = {}
    for model, found in rows.items():
        for f in model._meta.concrete_fields:
            target = f.related_model
            if isinstance(target, type) and f.name in privacy.declared(model).fields:
                keys = {getattr(row, f.attname) for row in found} - {None}
                if keys:
                    wanted.setdefault(target, set()).update(keys)
    for target, keys in wanted.items():
        label = next((name for name in LABELS if _has(target, name)), None)
        if target is Person:
            keys.discard(made.person.pk if made.person else None)
            made.roles = role_words(made.hub, keys)
        if label is None or not keys or target is User:
            continue
        seen = _readable(made, target).filter(pk__in=keys).values_list("pk", label)
        made.labels.update({(target, key): name for key, name in seen})


def _has(model: type[models.Model], name: str) -> bool:
    return any(f.name == name for f in model._meta.concrete_fields)


def _readable(made: _Made, target: type[models.Model]) -> models.QuerySet[Any]:
    """Return the rows whose names may be said: as the table lets them read, or texts that are about nobody."""
    every = target._base_manager.all()
    if target is Hub:
        return every  # every hub has a public page
    if privacy.declared(target).fields and not _in_table(target):
        return every.none()
    if _in_table(target):
        return policy.visible(every, made.actor, "name" if target is Person else "read")
    return every.filter(hub=made.hub) if _has_hub(target) else every


def _in_table(target: type[models.Model]) -> bool:
    return any(resource.model == target._meta.label for resource in policy.table().values())


def role_words(hub: Hub, people: set[Any]) -> dict[int, str]:
    """Return what each of these people is here, in a word; whoever once was counts as such."""
    rows = Membership.objects.filter(hub=hub, person__in=people, granted_at__isnull=False)
    held: dict[int, set[str]] = {}
    for person, role in rows.values_list("person_id", "role"):
        held.setdefault(person, set()).add(role)
    return {
        person: next((str(word) for role, word in ROLE_WORDS.items() if role in roles), str(SOMEBODY))
        for person, roles in held.items()
    }


def _group(made: _Made, model: type[models.Model], found: list[models.Model]) -> Group:
    personal, words = privacy.declared(model), what(model)
    group = Group(
        model._meta.label,
        str(words.title),
        _(privacy.BASES[personal.basis]),
        _(privacy.KEPT[personal.keep]),
        str(words.source),
        more=made.most is not None and len(found) > made.most,
    )
    for row in found[: made.most]:
        items = (_item(made, row, f, personal) for f in row._meta.concrete_fields if f.name in personal.fields)
        group.rows.append(Row(_number(row), tuple(items)))
    return group


def _number(row: models.Model) -> int | str:
    return row.pk if isinstance(row.pk, int) else str(row.pk)


def _item(made: _Made, row: models.Model, f: Any, personal: Personal) -> Item:
    kind, before = personal.fields[f.name], made.mask.count
    value, words = _value(made, row, f, personal)
    return Item(f.name, str(field_name(f)), str(kind), value, words, made.mask.count - before)


def _value(made: _Made, row: models.Model, f: Any, personal: Personal) -> tuple[Any, str]:
    kind, raw = personal.fields[f.name], getattr(row, f.attname)
    key = f"{row._meta.label}.{f.name}"
    if raw is None or raw == "" or raw == [] or raw == {}:
        return None, ""
    if key in NOT_SHOWN or kind == SEALED:
        return None, str(NOT_SHOWN.get(key, _("It is kept under lock, and not shown here.")))
    if f.name in personal.of_others:
        return None, _("It is about other people, so it is not shown here.")
    if kind in OWN_ONLY and not _is_own(made, row, personal):
        return None, _("It is about somebody else, so it is not shown here.")
    if made.link is not None and row._meta.model is Person and kind in NOT_BY_LINK:
        return None, _("It is kept. It is not shown to a link, because anybody may hold one. Please ask us.")
    if f.is_relation:
        return _named(made, f, raw)
    return _plain(made, row, f, kind, raw)


def _is_own(made: _Made, row: models.Model, personal: Personal) -> bool:
    """Whether the row is about the person first. One found by a way of several steps always is: none such is shared."""
    if made.link is not None or made.person is None or personal.subject in {"", "id"} or "." in personal.subject:
        return True
    f: Any = row._meta.get_field(personal.subject)
    mine = made.person.user_id if f.related_model is User else made.person.pk
    return bool(getattr(row, f.attname) == mine)


def _named(made: _Made, f: Any, raw: Any) -> tuple[Any, str]:
    """Return what a row points at: who somebody is to the person, what a thing is called; never another's number."""
    target = f.related_model
    name = made.labels.get((target, raw), "")
    if target is Person:
        if made.person is not None and raw == made.person.pk:
            return {"who": "you"}, _("you")
        role = str(TO_YOU.get(f.name, "")) or made.roles.get(raw, str(SOMEBODY))
        return ({"who": role, "name": name}, f"{role}: {name}") if name else ({"who": role}, role)
    if target is User:
        own = made.person is not None and raw == made.person.user_id
        return ({"who": "you"}, _("you")) if own else ({"who": str(SOMEBODY)}, str(SOMEBODY))
    thing = str(target._meta.verbose_name)
    name = made.mask.text(name) if privacy.declared(target).fields else name
    return {"what": target._meta.label_lower, "number": raw, "name": name}, name or f"{thing} {raw}"


def _plain(made: _Made, row: models.Model, f: Any, kind: Kind, raw: Any) -> tuple[Any, str]:
    if isinstance(raw, bool):
        return raw, _("yes") if raw else _("no")
    if isinstance(raw, datetime):
        return raw.isoformat(), date_format(timezone.localtime(raw), "j F Y, H.i")
    if isinstance(raw, date):
        return raw.isoformat(), date_format(raw, "j F Y")
    if isinstance(raw, int | float):
        return raw, str(raw)
    if isinstance(raw, bytes | memoryview):
        return base64.b64encode(bytes(raw)).decode(), _("numbers made from your words")
    if isinstance(raw, UUID):
        return str(raw), str(raw)
    if getattr(f, "choices", None):
        return raw, str(getattr(row, f"get_{f.name}_display")())
    if kind in {IDENTITY, CONTACT} and isinstance(raw, str):
        return raw, raw  # the person's own, as the registry says
    clean = made.mask.anything(raw)
    if f.name == "languages" and isinstance(raw, list):
        return clean, ", ".join(str(name) for name in names_of(raw))
    return clean, _flat(clean)


def _flat(value: Any) -> str:
    """Return a value out of JSON as a line of words."""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_flat(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(_flat(one) for one in value)
    return str(value)


def _mentions(made: _Made) -> Iterator[Mention]:
    """Count the rows about somebody else in which the person did something: the rest of them is not theirs."""
    assert made.person is not None
    for model in about_people():
        personal = privacy.declared(model)
        for path in personal.others:
            if path in personal.also or target_of(model, path) is not Person:
                continue
            rows = model._base_manager.filter(**{path.replace(".", "__"): made.person.pk, "hub": made.hub})
            mine = _whose(model, made.person)
            if n := (rows if mine is None else rows.exclude(mine)).count():
                f: Any = model._meta.get_field(path.split(".")[0])
                yield Mention(model._meta.label, str(what(model).title), path, str(field_name(f)), n)
