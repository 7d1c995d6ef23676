"""Slow work without a broker: a row with a lease is the queue and the truth. Worked by `upwell-site work`.

A job may run twice (its worker was killed), so it must be safe to. Rights are asked again when it runs.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec

from django.db import IntegrityError, transaction
from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell import Cancelled, InputError
from upwell_site.core.events import ref
from upwell_site.core.models import Hub, Job, Person
from upwell_site.core.refused import Refused

log = logging.getLogger("upwell.jobs")
LEASE = timedelta(seconds=60)
TRIES = 3
TOLD_EVERY = 0.5  # seconds between two updates of the row: a page polls it, nobody reads faster
leaving = threading.Event()  # set when this worker was asked to end: jobs stop at their next progress and wait again


class Leaving(Cancelled):
    """The worker ends; the job goes back to the queue and is not counted as a try."""


@dataclass(slots=True)
class Run:
    """A job while it runs: tells how far it is, renews the lease, hears *stop*."""

    job: Job
    told: float = 0.0

    def progress(self, phase: str, done: float) -> None:
        """Tell the phase and the share done in [0, 1]; at most twice a second, outside any transaction."""
        if leaving.is_set():
            raise Leaving
        now = time.monotonic()
        if self.told and now - self.told < TOLD_EVERY and done < 1:
            return
        self.told = now
        share = min(max(float(done), 0.0), 1.0)
        mine = _mine(self.job).filter(stop=False)
        if not mine.update(phase=phase[:80], done=share, lease_until=timezone.now() + LEASE):
            raise Cancelled


Work = Callable[[Run], str]
_known: dict[str, Work] = {}


def register(kind: str) -> Callable[[Work], Work]:
    """Register a job under the name of its function, "verb.name"; it returns the sentence to show when it is done."""

    def keep(work: Work) -> Work:
        _known[kind] = work
        return work

    return keep


def find(kind: str) -> Work:
    """Return the function of a job; its module is loaded when first needed."""
    if kind not in _known:
        load(kind.partition(".")[0])
    return _known[kind]


def load(app: str) -> None:
    """Load the jobs of one app: `<app>/jobs.py`; those of the core are in `core/work.py`."""
    name = f"upwell_site.{app}.{'work' if app == 'core' else 'jobs'}"
    if find_spec(name) is not None:
        import_module(name)


def known() -> dict[str, Work]:
    """Return every job that is loaded, by its name."""
    return dict(_known)


def start(kind: str, *, hub: Hub, about: Model | None = None, by: Person | None = None) -> Job:
    """Queue a job, in the caller's transaction. One that already waits for the same thing is returned instead."""
    find(kind)
    name = ref(about) if about else ""
    try:
        with transaction.atomic():
            return Job.objects.create(hub=hub, kind=kind, about=name, by=by)
    except IntegrityError:
        return Job.objects.get(hub=hub, kind=kind, about=name, state=Job.State.WAITING)


def ask_to_stop(job: Job) -> None:
    """Ask a job to stop; one that waits stops at once."""
    now = timezone.now()
    waiting = Job.objects.filter(pk=job.pk, state=Job.State.WAITING)
    if not waiting.update(state=Job.State.STOPPED, stop=True, ended_at=now, said=_("Stopped before it began.")):
        Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(stop=True)


def claim() -> Job | None:
    """Take the oldest job that waits, or one whose worker died; `tries` is the fence against a second worker."""
    end_lapsed()
    now = timezone.now()
    lapsed = Q(state=Job.State.RUNNING, lease_until__lt=now)
    for job in Job.objects.filter(Q(state=Job.State.WAITING) | lapsed).order_by("id")[:20]:
        mine = Job.objects.filter(pk=job.pk, state=job.state, tries=job.tries, lease_until=job.lease_until)
        try:
            with transaction.atomic():
                took = mine.update(state=Job.State.RUNNING, tries=F("tries") + 1, lease_until=now + LEASE)
        except IntegrityError:  # the same work runs for the same thing already: this one goes on waiting
            continue
        if took:
            return Job.objects.get(pk=job.pk)
    return None


def end_lapsed() -> int:
    """End the jobs whose worker died and that shall not run again: three times, or somebody pressed stop."""
    now = timezone.now()
    lapsed = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=now)
    stopped = lapsed.filter(stop=True).update(state=Job.State.STOPPED, ended_at=now, said=_stopped())
    failed = lapsed.filter(tries__gte=TRIES).update(
        state=Job.State.FAILED,
        ended_at=now,
        said=_("This did not finish, three times. Please tell whoever runs the site."),
    )
    return stopped + failed


def work_one() -> bool:
    """Claim and run one job; return whether there was one."""
    job = claim()
    if job is None:
        return False
    began = time.monotonic()
    state, said = _run(job)
    if state == Job.State.WAITING:
        # A lease that ended now lets the next worker take it at once. Back to "waiting" could clash with newer work.
        _mine(job).update(lease_until=timezone.now(), tries=F("tries") - 1)
    else:
        done = 1 if state == Job.State.DONE else F("done")
        _mine(job).update(state=state, said=said[:300], done=done, ended_at=timezone.now())
    log.info("job %s %s about=%s %s in %.1f s", job.pk, job.kind, job.about or "-", state, time.monotonic() - began)
    return True


def _mine(job: Job) -> QuerySet[Job]:
    """The row, as long as this run of it is the one that counts."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, tries=job.tries)


def _stopped() -> str:
    return _("Stopped. Nothing was changed.")


def _run(job: Job) -> tuple[str, str]:
    try:
        return Job.State.DONE, find(job.kind)(Run(job))
    except Leaving:
        return Job.State.WAITING, ""
    except Cancelled:
        return Job.State.STOPPED, _stopped()
    except (Refused, InputError) as problem:
        return Job.State.FAILED, str(problem)
    except Exception as problem:  # noqa: BLE001 - a worker outlives a broken job; the row says so, the log names the class
        log.error("job %s %s failed: %s at %s", job.pk, job.kind, type(problem).__name__, _where(problem))
        return Job.State.FAILED, _("Something went wrong on our side. Nothing was changed. Please try again.")


def _where(problem: BaseException) -> str:
    """Return file and line of an error, never its words: those repeat people's data."""
    last = problem.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last else "?"
