"""Invitations: offered, withdrawn and accepted once. Nobody offers what they may not, and nobody invites themselves."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import outbox, policy
from upwell_site.core.actions.people import (
    SAFETY_ROLES,
    add_person,
    live_roles,
    others_look_after_safety,
    propose_role,
    tell_of_role,
)
from upwell_site.core.actor import roles_of
from upwell_site.core.door.keys import hash_of, new_key
from upwell_site.core.events import log
from upwell_site.core.models import Hub, Invitation, Membership, Person, Programme, User
from upwell_site.core.policy import Actor
from upwell_site.core.refused import Refused
from upwell_site.core.text import clean

LASTS = timedelta(days=14)


def offers(actor: Actor) -> dict[str, frozenset[int] | None]:
    """Return the roles that somebody may offer ("" is just taking part), each with the programmes; None: any or none.

    Read from `invitation.offer` in the permission table, for the choices of a form. `invite` asks the table again.
    """
    resource = policy.table()["invitation"]
    found: dict[str, frozenset[int] | None] = {}
    for role in actor.roles.keys() & resource.actions["offer"].keys():
        for alternative in resource.actions["offer"][role]:
            parts = [resource.relations[part.strip()] for part in alternative.split("&")]
            names = [n for part in parts for n in part.get("is", {}).get("role__in", [part.get("is", {}).get("role")])]
            bound = actor.roles[role] if any("programme" in part for part in parts) else None
            for name in (name for name in names if name is not None):
                have = found.get(name, frozenset())
                found[name] = None if bound is None or have is None else have | bound
    return found


@transaction.atomic
def invite(
    *,
    by: Person,
    actor: Actor,
    address: str,
    name: str = "",
    role: str = "",
    programme: Programme | None = None,
    send: bool = True,
    key: str = "",
) -> tuple[Invitation, str]:
    """Invite an address into a hub, for one role or for taking part; return the invitation and its key."""
    address = clean(address, 254).lower()
    if by.user is not None and by.user.email == address:
        raise Refused(_("Nobody invites themselves. Please ask somebody else."))
    key = key or new_key()
    hub = Hub.objects.get(pk=by.hub_id)
    row = Invitation.objects.create(
        hub=hub,
        address=address,
        name=clean(name, 120),
        role=role,
        programme=programme,
        key_hash=hash_of(key),
        by=by,
        expires_at=timezone.now() + LASTS,
    )
    if not policy.can(actor, "offer", row):
        raise Refused(_("You cannot offer this role there. Choose another, or ask a hub admin."))
    log(by, "invite", row)
    if send:
        _post(row, key)
    return row, key


@transaction.atomic
def invite_first(*, hub: Hub, address: str, name: str, role: str, by: Person | None = None) -> tuple[Invitation, str]:
    """Invite a hub's first admin or first safeguarding lead, by whoever runs the site: it counts once accepted."""
    if role not in {Membership.Role.ADMIN, Membership.Role.SAFEGUARDING}:
        raise Refused(_("Only a hub's first admin and its safeguarding lead are appointed this way."))
    address = clean(address, 254).lower()
    if by is not None and by.user is not None and by.user.email == address:
        raise Refused(_("Two different people are needed: somebody else looks after safeguarding."))
    key = new_key()
    row = Invitation.objects.create(
        hub=hub,
        address=address,
        name=clean(name, 120),
        role=role,
        key_hash=hash_of(key),
        by=by,
        first=True,
        expires_at=timezone.now() + LASTS,
    )
    log(by, "invite", row, hub=hub, first=True)
    _post(row, key)
    return row, key


def _post(row: Invitation, key: str) -> None:
    outbox.post(
        row.address,
        "invitation",
        f"invitation:{row.pk}",
        hub=row.hub,
        about=row,
        values={
            "path": reverse("invitation", args=[key]),
            "name": row.name,
            "role": str(Membership.Role(row.role).label) if row.role else "",
            "by": row.by.name if row.by else "",
            "until": row.expires_at.date().isoformat(),
        },
    )


def find(key: str) -> Invitation | None:
    """Return the invitation of a key while it can be accepted. Unknown, used, late and withdrawn look the same."""
    rows = Invitation.objects.select_related("hub", "by", "programme")
    return rows.filter(
        key_hash=hash_of(key), used_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=timezone.now()
    ).first()


@transaction.atomic
def withdraw(*, by: Person, invitation: Invitation) -> None:
    """Take an invitation back; its link stops working."""
    open_ones = Invitation.objects.filter(pk=invitation.pk, used_at__isnull=True, withdrawn_at__isnull=True)
    if not open_ones.update(withdrawn_at=timezone.now()):
        raise Refused(_("This invitation was used or withdrawn already."))
    log(by, "withdraw", invitation)


def sign_in_for(address: str) -> User:
    """Return the sign-in of an address, made now when there is none. Only behind a key that came from a hub."""
    user, _made = User.objects.get_or_create(email=address.strip().lower(), defaults={"password": make_password(None)})
    return user


@transaction.atomic
def accept(*, by: User, invitation: Invitation) -> Person:
    """Accept an invitation, once: exactly one of many clicks wins. The address is the one that `by` signed in with."""
    now = timezone.now()
    claimed = Invitation.objects.filter(
        pk=invitation.pk, address=by.email, used_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=now
    ).update(used_at=now, used_by=by)
    if claimed != 1:
        raise Refused(_("This invitation cannot be used any more. Please ask for a new one."))
    person = _person_for(by, invitation)
    log(person, "accept", invitation)
    if invitation.role:
        _give(person, invitation)
    return person


def _person_for(user: User, invitation: Invitation) -> Person:
    """Return who this sign-in is in the hub: the person they are already, the one invited, or a new one."""
    hub_id = invitation.hub_id
    mine: Person | None = Person.objects.filter(hub_id=hub_id, user=user, emptied_at__isnull=True).first()
    if mine is not None:
        return mine
    if invitation.person_id:
        waiting = Person.objects.filter(hub_id=hub_id, pk=invitation.person_id, user=None, emptied_at__isnull=True)
        if not waiting.update(user=user):
            raise Refused(_("Somebody else uses this name here already. Please ask your hub to look."))
        found: Person = Person.objects.get(hub_id=hub_id, pk=invitation.person_id)
        return found
    hub = Hub.objects.get(pk=hub_id)
    name = invitation.name or user.email.partition("@")[0]
    return add_person(by=None, hub=hub, name=name, email=user.email, user=user)


def _give(person: Person, invitation: Invitation) -> None:
    """Give the role when whoever invited could, else propose it; nothing when they may not offer it any more."""
    if invitation.first:
        _give_first(person, invitation)
        return
    by = invitation.by
    if by is None or by.pk == person.pk:
        return
    actor = Actor(by.hub_id, by.pk, roles_of(by))
    if not policy.can(actor, "offer", invitation):
        return
    live = Membership.objects.filter(
        hub_id=person.hub_id, person=person, role=invitation.role, programme=invitation.programme, until=None
    )
    there = live.first()
    row = there or propose_role(by=by, person=person, role=invitation.role, programme=invitation.programme, tell=False)
    fit = person.is_adult or row.role == row.Role.MENTEE
    two = row.role in SAFETY_ROLES  # two people give these: whoever invited has proposed, another says yes
    if row.granted_at is None and fit and not two and policy.can(actor, "grant", row):
        row.granted_by, row.granted_at = by, timezone.now()
        row.save(update_fields=["granted_by", "granted_at"])
        log(by, "grant_role", row)
    elif there is None:  # given at once they read it on the page that follows; this one waits for somebody
        tell_of_role(row, "role_proposed")


def _give_first(person: Person, invitation: Invitation) -> None:
    """Give a hub its first admin or safeguarding lead; they say themselves that they are grown up.

    Where somebody looks after safety already, whoever runs the site only proposes another: two people give this role.
    """
    Hub.objects.select_for_update(no_key=True).get(pk=person.hub_id)  # two who accept at once take turns
    if invitation.role in SAFETY_ROLES and others_look_after_safety(person):
        if not live_roles(person, invitation.role).exists():
            row = Membership.objects.create(hub_id=person.hub_id, person=person, role=invitation.role)
            log(None, "propose_role", row, hub=person.hub)
            tell_of_role(row, "role_proposed")
        return
    if person.adult_on is None and person.born is None:
        person.adult_on = timezone.localdate()
        person.save(update_fields=["adult_on"])
    row, made = Membership.objects.get_or_create(
        hub_id=person.hub_id,
        person=person,
        role=invitation.role,
        programme=None,
        until=None,
        defaults={"first": True, "granted_at": timezone.now()},
    )
    if made:
        log(person, "begin_role", row, first=True)
