"""Writing votes: somebody's own answers, by a number. Who voted how stands in no event log; nobody but them sees it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import jobs
from upwell_site.core.actions.links import when_claimed
from upwell_site.core.events import ref
from upwell_site.core.models import Link, Person
from upwell_site.core.refused import Refused
from upwell_site.listen.models import Discussion, Grouping, Statement, Vote, Voter

PLACED_AT = 7  # votes after which the engine gives somebody a place
FEWEST = 5  # people whose votes are new before the groups are worked out again: fewer could be told apart


def voter_of(discussion: Discussion, person: Person | None, link: Link | None) -> Voter | None:
    """Return the voter that a person, or the holder of a link, is in a discussion; None before their first vote."""
    rows = Voter.objects.filter(hub_id=discussion.hub_id, discussion=discussion)
    if person is not None:
        return rows.filter(person=person).first()
    return rows.filter(link=link).first() if link is not None else None


@when_claimed
def keep_votes(link: Link, person: Person) -> None:
    """Let what was voted by a link belong to whoever claims it, where they have not voted as themselves."""
    own = Voter.objects.filter(hub_id=link.hub_id, person=person).values("discussion")
    Voter.objects.filter(hub_id=link.hub_id, link=link, person=None).exclude(discussion__in=own).update(person=person)


def check_link(discussion: Discussion, link: Link | None) -> None:
    """Refuse a link that opens something else."""
    if link is not None and link.scope != ref(discussion):
        raise Refused(_("Your link opens another discussion. Ask for a link to this one, or sign in."))


@transaction.atomic
def vote(
    *, by: Person | None, discussion: Discussion, statement: Statement, value: int, link: Link | None = None
) -> Vote:
    """Write down, or change, what somebody says to one statement: 1 agree, -1 disagree, 0 pass.

    Somebody without an account votes by a personal link; the same person signed in is the same voter. There is no
    event: a log that cannot be erased would keep that they took part.
    """
    if by is None and link is None:
        raise Refused(_("Sign in or use your personal link to vote."))
    if value not in {1, 0, -1}:
        raise Refused(_("Choose yes, no or pass."))
    check_link(discussion, link)
    locked = Discussion.objects.select_for_update().get(hub_id=discussion.hub_id, pk=discussion.pk)
    if locked.state != Discussion.State.OPEN:
        raise Refused(_("Votes are closed. The result stays on the page."))
    if statement.discussion_id != locked.pk or statement.moderated != 1:
        raise Refused(_("This sentence is not open for votes."))
    voter = voter_of(locked, by, link) or _first_vote(locked, by, link)
    row, _made = Vote.objects.update_or_create(
        hub_id=locked.hub_id,
        voter=voter,
        statement=statement,
        defaults={"value": value, "at": timezone.now()},
        create_defaults={"value": value, "at": timezone.now(), "discussion": locked},
    )
    if _made:
        _maybe_regroup(locked, voter)
    return row


def _first_vote(discussion: Discussion, person: Person | None, link: Link | None) -> Voter:
    rows = Voter.objects.filter(hub_id=discussion.hub_id, discussion=discussion)
    last = rows.aggregate(last=Max("number"))["last"]
    number = 0 if last is None else last + 1
    return Voter.objects.create(
        hub_id=discussion.hub_id, discussion=discussion, number=number, person=person, link=None if person else link
    )


def _maybe_regroup(discussion: Discussion, voter: Voter) -> None:
    """Start working the groups out again once five people or more have answered since the last time.

    Asked only when somebody reaches a place in the picture, or another seven votes: not at every vote.
    """
    mine = Vote.objects.filter(hub_id=discussion.hub_id, voter=voter).count()
    if mine % PLACED_AT and mine < _open_statements(discussion):
        return
    last = Grouping.objects.filter(hub_id=discussion.hub_id, discussion=discussion).values_list("at", flat=True).first()
    new = Vote.objects.filter(hub_id=discussion.hub_id, discussion=discussion)
    if last is not None:
        new = new.filter(at__gt=last)
    if len(new.order_by().values_list("voter", flat=True).distinct()[:FEWEST]) >= FEWEST:
        jobs.start("listen.regroup", hub=discussion.hub, about=discussion)


def _open_statements(discussion: Discussion) -> int:
    return Statement.objects.filter(hub_id=discussion.hub_id, discussion=discussion, moderated=1).count()
