"""What happens by itself, in one `tick`: each part may run at any time, twice, or on two machines at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import Error
from django.utils import timezone

from upwell_site.core import duplicates, erase, jobs, retention, threads
from upwell_site.core.actions import bringing
from upwell_site.core.models import Letter

log = logging.getLogger("upwell.clock")
Part = Callable[[], int]
_parts: dict[str, Part] = {}
AT_ONCE = 1000  # rows deleted in one go: other writers wait no longer than that


def part(name: str) -> Callable[[Part], Part]:
    """Register something that each tick does; it returns how many things it did.

    A verb puts its parts into `upwell_site/<verb>/schedule.py`.
    """

    def keep(work: Part) -> Part:
        _parts[name] = work
        return work

    return keep


def tick() -> dict[str, int]:
    """Do everything that is due once. One part that breaks does not hold up the others."""
    for config in apps.get_app_configs():
        if config.name.startswith("upwell_site.") and find_spec(f"{config.name}.schedule"):
            import_module(f"{config.name}.schedule")
    done: dict[str, int] = {}
    for name, work in _parts.items():
        try:
            done[name] = work()
        except (Error, OSError) as problem:  # the database, or the folder of uploads
            log.error("tick %s failed: %s", name, type(problem).__name__)
    if any(done.values()):
        log.info("tick %s", " ".join(f"{name}={count}" for name, count in done.items() if count))
    return done


part("jobs ended")(jobs.end_lapsed)
part("threads paused")(threads.review)
part("uploads let go")(bringing.sweep)
part("erasures finished")(erase.finish)
part("duplicates looked for")(duplicates.nightly)
part("old rows deleted")(retention.daily)


@part("letters taken back")
def letters_taken_back() -> int:
    """Let letters go again whose sender was killed."""
    now = timezone.now()
    lapsed = Letter.objects.filter(state=Letter.State.SENDING, lease_until__lt=now)
    return lapsed.update(state=Letter.State.WAITING, after=now, lease_until=None)


@part("sessions ended")
def sessions_ended() -> int:
    """Delete sessions that are over."""
    return _delete(Session.objects.filter(expire_date__lt=timezone.now()))


def _delete(rows: object) -> int:
    """Delete at most a thousand; the next tick takes the rest."""
    model = rows.model  # type: ignore[attr-defined]
    numbers = list(rows.values_list("pk", flat=True)[:AT_ONCE])  # type: ignore[attr-defined]
    return int(model._default_manager.filter(pk__in=numbers).delete()[0]) if numbers else 0
