"""Writing about letters, notices and jobs: stopped, sent again, switched off."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import jobs, letters, outbox
from upwell_site.core.events import log
from upwell_site.core.models import Job, Letter, NoticeChoice, Person, User
from upwell_site.core.refused import Refused


@transaction.atomic
def stop_letters(*, by: Person | None, letter: Letter) -> int:
    """Stop a letter that still waits, and all that were ordered with it; return how many."""
    together = Q(pk=letter.pk)
    if letter.batch:
        together |= Q(batch=letter.batch)
    stopped = outbox.stop(Letter.objects.filter(together, hub=letter.hub))
    if not stopped:
        raise Refused(_("It is too late to stop this: nothing of it waits any more."))
    log(by, "stop_letters", letter, letters=stopped)
    return stopped


@transaction.atomic
def send_again(*, letter: Letter) -> None:
    """Send a letter at the next round, also one that failed. For whoever runs the site, who is no person of a hub."""
    if not outbox.send_again(letter):
        raise Refused(_("This letter has gone out or was stopped already."))
    log(None, "send_again", letter)


@transaction.atomic
def send_test(*, user: User) -> Letter:
    """Put a letter to oneself in the outbox, to see whether the mail server takes it."""
    letter = outbox.post(user.email, "test", f"test:{timezone.now():%Y%m%d%H%M%S%f}")
    if letter is None:
        raise Refused(_("A letter to try it is on its way already."))
    log(None, "send_test", letter)
    return letter


@transaction.atomic
def choose_notices(*, by: Person, wanted: Collection[str]) -> None:
    """Keep which kinds of letters somebody wants."""
    for kind, about in letters.KINDS.items():
        if about.notice:
            _choose(by, kind, kind in wanted)
    log(by, "choose_notices", by)


@transaction.atomic
def unsubscribe(*, token: str) -> None:
    """Switch one kind off for the person a letter went to. A token that is not ours does nothing, and looks alike."""
    read = letters.read_token(token)
    if read is None or not letters.kind_of(read[1]).notice:
        return
    person = Person.objects.filter(pk=read[0], emptied_at__isnull=True).first()
    if person is not None:
        _choose(person, read[1], False)
        log(person, "unsubscribe", person)


def _choose(person: Person, kind: str, wanted: bool) -> None:
    found: dict[str, Any] = {"hub_id": person.hub_id, "person": person, "kind": kind}
    NoticeChoice.objects.update_or_create(**found, defaults={"wanted": wanted})


@transaction.atomic
def stop_job(*, by: Person | None, job: Job) -> None:
    """Ask a job to stop; it does at its next step."""
    if job.state not in {Job.State.WAITING, Job.State.RUNNING}:
        raise Refused(_("This has ended already."))
    jobs.ask_to_stop(job)
    log(by, "stop_job", job)
