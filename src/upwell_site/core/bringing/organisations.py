"""Organisations from a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.core.bringing import cells
from upwell_site.core.bringing.kinds import Column, Kind, Loading, Plan, Row, Target, Values, register
from upwell_site.core.bringing.people import ID, update
from upwell_site.core.models import Hub, Organisation
from upwell_site.core.policy import Actor, may
from upwell_site.core.text import fold

FIELDS = {"name": "name", "sector": "sector", "level": "level", "org_id": "org_id", "web": "web", "about": "about"}
COLUMNS = (
    Column(ID.name, gettext_lazy("Your own number or code for it, each once."), "O-12", ID.read, ID.synonyms,
           as_text=True),
    Column("name", gettext_lazy("Its name."), "Meadow Lane Library", cells.words(160),
           ("organisation", "organization", "org", "title", "organisation name"), required=True, filled=True),
    Column("sector", gettext_lazy("What it is: community group, charity or social enterprise, faith group, school…"),
           "Community group", cells.one_of(dict(Organisation.Sector.choices)), ("type", "kind", "category"),
           required=True, filled=True),
    Column("level", gettext_lazy("Where it works: family, community, services, local decisions, national decisions."),
           "Community", cells.one_of(dict(Organisation.Level.choices)), ("scale", "reach")),
    Column("org_id", gettext_lazy("Its number in a register, like GB-CHC-1234567 for a charity."), "GB-CHC-1234567",
           cells.read_org_id, ("org id", "register", "charity number", "company number", "registration"), as_text=True),
    Column("web", gettext_lazy("Its web page."), "https://example.org", cells.read_web,
           ("website", "web page", "web site", "url", "homepage")),
    Column("about", gettext_lazy("What it does, in a few words."), "Books, warmth and a table for everybody.",
           cells.long_words(2000), ("description", "notes", "what they do")),
)  # fmt: skip


def keys(values: Values) -> Iterable[tuple[str, str]]:
    """Return what tells a row apart from the others of its list."""
    for name in ("id", "name", "org_id"):
        if values.get(name):
            yield name, fold(values[name])


def _plan(rows: Sequence[Row], loading: Loading) -> list[Plan]:
    """Find each by its number, then its register number, then its name: three queries for any number of rows."""
    here = Organisation.objects.filter(hub=loading.hub)
    if loading.batch is not None:
        here = here.select_for_update()
    numbers = {row.values["id"] for row in rows if row.values.get("id")}
    registered = {row.values["org_id"] for row in rows if row.values.get("org_id")}
    names = {fold(row.values["name"]) for row in rows}
    by_number = {o.outside_id: o for o in here.filter(outside_id__in=numbers)}
    by_register = {o.org_id: o for o in here.filter(org_id__in=registered)}
    by_name = {o.folded: o for o in here.filter(folded__in=names)}
    plans = []
    for row in rows:
        values = row.values
        known = by_number.get(values.get("id", "")) or by_register.get(values.get("org_id", ""))
        named = by_name.get(fold(values["name"]))
        if known and named and named.pk != known.pk:
            message = _("Another organisation here has this name already. Give this one another name.")
            loading.problem(row, "name", message, values["name"])
            continue
        thing = known or named
        if thing and loading.matched.setdefault(thing.pk, row.number) != row.number:
            message = _("This is the same organisation as in row %d. Delete one of the two.")
            loading.problem(row, "name", message % loading.matched[thing.pk], values["name"])
            continue
        plans.append(_changes(row, thing))
    return plans


def _changes(row: Row, thing: Organisation | None) -> Plan:
    wanted = {ours: row.values[name] for name, ours in FIELDS.items() if row.values.get(name)}
    number = row.values.get("id", "")
    if thing is None:
        return Plan(row, "new", changes={**wanted, "outside_id": number, "folded": fold(wanted["name"])})
    differs = {name: value for name, value in wanted.items() if getattr(thing, name) != value}
    said = [(name, getattr(thing, name), value) for name, value in differs.items()]
    plan = Plan(row, "changed" if differs else "known", thing, thing.pk, differs, {"said": said})
    if "name" in differs:
        plan.changes["folded"] = fold(differs["name"])
    if number and not thing.outside_id:
        plan.changes["outside_id"] = number
    return plan


def _load(plans: Sequence[Plan], loading: Loading) -> None:
    new = [plan for plan in plans if plan.thing is None]
    rows = [Organisation(hub=loading.hub, **plan.changes) for plan in new]
    made = Organisation.objects.bulk_create(rows, batch_size=500)
    loading.keep((plan.row.number, row, None) for plan, row in zip(new, made, strict=True))
    update(Organisation, [plan for plan in plans if plan.thing is not None and plan.changes], loading)


def _targets(actor: Actor, hub: Hub) -> list[Target]:
    return [Target("", _("The whole of %s") % hub.name)] if may(actor, "hub.add_organisation") else []


register(
    Kind(
        "organisations",
        gettext_lazy("Organisations"),
        gettext_lazy("Charities, groups, firms, schools, council departments: who works here."),
        lambda: COLUMNS,
        _plan,
        _load,
        keys,
        targets=_targets,
    )
)
