"""Writing people: made, renamed, their age, their roles. Nobody grants themselves anything."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core.events import log
from upwell_site.core.models import Hub, Membership, Person, Programme
from upwell_site.core.models.person import adult_day
from upwell_site.core.refused import Refused
from upwell_site.core.text import clean, fold

SAFETY_ROLES = frozenset({Membership.Role.SAFEGUARDING, Membership.Role.DEPUTY})


@transaction.atomic
def add_person(*, by: Person | None, hub: Hub, name: str, born: date | None = None, **fields: Any) -> Person:
    """Add a person to a hub. A date of birth may only raise protection: see `claim_born`."""
    name = clean(name, 120)
    person = Person.objects.create(hub=hub, name=name, folded=fold(name), **fields)
    if born:
        claim_born(by=by, person=person, born=born)
    log(by, "add", person, hub=hub)
    return person


def claim_born(*, by: Person | None, person: Person, born: date) -> None:
    """Take a date of birth. One that makes somebody young counts at once; one that makes them adult waits.

    TRUST section 4: a second member of staff confirms it (`confirm_born`), so that no spreadsheet and no single
    person can take a child's protection away.
    """
    if adult_day(born) > timezone.localdate():
        person.born, person.born_by, person.adult_on = born, by, adult_day(born)
        person.born_claimed = person.born_claimed_by = None
        person.listed = False
    elif person.born != born:
        person.born_claimed, person.born_claimed_by = born, by
    person.save(update_fields=["born", "born_by", "adult_on", "born_claimed", "born_claimed_by", "listed"])


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
def propose_role(
    *, by: Person, person: Person, role: str, programme: Programme | None = None, until: date | None = None
) -> Membership:
    """Propose a role; it counts once `grant_role` says yes."""
    if by.pk == person.pk:
        raise Refused(_("Nobody gives themselves a role. Please ask somebody else."))
    live = Membership.objects.filter(hub_id=person.hub_id, person=person, role=role, programme=programme, until=None)
    if live.exists():
        raise Refused(_("They have this role already."))
    row = Membership.objects.create(
        hub_id=person.hub_id, person=person, role=role, programme=programme, until=until, proposed_by=by
    )
    log(by, "propose_role", row)
    return row


@transaction.atomic
def grant_role(*, by: Person, membership: Membership) -> Membership:
    """Say yes to a proposed role. Nobody says yes to their own, and only a confirmed adult looks after others."""
    membership = Membership.objects.select_for_update().select_related("person").get(pk=membership.pk)
    if by.pk == membership.person_id:
        raise Refused(_("Nobody gives themselves a role. Please ask somebody else."))
    if membership.granted_at is not None:
        raise Refused(_("They have this role already."))
    if membership.role != Membership.Role.MENTEE and not membership.person.is_adult:
        raise Refused(_("This role is for people whose age of 18 or more was confirmed. Please confirm it first."))
    membership.granted_by, membership.granted_at = by, timezone.now()
    membership.save(update_fields=["granted_by", "granted_at"])
    log(by, "grant_role", membership)
    return membership


@transaction.atomic
def end_role(*, by: Person, membership: Membership) -> None:
    """End a role today; its rights end with the next request."""
    ended = Membership.objects.filter(pk=membership.pk, until__isnull=True).update(until=timezone.localdate())
    if not ended:
        raise Refused(_("This role has ended already."))
    log(by, "end_role", membership)
