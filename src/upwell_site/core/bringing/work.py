"""Slow work on large lists: look, load, take back. Safe to run twice; rights are asked again."""

from __future__ import annotations

import time

from django.utils.translation import gettext as _

from upwell import Cancelled
from upwell._kit.progress import Progress
from upwell_site.core import jobs
from upwell_site.core.actions import bringing as actions
from upwell_site.core.actor import roles_of
from upwell_site.core.bringing import files
from upwell_site.core.models import Batch, Job
from upwell_site.core.policy import Actor, can
from upwell_site.core.refused import Refused

AT_ONCE = 300_000  # bytes: some 2,000 rows; what is larger is worked on while the page shows how far it is
PACKED_AT_ONCE = 60_000


def is_large(batch: Batch, size: int) -> bool:
    """Whether a file takes too long to be read while somebody waits."""
    packed = batch.file_name.lower().endswith((".xlsx", ".gz", ".zip", ".xlsm"))
    return size > (PACKED_AT_ONCE if packed else AT_ONCE)


def _batch_and_actor(job: Job, action: str) -> tuple[Batch, Actor]:
    """Return the batch of a job and who asked for it, with the roles they hold now."""
    number = int(job.about.partition(":")[2])
    batch = Batch.objects.select_related("hub", "by", "programme").get(hub_id=job.hub_id, pk=number)
    if job.by is None:
        raise Refused(_("Nobody asked for this."))
    actor = Actor(job.hub_id, job.by_id, roles_of(job.by))
    if not can(actor, action, batch):
        raise Refused(_("You may not do this any more. Nothing was changed."))
    return batch, actor


@jobs.register("core.look_at_list")
def look_at_list(run: jobs.Run) -> str:
    """Read a large list and keep what was found."""
    batch, actor = _batch_and_actor(run.job, "load")
    actions.look(batch=batch, actor=actor, progress=run.progress)
    return _("Read. Look at what was found.")


@jobs.register("core.bring_in")
def bring_in(run: jobs.Run) -> str:
    """Bring a large list in, all of it or nothing."""
    batch, actor = _batch_and_actor(run.job, "load")
    if batch.state == Batch.State.DONE:
        return _("Brought in.")
    try:
        run.progress("writing", 0.0)  # the last word to the database: from here on it is one transaction
        counts = actions.load(batch=batch, actor=actor, progress=_beside(batch))
    except jobs.Leaving:
        raise  # the next worker brings it in
    except BaseException:
        actions.let_go(batch=batch)
        raise
    return actions.sentence_of(counts)


def _beside(batch: Batch) -> Progress:
    """Return a progress that tells, and hears *stop*, by files: what is in a transaction nobody else sees."""
    told = 0.0

    def progress(phase: str, done: float) -> None:
        nonlocal told
        if jobs.leaving.is_set():
            raise jobs.Leaving
        if files.is_stopped(batch.file):
            raise Cancelled
        if time.monotonic() - told > jobs.TOLD_EVERY:
            told = time.monotonic()
            files.tell_share(batch.file, done)

    return progress


@jobs.register("core.undo_list")
def undo_list(run: jobs.Run) -> str:
    """Take a large list back."""
    batch, _actor = _batch_and_actor(run.job, "undo")
    if batch.state == Batch.State.DONE:
        actions.undo_all(by=run.job.by, batch=batch)
    return _("Taken back.")


__all__ = ["bring_in", "look_at_list", "undo_list"]
