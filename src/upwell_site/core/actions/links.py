"""Personal links: taking part without an account, within one scope, claimed later if somebody wishes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.apps import apps
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import policy
from upwell_site.core.actions.people import add_person
from upwell_site.core.door.keys import hash_of, new_key
from upwell_site.core.events import log, ref
from upwell_site.core.models import Hub, Link, Person, User
from upwell_site.core.policy import Actor
from upwell_site.core.refused import Refused
from upwell_site.core.text import clean

LASTS = timedelta(days=90)
AT_ONCE = 60  # links on one sheet


def openings(actor: Actor) -> list[tuple[str, str]]:
    """Return what this person may hand out links to: ("listen.discussion:7", its name).

    Whatever a link can open has a cell for the role "link" in the permission table; they must be able to edit it.
    """
    found: list[tuple[str, str]] = []
    for resource in policy.table().values():
        opens = any("link" in cell and action != "home" for action, cell in resource.actions.items())
        if not opens or resource.name == "hub" or "edit" not in resource.actions:
            continue
        rows = policy.visible(apps.get_model(resource.model)._default_manager.all(), actor, "edit")
        found += [(ref(row), str(row)) for row in rows.order_by("-pk")[:50]]
    return found


def opened_by(link: Link) -> Model | None:
    """Return the row that a link opens, when it is still there."""
    label, _sep, number = link.scope.partition(":")
    if not number.isdecimal():
        return None
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return None
    row: Model | None = model._default_manager.filter(hub_id=link.hub_id, pk=int(number)).first()
    return row


@transaction.atomic
def make(
    *, by: Person, actor: Actor, scope: str, name: str = "", count: int = 1, keys: list[str] | None = None
) -> list[tuple[Link, str]]:
    """Make links to one thing: one with a name, or up to sixty without; return each with its key, kept nowhere."""
    if scope not in dict(openings(actor)):
        raise Refused(_("Choose what the link opens."))
    if not 1 <= count <= AT_ONCE or (name and count != 1):
        raise Refused(_("Make one link with a name, or between 1 and 60 without."))
    hub = Hub.objects.get(pk=by.hub_id)
    person = add_person(by=by, hub=hub, name=clean(name, 120)) if name else None
    made: list[tuple[Link, str]] = []
    for key in keys or [new_key() for _number in range(count)]:
        link = Link.objects.create(
            hub=hub, person=person, scope=scope, key_hash=hash_of(key), by=by, expires_at=timezone.now() + LASTS
        )
        made.append((link, key))
    log(by, "make_links", made[0][0], count=count)
    return made


def find(key: str) -> Link | None:
    """Return the link of a key while it opens something. Unknown, claimed, late and withdrawn look the same."""
    rows = Link.objects.select_related("hub", "person")
    return rows.filter(
        key_hash=hash_of(key), claimed_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=timezone.now()
    ).first()


@transaction.atomic
def withdraw(*, by: Person, link: Link) -> None:
    """Take a link back; whoever is inside by it is out with their next click."""
    if not Link.objects.filter(pk=link.pk, withdrawn_at__isnull=True).update(withdrawn_at=timezone.now()):
        raise Refused(_("This link was withdrawn already."))
    log(by, "withdraw", link)


Claimed = Callable[[Link, Person], None]
_claimed: list[Claimed] = []


def when_claimed(take_over: Claimed) -> Claimed:
    """Register what a verb does, in the same transaction, once a link has become somebody's own."""
    _claimed.append(take_over)
    return take_over


@transaction.atomic
def claim(*, by: User, link: Link) -> Person:
    """Make a link's person the one of a sign-in. Once; and never two persons into one, which only people can judge."""
    now = timezone.now()
    open_ones = Link.objects.filter(pk=link.pk, claimed_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=now)
    if open_ones.update(claimed_at=now) != 1:
        raise Refused(_("This link cannot be used any more."))
    link.refresh_from_db()
    mine = Person.objects.filter(hub_id=link.hub_id, user=by, emptied_at__isnull=True).first()
    if link.person_id is None:
        person = mine or add_person(by=None, hub=link.hub, name=by.email.partition("@")[0], email=by.email, user=by)
        Link.objects.filter(pk=link.pk).update(person=person)
    elif mine is not None and mine.pk != link.person_id:
        raise Refused(_("You are known here under a name already. Ask the hub to bring the two together."))
    elif not Person.objects.filter(pk=link.person_id, user__isnull=True).update(user=by) and mine is None:
        raise Refused(_("Somebody else uses this name here already. Please ask your hub to look."))
    else:
        person = Person.objects.get(hub_id=link.hub_id, pk=link.person_id)
    for take_over in _claimed:
        take_over(link, person)
    log(person, "claim", link)
    return person
