"""Writing people: made, renamed, their age, their roles. Nobody grants themselves anything."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import outbox, policy
from upwell_site.core.events import log, ref
from upwell_site.core.models import Event, Hub, Membership, Person, Programme
from upwell_site.core.models.person import adult_day
from upwell_site.core.refused import Refused
from upwell_site.core.text import clean, fold

SAFETY_ROLES = frozenset({Membership.Role.SAFEGUARDING, Membership.Role.DEPUTY})
WHOLE_HUB_ROLES = frozenset({*SAFETY_ROLES, Membership.Role.ADMIN, Membership.Role.CONVENOR})
LEAD_MAY_PROPOSE = frozenset(
    {
        Membership.Role.MENTOR,
        Membership.Role.MENTEE,
        Membership.Role.ORGANISER,
        Membership.Role.MODERATOR,
        Membership.Role.LEAD,
        Membership.Role.EVALUATOR,
        Membership.Role.PARTNER,
    }
)
EDITABLE = frozenset(
    {"name", "about", "languages", "organisation", "email", "phone", "sector", "contact_ok", "listed"}
)  # of a person; a date of birth goes through `claim_born`
OLDEST = 120  # years


@transaction.atomic
def add_person(*, by: Person | None, hub: Hub, name: str, born: date | None = None, **fields: Any) -> Person:
    """Add a person to a hub. A date of birth may only raise protection: see `claim_born`."""
    name = clean(name, 120)
    person = Person.objects.create(hub=hub, name=name, folded=fold(name), **fields)
    if born:
        claim_born(by=by, person=person, born=born)
    log(by, "add", person, hub=hub)
    return person


@transaction.atomic
def add_to_programme(*, by: Person, hub: Hub, name: str, programme: Programme | None, **fields: Any) -> Person:
    """Add a person who takes part in a programme. Taking part counts at once; every other role waits for a yes."""
    person = add_person(by=by, hub=hub, name=name, **fields)
    if programme is not None:
        role = propose_role(by=by, person=person, role=Membership.Role.MENTEE, programme=programme, tell=False)
        grant_role(by=by, membership=role)
    return person


@transaction.atomic
def edit_person(*, by: Person, person: Person, **fields: Any) -> Person:
    """Change what is known about a person. Only they themselves say whether others may find them."""
    if wrong := fields.keys() - EDITABLE:
        raise TypeError(f"not a field of a person that may be edited: {', '.join(sorted(wrong))}")
    person = Person.objects.select_for_update().get(pk=person.pk)
    if "name" in fields:
        fields["name"] = clean(fields["name"], 120)
        if not fields["name"]:
            raise Refused(_("Please write a name."))
        fields["folded"] = fold(fields["name"])
    if fields.get("listed", person.listed) != person.listed:
        _check_listed(by, person, fields["listed"])
    for field, value in fields.items():
        setattr(person, field, value)
    person.save(update_fields=[*fields])
    log(by, "edit", person)
    return person


def _check_listed(by: Person, person: Person, listed: bool) -> None:
    if by.pk != person.pk and listed:
        raise Refused(_("Only they themselves can say that others may find them."))
    if listed and not person.is_adult:
        raise Refused(_("Only people whose age of 18 or more was confirmed can be found by others."))


def claim_born(*, by: Person | None, person: Person, born: date) -> None:
    """Take a date of birth. One that makes somebody young counts at once; one that makes them adult waits.

    TRUST section 4: a second member of staff confirms it (`confirm_born`), so that no spreadsheet and no single
    person can take a child's protection away.
    """
    today = timezone.localdate()
    if born > today or born.year < today.year - OLDEST:
        raise Refused(_("Please check the date of birth: it lies ahead of us, or too long ago."))
    if adult_day(born) > today:
        person.born, person.born_by, person.adult_on = born, by, adult_day(born)
        person.born_claimed = person.born_claimed_by = None
        person.listed = False
    elif person.born != born:
        person.born_claimed, person.born_claimed_by = born, by
    person.save(update_fields=["born", "born_by", "adult_on", "born_claimed", "born_claimed_by", "listed"])


@transaction.atomic
def change_born(*, by: Person, person: Person, born: date) -> Person:
    """Take a date of birth for somebody who is here already. A young person's own word does not change it."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    if by.pk == person.pk and not person.is_adult:
        raise Refused(_("Please ask somebody who works here to change your date of birth."))
    claim_born(by=by, person=person, born=born)
    log(by, "claim_born", person, waits=person.born_claimed is not None)
    return person


@transaction.atomic
def confirm_born(*, by: Person, person: Person) -> None:
    """Confirm a claimed date of birth. Not by whoever claimed it, nor by the person themselves."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.born_claimed is None:
        raise Refused(_("There is no date of birth waiting to be confirmed."))
    if by.pk in {person.born_claimed_by_id, person.pk}:
        raise Refused(_("Somebody else has to confirm this date: two people look at it."))
    person.born, person.born_by = person.born_claimed, by
    person.adult_on = adult_day(person.born_claimed)
    person.born_claimed = person.born_claimed_by = None
    person.save(update_fields=["born", "born_by", "adult_on", "born_claimed", "born_claimed_by"])
    log(by, "confirm_born", person)


@transaction.atomic
def confirm_ages(*, by: Person, people: Iterable[Person]) -> int:
    """Confirm several claimed dates of birth; all of them or, when one may not be confirmed, none."""
    done = 0
    for person in people:
        confirm_born(by=by, person=person)
        done += 1
    if not done:
        raise Refused(_("Please tick at least one person."))
    return done


def not_ended() -> Q:
    """Return the condition of a role that has not ended, whether it was given, waits for a yes or for its first day."""
    return Q(until__isnull=True) | Q(until__gt=timezone.localdate())


def live_roles(person: Person, role: str | None = None) -> QuerySet[Membership]:
    """Return the roles of a person that have not ended, proposed ones included."""
    rows: QuerySet[Membership] = Membership.objects.filter(not_ended(), hub_id=person.hub_id, person=person)
    return rows.filter(role=role) if role else rows


def holds_safety_role(person: Person) -> bool:
    """Whether somebody looks after safety here today."""
    return _holders(person.hub_id, *SAFETY_ROLES).filter(person=person).exists()


def has_safety_role(hub_id: int) -> bool:
    """Whether anybody looks after safety in a hub today."""
    return _holders(hub_id, *SAFETY_ROLES).exists()


def others_look_after_safety(person: Person) -> bool:
    """Whether somebody else who can sign in looks after safety in their hub, and could say yes or no."""
    others = _holders(person.hub_id, *SAFETY_ROLES).exclude(person=person)
    return others.filter(person__user__is_active=True).exists()


def _holders(hub_id: int, *roles: str) -> QuerySet[Membership]:
    rows: QuerySet[Membership] = Membership.objects.filter(policy.live(Membership), hub_id=hub_id, role__in=roles)
    return rows.filter(person__emptied_at__isnull=True)


@transaction.atomic
def propose_role(
    *,
    by: Person,
    person: Person,
    role: str,
    programme: Programme | None = None,
    until: date | None = None,
    tell: bool = True,
) -> Membership:
    """Propose a role; it counts once `grant_role` says yes. `tell` is False when that follows at once."""
    if by.pk == person.pk:
        raise Refused(_("Nobody gives themselves a role. Please ask somebody else."))
    if role in WHOLE_HUB_ROLES and programme is not None:
        raise Refused(_("This role is for the whole hub, not for one programme."))
    if until is not None and until <= timezone.localdate():
        raise Refused(_("The last day has to lie ahead."))
    if programme is not None and programme.ends is not None and programme.ends < timezone.localdate():
        raise Refused(_("This programme has ended, and its roles with it."))
    Person.objects.select_for_update().get(pk=person.pk)  # two proposals at once wait for each other
    if live_roles(person, role).filter(programme=programme).exists():
        raise Refused(_("They have this role already, or somebody proposed it."))
    if was_vetoed(person, role) and not holds_safety_role(by):
        raise Refused(_("The safeguarding lead said no to this role. Only they can propose it again."))
    row = Membership.objects.create(
        hub_id=person.hub_id, person=person, role=role, programme=programme, until=until, proposed_by=by
    )
    log(by, "propose_role", row)
    if tell:
        tell_of_role(row, "role_proposed")
    return row


def tell_of_role(membership: Membership, kind: str) -> None:
    """Write to somebody about a role of theirs: which one, where, and no more."""
    person = membership.person
    if person.emptied_at is not None or not (person.email or person.user_id):
        return  # nowhere to write to
    outbox.post(
        person,
        kind,
        f"{kind}:{membership.pk}",
        about=membership,
        values={
            "path": reverse("role", args=[person.hub.slug, membership.pk]),
            "role": membership.role,
            "given": membership.granted_at is not None,
        },
    )


@transaction.atomic
def grant_role(*, by: Person, membership: Membership) -> Membership:
    """Say yes to a proposed role. Nobody says yes to their own, and only a confirmed adult looks after others."""
    membership = Membership.objects.select_for_update(of=("self",)).select_related("person").get(pk=membership.pk)
    today = timezone.localdate()
    if by.pk == membership.person_id:
        raise Refused(_("Nobody gives themselves a role. Please ask somebody else."))
    if membership.until is not None and membership.until <= today:
        raise Refused(_("This role has ended already. Please propose it again."))
    if membership.granted_at is not None:
        raise Refused(_("They have this role already."))
    if membership.role in SAFETY_ROLES and membership.proposed_by_id == by.pk:
        raise Refused(_("Two people give this role: somebody else has to say yes to what you proposed."))
    if membership.role != Membership.Role.MENTEE and not membership.person.is_adult:
        raise Refused(_("This role is for people whose age of 18 or more was confirmed. Please confirm it first."))
    membership.granted_by, membership.granted_at = by, timezone.now()
    membership.since = max(membership.since, today)
    membership.save(update_fields=["granted_by", "granted_at", "since"])
    log(by, "grant_role", membership)
    tell_of_role(membership, "role_granted")
    return membership


@transaction.atomic
def end_role(*, by: Person, membership: Membership) -> None:
    """End a role today; its rights end with the next request. The last hub admin cannot leave by accident."""
    membership = (
        Membership.objects.select_for_update(of=("self",)).select_related("hub", "person").get(pk=membership.pk)
    )
    if membership.granted_at is not None:
        check_not_the_last(membership)
    today = timezone.localdate()
    ended = Membership.objects.filter(not_ended(), pk=membership.pk).update(until=today)
    if not ended:
        raise Refused(_("This role has ended already."))
    log(by, "end_role", membership)
    if by.pk != membership.person_id:
        tell_of_role(membership, "role_ended")
    if membership.role not in SAFETY_ROLES and by.pk != membership.person_id and holds_safety_role(by):
        log(by, "veto_role", membership)


def check_not_the_last(membership: Membership) -> None:
    """A hub keeps one admin, and one safeguarding lead while people under 18 take part.

    Two who end each other's role at the same moment wait for each other here.
    """
    Hub.objects.select_for_update(no_key=True).get(pk=membership.hub_id)
    others = _holders(membership.hub_id, membership.role).exclude(pk=membership.pk)
    if membership.role == Membership.Role.ADMIN and not others.exists():
        raise Refused(_("This is the only hub admin. Please give the role to somebody else first."))
    safety = membership.role == Membership.Role.SAFEGUARDING and membership.hub.takes_under_18s
    if safety and not others.exists():
        raise Refused(
            _("This is the only safeguarding lead, and people under 18 take part. Please name another first.")
        )


def was_vetoed(person: Person, role: str) -> bool:
    """Whether a safeguarding lead said no to this role, and has not proposed it again since."""
    newest = Membership.objects.filter(hub_id=person.hub_id, person=person, role=role).order_by("-id").first()
    if newest is None:
        return False
    return bool(Event.objects.filter(hub_id=person.hub_id, did="veto_role", to=ref(newest)).exists())
