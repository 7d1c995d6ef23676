"""Slow work of `listen`: the opinion groups of a discussion."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from upwell import InputError
from upwell_site.core import jobs
from upwell_site.core.actor import roles_of
from upwell_site.core.jobs import Run
from upwell_site.core.policy import Actor, can
from upwell_site.core.refused import Refused
from upwell_site.listen import bridge
from upwell_site.listen.actions import discussions as actions
from upwell_site.listen.models import Discussion


@jobs.register("listen.regroup")
def regroup(run: Run) -> str:
    """Work the groups of a discussion out again. Safe to run twice: the newest result is the one shown."""
    key = run.job.about.rpartition(":")[2]
    discussion = Discussion.objects.filter(hub_id=run.job.hub_id, pk=key).first()
    if discussion is None:
        raise Refused(_("This discussion is no longer there."))
    _ask_again(run, discussion)
    found = _groups(run, discussion)
    actions.store_grouping(by=run.job.by, discussion=discussion, found=found)
    if not found.k:
        return _("Too few people have voted to show groups. A group is shown from five people on.")
    return ngettext("Done. We see %(n)s group.", "Done. We see %(n)s groups.", found.k) % {"n": found.k}


def _groups(run: Run, discussion: Discussion) -> bridge.Found:
    """As many groups as were asked for; as many as the votes show where people stand in too few different places."""
    try:
        return bridge.groups(discussion, discussion.k, progress=run.progress)
    except InputError as problem:
        if problem.column != "k":
            raise
        return bridge.groups(discussion, None, progress=run.progress)


def _ask_again(run: Run, discussion: Discussion) -> None:
    """Whoever asked must still be allowed to. A job that votes started has nobody behind it."""
    by = run.job.by
    if by is not None and not can(Actor(by.hub_id, by.pk, roles_of(by)), "regroup", discussion):
        raise Refused(_("Whoever asked for this may no longer do it."))
