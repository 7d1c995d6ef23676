"""The slow work of connect: a match, joined from the bridge's answer and the action that keeps it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from upwell_site.connect import actions, bridge
from upwell_site.connect.models import Round
from upwell_site.core import jobs, policy
from upwell_site.core.actor import roles_of
from upwell_site.core.policy import Actor
from upwell_site.core.refused import Refused


@jobs.register(actions.MATCH)
def match(run: jobs.Run) -> str:
    """Match a round. Whoever asked must still be allowed to; asked twice, it finds the same again."""
    job = run.job
    number = job.about.rpartition(":")[2]
    round = Round.objects.select_related("hub").filter(hub_id=job.hub_id, pk=number).first()
    if round is None or job.by is None:
        raise Refused(_("This round is not here any more."))
    actor = Actor(job.hub_id, job.by_id, roles_of(job.by))
    if not policy.can(actor, "run", round):
        raise Refused(_("You may not run this round any more. Ask whoever gives out roles."))
    result = bridge.compute(round, run.progress)
    actions.store_proposals(by=job.by, round=round, result=result)
    found = len(result.pairs)
    return ngettext("%(n)s pair to read.", "%(n)s pairs to read.", found) % {"n": found}
