"""What connect shows on other pages: rounds that wait for their programme lead, and for anybody their new mentor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.connect.models import Pair, Round
from upwell_site.core.links import link
from upwell_site.core.models import Hub, Person
from upwell_site.core.panels import Find, Finds, Need, needs, search
from upwell_site.core.policy import Actor, could

SHOWN = 3
FRESH = timedelta(days=14)


@needs("connect.rounds")
def rounds(person: Person, actor: Actor) -> Iterator[Need]:
    """Rounds with pairs to read that this person may approve."""
    if not could(actor, Round, "approve"):
        return
    waiting = Pair.objects.filter(hub_id=person.hub_id, state=Pair.State.PROPOSED).values("round")
    rows = Round.objects.filter(hub_id=person.hub_id, state=Round.State.MATCHED, pk__in=waiting)
    for row in rows.visible_to(actor, "approve").order_by("-run_at")[:SHOWN]:
        yield Need(
            _("%(round)s is ready to read") % {"round": row.name},
            _("The pairs are proposed, with a reason for each. Nobody hears until you approve."),
            link("round", person.hub.slug, row.pk),
            _("Read it through"),
            verb="connect",
            order=30,
        )


@needs("connect.pairs")
def pairs(person: Person, actor: Actor) -> Iterator[Need]:
    """Somebody this person was matched with lately."""
    mine = Pair.objects.filter(hub_id=person.hub_id, state=Pair.State.APPROVED)
    mine = mine.filter(approved_at__gt=timezone.now() - FRESH).visible_to(actor)
    mine = mine.filter(mentee=person) | mine.filter(mentor=person)
    for row in mine.order_by("-approved_at")[:SHOWN]:
        yield Need(
            _("There is somebody for you to meet"),
            _("You have been matched. See why."),
            link("pair", person.hub.slug, row.pk),
            _("See who"),
            verb="connect",
            order=20,
        )


@search("connect.rounds")
def find_rounds(words: str, hub: Hub, actor: Actor) -> Finds | None:
    """Rounds whose name holds the words."""
    rows = Round.objects.filter(hub=hub, name__icontains=words).visible_to(actor).order_by("-id")
    found = list(rows.values_list("pk", "name", "state")[: SHOWN + 1])
    states = dict(Round.State.choices)
    return Finds(
        _("Rounds of matching"),
        [Find(name, link("round", hub.slug, pk), str(states[state])) for pk, name, state in found[:SHOWN]],
        len(found) > SHOWN,
    )
