"""People from a list: who is known already, what changes, and writing many at once.

Nobody is changed whom the person bringing the list in may not change by hand, and nobody's sign-in is touched.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.core import bulk
from upwell_site.core.bringing import ages, cells
from upwell_site.core.bringing.kinds import Before, Column, Kind, Loading, Plan, Row, Target, Values, register
from upwell_site.core.models import Hub, Membership, Organisation, Person, Programme
from upwell_site.core.policy import Actor
from upwell_site.core.postcode import sector_of
from upwell_site.core.text import fold

ID = Column(
    "id", gettext_lazy("Your own number or code for them, each once. It lets you bring the list in again later."),
    "P-017", cells.read_number, ("ref", "reference", "code", "number", "person id", "no"), as_text=True,
)  # fmt: skip
NAME = Column(
    "name", gettext_lazy("Their name, as they like to be called."), "Amina Khan", cells.words(120),
    ("full name", "person", "preferred name", "contact name"), required=True, filled=True,
)  # fmt: skip
EMAIL = Column(
    "email", gettext_lazy("Their e-mail address."), "amina@example.org", cells.read_email,
    ("e-mail", "mail", "email address", "e-mail address"),
)  # fmt: skip
PHONE = Column(
    "phone", gettext_lazy("Their phone number."), "0113 496 0123", cells.read_phone,
    ("telephone", "tel", "mobile", "phone number", "mobile number"), as_text=True,
)  # fmt: skip
POSTCODE = Column(
    "postcode", gettext_lazy("Their postcode. We keep it without the last two letters, never the front door."),
    "LS6 1AB", sector_of, ("post code", "zip", "home postcode"),
)  # fmt: skip
BORN = Column(
    "born", gettext_lazy("Date of birth. Under 18 counts at once; 18 or over waits until a second person confirms it."),
    "1990-04-03", cells.read_born, ("date of birth", "dob", "birthday", "birth date"), as_text=True,
)  # fmt: skip
COLUMNS = (
    ID, NAME, EMAIL, PHONE, POSTCODE,
    Column(
        "organisation", gettext_lazy("Where they work or come from: the name of an organisation known here."), "",
        cells.words(160), ("organization", "org", "employer", "company", "school", "college"),
    ),
    Column(
        "languages", gettext_lazy("Languages they speak, with ; between."), "English; Polish", cells.read_languages,
        ("language", "speaks", "spoken languages"),
    ),
    Column("about", gettext_lazy("A few words about them."), "Knows every street in Harehills.",
           cells.long_words(1000), ("notes", "bio", "description")),
    BORN,
)  # fmt: skip

LISTED = (
    "id", "name", "folded", "email", "phone", "sector", "about", "languages", "organisation", "outside_id",
    "born", "adult_on", "born_by", "born_claimed", "born_claimed_by",
)  # fmt: skip
FIELDS = {"name": "name", "email": "email", "phone": "phone", "postcode": "sector", "about": "about"}
CONTACT = ("email", "phone")


@dataclass(slots=True)
class _Known:
    """What is known about the people of one piece of a list, asked once."""

    by_key: dict[str, Person] = field(default_factory=dict)
    by_address: dict[tuple[str, str], Person] = field(default_factory=dict)
    edit: set[int] = field(default_factory=set)
    contact: set[int] = field(default_factory=set)
    claim: set[int] = field(default_factory=set)
    organisations: dict[str, int] = field(default_factory=dict)

    def who(self, key: str, values: Values) -> Person | None:
        if not self.by_address or not values.get("email"):
            return self.by_key.get(key)
        return self.by_key.get(key) or self.by_address.get((values["email"], fold(values.get("name", ""))))


def keys(values: Values) -> Iterable[tuple[str, str]]:
    """Return what tells a row apart from the others of its list."""
    number, name, email = values.get("id", ""), fold(values.get("name", "")), values.get("email", "")
    if number:
        yield "id", number.casefold()
    if email and name:
        yield "email", f"{email} {name}"
    if not number and not email:
        yield "name", name


def key_of(values: Values, loading: Loading, list_name: str) -> str:
    """Return the key by which a person is found when the list is brought in again: a number of one list only.

    Number 1 of the mentors is not number 1 of the mentees; without a number the address and name stand in.
    """
    programme = loading.programme.pk if loading.programme else ""
    number = values.get("id", "")
    if not number:
        told = "\n".join((values.get("email", ""), fold(values.get("name", ""))))
        number = f"~{hashlib.sha256(told.encode()).hexdigest()[:20]}"
    return f"{programme}:{list_name}:{number}"


def own_number(outside_id: str) -> str:
    """Return somebody's number as their list has it; nothing when it had none.

    Examples
    --------
    >>> own_number("7:mentors:M-017"), own_number("7:mentors:~1f2e")
    ('M-017', '')
    """
    number = outside_id.split(":", 2)[-1]
    return "" if number.startswith("~") else number


def plan_people(rows: Sequence[Row], loading: Loading, list_name: str, *, linked: bool = True) -> list[Plan]:
    """Say for each row whether the person is new, known or changed; a constant number of queries.

    `linked`: the column "organisation" names an organisation of the hub; otherwise it is words of the list alone.
    """
    named = [(row, key_of(row.values, loading, list_name)) for row in rows]
    known = _known(named, loading)
    plans = []
    for row, key in named:
        person = known.who(key, row.values)
        if person and loading.matched.setdefault(person.pk, row.number) != row.number:
            message = _("This is the same person as in row %d. Delete one of the two.") % loading.matched[person.pk]
            loading.problem(row, "id", message, row.values.get("name", ""))
            continue
        plan = Plan(row, "known", person, person.pk) if person else Plan(row, "new")
        plan.more = {"key": key, "linked": linked}
        if _organisation(plan, known, loading) and _age(plan, known, loading):
            plans.append(_changes(plan, known, loading))
    return plans


def _known(named: list[tuple[Row, str]], loading: Loading) -> _Known:
    people: QuerySet[Person] = Person.objects.filter(hub=loading.hub, emptied_at__isnull=True)
    if loading.batch is not None:
        people = people.select_for_update()
    before = loading.before = loading.before or Before.of(loading.hub)
    known = _Known()
    if keys := before.some_keys(key for _row, key in named):
        known.by_key = {p.outside_id: p for p in people.filter(outside_id__in=keys)} | _made_one(
            keys, people, loading.hub
        )
    emails = {row.values["email"] for row, key in named if row.values.get("email") and key not in known.by_key}
    if emails := set(before.some_addresses(emails)):
        # Only those one looks after: being found by others in the hub is no leave to be brought into a programme.
        mine = Person.objects.visible_to(loading.actor, "young_flag").values("pk")
        seen = people.annotate(address=Lower("email")).filter(address__in=emails)
        known.by_address = {(p.email.lower(), p.folded): p for p in seen.filter(pk__in=mine)}
    found = {p.pk for p in (*known.by_key.values(), *known.by_address.values())}
    if found:
        mine = Person.objects.filter(hub=loading.hub, pk__in=found)
        known.edit = set(mine.visible_to(loading.actor, "edit").values_list("pk", flat=True))
        known.claim = set(mine.visible_to(loading.actor, "claim_born").values_list("pk", flat=True))
        known.contact = set(mine.visible_to(loading.actor, "edit_contact").values_list("pk", flat=True))
    asked = {fold(row.values["organisation"]) for row, _key in named if "organisation" in row.values}
    if asked:
        rows = Organisation.objects.filter(hub=loading.hub, folded__in=asked).values_list("folded", "pk")
        known.organisations = dict(rows)
    return known


def _made_one(keys: Sequence[str], people: QuerySet[Person], hub: Hub) -> dict[str, Person]:
    """Return who is known by the number of another record of theirs, from before the two were made one."""
    gone = dict(
        Person.objects.filter(hub=hub, merged_into__isnull=False, outside_id__in=keys).values_list(
            "outside_id", "merged_into"
        )
    )
    kept = {p.pk: p for p in people.filter(pk__in=gone.values())} if gone else {}
    return {key: kept[pk] for key, pk in gone.items() if pk in kept}


def _organisation(plan: Plan, known: _Known, loading: Loading) -> bool:
    """Find the organisation a row names; a list of mentoring keeps it as words and asks for none."""
    name = plan.row.values.get("organisation")
    if not name or not plan.more["linked"]:
        return True
    pk = known.organisations.get(fold(name))
    if pk is None:
        message = _("We do not know this organisation yet. Bring in organisations first, or leave this cell empty.")
        loading.problem(plan.row, "organisation", message, name)
        return False
    plan.more["organisation_id"] = pk
    return True


def _age(plan: Plan, known: _Known, loading: Loading) -> bool:
    born = plan.row.values.get("born")
    if born is None or (plan.thing and plan.thing.pk not in known.edit):
        return True
    plan.more["age"] = ages.claimed(plan.thing, born, loading.by, loading.today)
    if plan.thing and plan.more["age"].get("born_claimed") and plan.thing.pk not in known.claim:
        plan.more["age"] = {}  # a list may raise protection; what takes it away is written by who may do so by hand
        loading.counts["kept"] += 1
        return True
    if plan.more["age"].get("born_claimed") and loading.by is None:
        message = _("Somebody has to vouch for a date that makes a person an adult. Say who with --by.")
        loading.problem(plan.row, "born", message)
        return False
    return True


def _wanted(plan: Plan) -> dict[str, Any]:
    """Return the fields a row asks for. Empty cells ask for nothing."""
    values = plan.row.values
    wanted = {ours: values[name] for name, ours in FIELDS.items() if values.get(name)}
    if values.get("languages"):
        wanted["languages"] = sorted(values["languages"])
    if "organisation_id" in plan.more:
        wanted["organisation_id"] = plan.more["organisation_id"]
    return wanted


def _changes(plan: Plan, known: _Known, loading: Loading) -> Plan:
    person, wanted = plan.thing, _wanted(plan)
    if person is None:
        plan.changes = {**wanted, **plan.more.get("age", {}), "outside_id": plan.more["key"]}
        return plan
    differs = {name: value for name, value in wanted.items() if getattr(person, name) != value}
    kept = {name for name in differs if not _may_change(person, name, known)}
    if kept:
        loading.counts["kept"] += 1
    age = plan.more.get("age", {})
    plan.changes = {name: value for name, value in differs.items() if name not in kept} | age
    plan.more["said"] = [
        (name, getattr(person, name), value) for name, value in plan.changes.items() if name in FIELDS.values()
    ]
    plan.state = "changed" if plan.changes else "known"
    if not person.outside_id and person.pk in known.edit:
        plan.changes["outside_id"] = plan.more["key"]
    return plan


def _may_change(person: Person, name: str, known: _Known) -> bool:
    """Whether a list may change a field: as by hand, and never the address of somebody who signs in."""
    if name == "email" and person.user_id:
        return False
    return person.pk in (known.contact if name in CONTACT else known.edit)


def write_people(plans: Sequence[Plan], loading: Loading) -> None:
    """Write what was planned: new people, then changes, each noted for undoing. Sets ``plan.who``."""
    new = [plan for plan in plans if plan.thing is None]
    if new:
        keys = bulk.reserve(Person, len(new))
        for plan, key in zip(new, keys, strict=True):
            plan.who = key
        bulk.insert(Person, LISTED, _lines(new), _same_for_all(loading))
        loading.keep_made("core.person", [plan.row.number for plan in new], keys)
    update(Person, [plan for plan in plans if plan.thing is not None and plan.changes], loading)


def _lines(plans: Iterable[Plan]) -> Iterator[tuple[Any, ...]]:
    """Return new people as the database takes them, in the order of `LISTED`: no object for each, they are many."""
    tongues: dict[tuple[str, ...], str] = {}
    for plan in plans:
        told = plan.changes.get
        name, spoken = told("name", ""), tuple(told("languages", ()))
        if spoken not in tongues:
            tongues[spoken] = json.dumps(spoken)
        yield (
            plan.who, name, fold(name)[:120], told("email", ""), told("phone", ""), told("sector", ""),
            told("about", ""), tongues[spoken], told("organisation_id"), told("outside_id", ""),
            _day(told("born")), _day(told("adult_on")), _number(told("born_by")),
            _day(told("born_claimed")), _number(told("born_claimed_by")),
        )  # fmt: skip


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _number(person: Person | None) -> int | None:
    return person.pk if person else None


def _same_for_all(loading: Loading) -> dict[str, Any]:
    """Return what every new person of a list begins with, as the database takes it."""
    fresh = Person(hub=loading.hub)
    rest = [field for field in Person._meta.concrete_fields if field.name not in LISTED]
    return {field.name: field.get_db_prep_save(field.pre_save(fresh, True), connection) for field in rest}


def update(model: Any, plans: Sequence[Plan], loading: Loading, of: str = "") -> None:
    """Change known rows, and keep what stood there: ``thing`` and ``changes``, or those under ``more[of]``."""
    notes, rows, fields = [], [], set()
    for plan in plans:
        row, changes = plan.more[of] if of else (plan.thing, plan.changes)
        if model is Person and "name" in changes:
            changes = {**changes, "folded": fold(changes["name"])[:120]}
        before = {}
        for name, value in changes.items():
            before[_column(model, name)] = [plain(row, name), None]
            setattr(row, name, value)
            before[_column(model, name)][1] = plain(row, name)
            fields.add(model._meta.get_field(name).name)
        rows.append(row)
        notes.append((plan.row.number, row, {name: {"was": was, "now": now} for name, (was, now) in before.items()}))
    if rows:
        model.objects.bulk_update(rows, sorted(fields), batch_size=200)
        loading.keep(notes)


def _column(model: Any, name: str) -> str:
    return str(model._meta.get_field(name).attname)


def plain(row: Any, name: str) -> Any:
    """Return a field's value as JSON holds it."""
    value = getattr(row, _column(type(row), name))
    return value.isoformat() if hasattr(value, "isoformat") else value


def give_role(plans: Sequence[Plan], loading: Loading, role: str, granted: bool) -> None:
    """Make people part of the programme. A role with rights is only proposed; nobody gives one to themselves."""
    if loading.programme is None:
        return
    live = Membership.objects.filter(hub=loading.hub, programme=loading.programme, role=role, until__isnull=True)
    before = [plan.who for plan in plans if plan.thing is not None]  # somebody new holds none
    have = set(live.filter(person__in=before).values_list("person_id", flat=True)) if before else set()
    mine = loading.by.pk if loading.by else None
    told = {"granted_by": loading.by, "granted_at": timezone.now()} if granted and loading.by else {}
    due = [plan for plan in plans if plan.who not in have and plan.who != mine]
    if not due:
        return
    keys = bulk.reserve(Membership, len(due))
    one = Membership(hub=loading.hub, role=role, programme=loading.programme, proposed_by=loading.by, **told)
    rest = [field for field in Membership._meta.concrete_fields if field.name not in ("id", "person")]
    same = {field.name: field.get_db_prep_save(field.pre_save(one, True), connection) for field in rest}
    rows = ((key, plan.who) for key, plan in zip(keys, due, strict=True))
    bulk.insert(Membership, ["id", "person"], rows, same)
    loading.keep_made("core.membership", [plan.row.number for plan in due], keys)


def members(people: Iterable[Person], loading: Loading, role: str) -> set[int]:
    """Return which of these people hold a role in the programme already, or have it proposed."""
    if loading.programme is None:
        return {person.pk for person in people}
    live = Membership.objects.filter(hub=loading.hub, programme=loading.programme, role=role, until__isnull=True)
    return set(live.filter(person__in=list(people)).values_list("person_id", flat=True))


def programmes(actor: Actor, hub: Hub, *roles: str) -> list[Programme]:
    """Return the programmes in which this person holds one of `roles`."""
    mine: set[int] | None = set()
    for role in roles:
        if role in actor.roles:
            where = actor.roles[role]
            mine = None if where is None or mine is None else mine | where
    rows = Programme.objects.filter(hub=hub).order_by("name")
    return list(rows if mine is None else rows.filter(pk__in=mine))


def _targets(actor: Actor, hub: Hub) -> list[Target]:
    whole = [Target("", _("The whole of %s") % hub.name)] if "admin" in actor.roles else []
    some = programmes(actor, hub, "organiser", "lead", "admin")
    return whole + [Target(str(programme.pk), programme.name, programme) for programme in some]


def _plan(rows: Sequence[Row], loading: Loading) -> list[Plan]:
    plans = plan_people(rows, loading, "people")
    inside = members([plan.thing for plan in plans if plan.thing], loading, Membership.Role.MENTEE)
    mine = loading.by.pk if loading.by else None
    for plan in plans:
        if plan.state == "known" and plan.thing.pk not in inside and plan.thing.pk != mine:
            plan.state = "joins"
    return plans


def _load(plans: Sequence[Plan], loading: Loading) -> None:
    write_people(plans, loading)
    give_role(plans, loading, Membership.Role.MENTEE, granted=True)


register(
    Kind(
        "people",
        gettext_lazy("People"),
        gettext_lazy("Names, and how to reach them. Each becomes somebody the programme knows; nobody gets a role."),
        lambda: COLUMNS,
        _plan,
        _load,
        keys,
        targets=_targets,
    )
)
