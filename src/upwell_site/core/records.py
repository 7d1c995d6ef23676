"""The record of processing (art. 30) and the beginning of an impact assessment, made from the registry and the table.

A hub's admin reads them on a page, whoever runs the site with `upwell-site records`. What only people know (who else
gets data, what was weighed) stands there as a question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.core import policy, privacy
from upwell_site.core.models import Hub, Membership
from upwell_site.core.pack_words import field_name, what
from upwell_site.core.privacy import NONE, SEALED, SPECIAL, Kind

KINDS: Mapping[Kind, str | Promise] = {
    Kind.IDENTITY: gettext_lazy("Who somebody is"),
    Kind.CONTACT: gettext_lazy("How to reach them"),
    Kind.WORDS: gettext_lazy("What was said or written"),
    Kind.DATE: gettext_lazy("Days and times"),
    Kind.PLACE: gettext_lazy("Where they live or meet"),
    Kind.LINK: gettext_lazy("What it belongs to"),
    Kind.SPECIAL: gettext_lazy("May tell of health, belief, politics or origin (art. 9)"),
    Kind.SEALED: gettext_lazy("Under lock"),
}
ON_ERASE: Mapping[str, str | Promise] = {
    "delete": gettext_lazy("It is deleted."),
    "blank": gettext_lazy("The person’s own words and names in it are emptied."),
    "keep": gettext_lazy("Numbers and codes stay, without a name."),
    "hold": gettext_lazy("It stays as long as the law holds it."),
}
DERIVED: Mapping[str, str | Promise] = {
    "visitor": gettext_lazy("anybody"),
    "user": gettext_lazy("anybody signed in"),
    "operator": gettext_lazy("whoever runs the site"),
    "participant": gettext_lazy("adults of the hub"),
    "young": gettext_lazy("young people of the hub"),
    "link": gettext_lazy("the holder of a personal link"),
}
RELATIONS: Mapping[str, str | Promise] = {
    "any": gettext_lazy("all of them"),
    "self": gettext_lazy("their own"),
    "subject": gettext_lazy("about themselves"),
    "author": gettext_lazy("what they wrote"),
    "party": gettext_lazy("where they take part"),
    "mine": gettext_lazy("their own"),
    "programme": gettext_lazy("of their programme"),
    "offered": gettext_lazy("of whom they offered a role in their programme"),
    "seated": gettext_lazy("with whom they write"),
    "watched": gettext_lazy("over whose conversations they watch"),
    "watching": gettext_lazy("which they watch over"),
    "loose": gettext_lazy("which belong to no programme"),
    "listed": gettext_lazy("who let others find them"),
    "adult": gettext_lazy("adults"),
    "agreed": gettext_lazy("who agreed"),
    "shared": gettext_lazy("what was shared"),
    "public": gettext_lazy("what is public"),
    "approved": gettext_lazy("once approved"),
}
READS = ("read", "name", "contact", "born")  # actions of the table that show something
QUESTIONS = (
    gettext_lazy("Who else gets any of this: a council, a school, a funder? Under which agreement?"),
    gettext_lazy("Is any of it sent outside the United Kingdom? By whom, and how is it protected there?"),
    gettext_lazy("Who runs the machine, where does it stand, and what is agreed with them?"),
    gettext_lazy("Who looks after questions about data, and how are they reached?"),
)
WEIGHED = (
    gettext_lazy("Why do we need this, and could we do with less?"),
    gettext_lazy("What did the people it is about, children among them, say when we asked them?"),
    gettext_lazy("What could go wrong for somebody: found by a person they fear, shut out, named, believed wrongly?"),
    gettext_lazy("How likely is it, how bad would it be, and what do we do about it?"),
    gettext_lazy("Who decided that what is left over is acceptable, and when do we look again?"),
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who may read something: the action of the table, the role, and which rows."""

    action: str
    role: str
    which: str


@dataclass(frozen=True, slots=True)
class Store:
    """One table with something about people: what, why, how long, and who may read it."""

    model: str
    title: str
    basis: str
    why: str
    keep: str
    on_erase: str
    fields: dict[str, list[str]]
    readers: list[Reader]
    special: bool
    sealed: bool


@dataclass(frozen=True, slots=True)
class Record:
    """All of it, for one hub or for the whole site."""

    hub: Hub | None
    stores: list[Store] = field(default_factory=list)

    @property
    def risky(self) -> list[Store]:
        """What an impact assessment begins with: special categories, and what lies under lock."""
        return [store for store in self.stores if store.special or store.sealed]


def record(hub: Hub | None) -> Record:
    """Return the record of processing; every table that the registry says holds something about people."""
    every = sorted(apps.get_models(include_auto_created=True), key=lambda m: (what(m).order, m._meta.label))
    return Record(hub, [_store(model) for model in every if privacy.declared(model).fields])


def _store(model: type[models.Model]) -> Store:
    personal = privacy.declared(model)
    fields: dict[str, list[str]] = {}
    for name, kind in personal.fields.items():
        if kind != NONE:
            f: Any = model._meta.get_field(name)
            fields.setdefault(str(KINDS[kind]), []).append(str(field_name(f)))
    kinds = set(personal.fields.values())
    return Store(
        model._meta.label,
        str(what(model).title),
        personal.basis,
        _(privacy.BASES[personal.basis]),
        _(privacy.KEPT[personal.keep]),
        str(ON_ERASE[personal.on_erase]),
        fields,
        list(_readers(model)),
        SPECIAL in kinds,
        SEALED in kinds or privacy.is_held(personal),
    )


def _readers(model: type[models.Model]) -> Iterator[Reader]:
    """Yield who may read rows of a model, as the permission table says."""
    roles = {**dict(Membership.Role.choices), **DERIVED}
    for resource in policy.table().values():
        if resource.model != model._meta.label:
            continue
        for action in READS:
            for role, alternatives in resource.actions.get(action, {}).items():
                yield Reader(action, str(roles.get(role, role)), _(" or ").join(_which(a) for a in alternatives))


def _which(alternative: str) -> str:
    parts = [part.strip() for part in alternative.split("&")]
    return ", ".join(str(RELATIONS.get(part, part.replace("_", " "))) for part in parts)


def markdown(made: Record) -> str:
    """Return the record, and the beginning of an impact assessment, as a page of text."""
    parts = [f"# {_('Record of processing')}\n"]
    if made.hub is not None:
        contact = made.hub.contact or _("not written down yet")
        parts.append(
            f"- {_('Hub')}: {made.hub.name}\n- {_('Responsible')}: {made.hub.controller}\n- {_('Contact')}: {contact}\n"
        )
    for store in made.stores:
        lines = [f"## {store.title}\n", f"{store.why} {store.keep} {_('When somebody is erased:')} {store.on_erase}\n"]
        lines += [f"- {kind}: {', '.join(names)}" for kind, names in store.fields.items()]
        readers = "; ".join(f"{r.action}: {r.role} ({r.which})" for r in store.readers)
        lines.append(f"- {_('Who may read it')}: {readers or _('nobody on a page; the person in their own file')}\n")
        parts.append("\n".join(lines))
    parts.append(f"## {_('Only you can answer')}\n\n" + "\n".join(f"- {q}\n  -" for q in QUESTIONS) + "\n")
    parts.append(f"# {_('Impact assessment: a beginning')}\n\n{_('Look first at:')}\n")
    parts.append("\n".join(f"- {store.title}: {store.why}" for store in made.risky) + "\n")
    parts.append("\n".join(f"- {q}\n  -" for q in WEIGHED) + "\n")
    return "\n".join(parts)
