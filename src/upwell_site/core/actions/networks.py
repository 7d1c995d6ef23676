"""Entering a network by oneself, and leaving it. What follows is what somebody ticked, and nothing else.

The network's person and the hub's person are two rows that share a sign-in. The home hub keeps an `Entry`: that
somebody entered, and no more. These actions touch two hubs at once, which nothing else does.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import policy
from upwell_site.core.actions.people import live_roles
from upwell_site.core.events import log, ref
from upwell_site.core.forget import empty
from upwell_site.core.models import Entry, Event, Hub, Member, Organisation, Person
from upwell_site.core.refused import Refused
from upwell_site.core.text import fold

MAY_FOLLOW = ("name", "email", "organisation", "about")


def networks_of(hub: Hub) -> QuerySet[Member]:
    """Return the memberships of a hub in networks that hold today, with the networks."""
    rows: QuerySet[Member] = Member.objects.filter(policy.live(Member), member=hub).select_related("hub")
    return rows.order_by("hub__name")


@transaction.atomic
def enter(*, by: Person, network: Hub, follow: Collection[str]) -> Person:
    """Enter a network of one's own hub, with what was ticked. Entering again changes what followed."""
    if wrong := set(follow) - set(MAY_FOLLOW):
        raise TypeError(f"does not follow anybody into a network: {', '.join(sorted(wrong))}")
    by = Person.objects.select_for_update().get(pk=by.pk)
    _check_may_enter(by, network)
    there = Person.objects.filter(hub=network, user=by.user_id).first()
    new = there is None
    if there is None:
        # That an age of 18 or more was confirmed goes along, as a plain fact dated today: never the date of birth.
        there = Person(hub=network, user_id=by.user_id, adult_on=timezone.localdate())
    _copy(by, there, follow)
    there.save()
    entry, first = Entry.objects.get_or_create(hub_id=by.hub_id, person=by, network=network)
    log(by, "enter_network", entry)
    log(there, "enter", there, new=new, first=first)
    return there


def _check_may_enter(by: Person, network: Hub) -> None:
    if by.user_id is None:
        raise Refused(_("Please sign in with your e-mail address first: the network has to know you again."))
    if not by.is_adult:
        raise Refused(_("Networks are for people whose age of 18 or more was confirmed."))
    if not networks_of(by.hub).filter(hub=network).exists():
        raise Refused(_("Your hub does not belong to this network."))


def _copy(by: Person, there: Person, follow: Collection[str]) -> None:
    """Copy what was ticked, and take away what followed before and is not ticked any more.

    What differs from home was written in the network by the person themselves: it is not touched.
    """
    for field in ("name", "about", "email"):
        if field in follow:
            setattr(there, field, getattr(by, field))
        elif getattr(there, field) == getattr(by, field):
            setattr(there, field, "")
    if not there.name:
        raise Refused(_("Please let your name come along: people there need to know what to call you."))
    there.folded = fold(there.name)
    home = by.organisation
    if home is None:
        return
    if "organisation" in follow:
        there.organisation, _new = Organisation.objects.get_or_create(
            hub_id=there.hub_id,
            name=home.name,
            defaults={"folded": home.folded, "sector": home.sector, "level": home.level, "org_id": home.org_id},
        )
    elif there.organisation is not None and there.organisation.name == home.name:
        there.organisation = None


@transaction.atomic
def leave(*, by: Person, network: Hub) -> None:
    """Leave a network: the person that entering made there is emptied, and the home hub's entry goes."""
    entry = Entry.objects.select_for_update().filter(hub_id=by.hub_id, person=by, network=network).first()
    if entry is None:
        raise Refused(_("You are not in this network."))
    there = Person.objects.select_for_update().filter(hub=network, user=by.user_id).first()
    if there is not None and _came_by_entering(there) and not _entered_elsewhere(by, network):
        if live_roles(there).exists():
            raise Refused(_("You have a role in this network. Please end it there first."))
        log(there, "leave", there)
        empty([there.pk])
    log(by, "leave_network", entry)
    entry.delete()


def _came_by_entering(there: Person) -> bool:
    first = Event.objects.filter(hub_id=there.hub_id, did="enter", to=ref(there)).order_by("id").first()
    return first is not None and bool(first.numbers.get("new"))


def _entered_elsewhere(by: Person, network: Hub) -> bool:
    """Whether the same sign-in entered from another hub too; then the network's person stays."""
    return bool(Entry.objects.filter(network=network, person__user=by.user_id).exclude(person=by).exists())
