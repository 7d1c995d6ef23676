"""Forgetting somebody: what goes, what stays, and getting it out of the database's file.

Made from each model's `personal`. Rows about one person go or are blanked, what others need to add up keeps its
numbers, and what the law wants kept stays. A job, because the last part waits for everybody who still reads the old.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell import Cancelled, InputError
from upwell_site.core import jobs, ledger, policy, scrub, threads
from upwell_site.core.actions import bringing, networks
from upwell_site.core.actions.people import check_not_the_last, live_roles
from upwell_site.core.actor import roles_of
from upwell_site.core.events import log
from upwell_site.core.forget import blank, empty, forget, loose, pieces
from upwell_site.core.models import Batch, BatchRow, DataRequest, Entry, Invitation, Job, Letter, Person, Seat, User
from upwell_site.core.privacy import Personal, declared
from upwell_site.core.refused import Refused

RECENT = timedelta(days=7)
NIGHT = range(1, 5)  # o'clock
TRIES_FOR = 40.0  # seconds within one run; a lease lasts a minute
GOES, EMPTIED, STAYS = "goes", "emptied", "stays"

# What the rows of a model are called on a page. What has no name here is "other records".
NAMES = {
    "core.Entry": gettext_lazy("Networks somebody went to"),
    "core.Invitation": gettext_lazy("Invitations"),
    "core.Link": gettext_lazy("Personal links"),
    "core.Letter": gettext_lazy("Letters"),
    "core.NoticeChoice": gettext_lazy("Choices of notices"),
    "core.Tie": gettext_lazy("Who knows whom"),
    "core.Duplicate": gettext_lazy("Whether somebody is here twice"),
    "core.Merge": gettext_lazy("Records that were made one"),
    "core.Person": gettext_lazy("Name, how to reach somebody, age, and a few words"),
    "core.Message": gettext_lazy("Messages"),
    "core.Membership": gettext_lazy("Roles, with their days"),
    "core.Consent": gettext_lazy("What was said yes to, with the day"),
    "core.Standing": gettext_lazy("What was in order"),
    "sealed.Check": gettext_lazy("Checks that were looked at"),
    "core.Attendance": gettext_lazy("Trainings"),
    "core.Seat": gettext_lazy("Places in conversations"),
    "core.Event": gettext_lazy("That something was done, and when"),
    "listen.Conversation": gettext_lazy("Talks"),
    "listen.Note": gettext_lazy("Notes of talks"),
    "listen.Statement": gettext_lazy("Sentences written for others to answer"),
    "listen.Voter": gettext_lazy("Where somebody voted"),
    "listen.Vote": gettext_lazy("Votes"),
    "connect.Ask": gettext_lazy("What was asked for in a round"),
    "connect.Offer": gettext_lazy("What was offered in a round"),
    "connect.Pair": gettext_lazy("Who was put together with whom: reasons and notes"),
    "connect.Unmatched": gettext_lazy("Rounds in which nobody was found"),
    "connect.Round": gettext_lazy("Rounds"),
    "core.Job": gettext_lazy("Slow work that ended"),
    "core.Batch": gettext_lazy("Lists that were brought in"),
    "core.BatchRow": gettext_lazy("What lists changed"),
    "core.Thread": gettext_lazy("Conversations in writing"),
    "listen.Discussion": gettext_lazy("Discussions"),
}


def name_of(model: type[Model]) -> str:
    """Return what the rows of a model are called on a page."""
    return str(NAMES.get(model._meta.label, _("Other records")))


# ---- what is about somebody ----


def about(person: Person) -> Iterator[tuple[type[Model], Personal, QuerySet[Any]]]:
    """Yield each model with rows about a person, what it declares, and those rows.

    What hung on another record that was made one with theirs, and could not move, is about them as well.
    """
    for model in apps.get_models(include_auto_created=True):
        personal = declared(model)
        paths = [path for path in (personal.subject, *personal.also) if path and _ends_at(model, path) is Person]
        if not paths:
            continue
        mine = Q(pk=person.pk) if model is Person else Q()
        for path in paths if model is not Person else ():
            mine |= Q(**{f"{path.replace('.', '__')}__in": person.numbers})
        yield model, personal, model._base_manager.filter(mine, hub_id=person.hub_id)


def _ends_at(model: type[Model], path: str) -> type[Model]:
    at: Any = model
    for step in path.split(".") if path != "id" else ():
        at = at._meta.get_field(step).related_model
    return at  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of record on the page that asks: what it is, what becomes of it, how many."""

    name: str
    what: str
    count: int


def preview(person: Person) -> list[Line]:
    """Return what forgetting somebody would do, by kind. What the law holds is never counted: that would tell of it."""
    counts: Counter[tuple[str, str]] = Counter()
    what = {"delete": GOES, "blank": EMPTIED, "keep": STAYS}
    for model, personal, rows in about(person):
        if personal.on_erase in what:
            name = name_of(model)
            counts[name, what[personal.on_erase]] += loose(personal, rows).count()
    order = [GOES, EMPTIED, STAYS]
    lines = [Line(name, kind, count) for (name, kind), count in counts.items() if count]
    return sorted(lines, key=lambda line: (order.index(line.what), line.name))


# ---- asked for ----


@transaction.atomic
def start(*, by: Person, person: Person) -> Job:
    """Begin to forget somebody. Nobody does it to themselves, and the last admin hands over first."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    if by.pk == person.pk:
        raise Refused(_("Somebody else has to do this: please ask another hub admin."))
    if person.emptied_at is not None:
        raise Refused(_("They were forgotten already."))
    _check_may_go(person)
    log(by, "ask_to_erase", person)
    return jobs.start("core.erase_person", hub=person.hub, about=person, by=by)


def _check_may_go(person: Person) -> None:
    for role in live_roles(person).filter(granted_at__isnull=False).select_related("hub"):
        check_not_the_last(role)


@jobs.register("core.erase_person")
def erase_job(run: jobs.Run) -> str:
    """Forget somebody, and end only once nothing of them is left in the database's file."""
    job = run.job
    person = Person.objects.select_related("hub").get(hub_id=job.hub_id, pk=int(job.about.partition(":")[2]))
    if person.emptied_at is None:
        if job.by is None or not policy.can(_actor(job.by), "erase", person):
            raise Refused(_("You may not do this any more. Nothing was changed."))
        run.progress(_("Looking through lists that wait"), 0.1)
        erase_person(by=job.by, person=person)
    _remember(person)
    if not scrub.at_once():
        return _("Done. By tomorrow nothing is left in the database's files either.")
    until = time.monotonic() + TRIES_FOR
    while not settle():
        if time.monotonic() > until:
            raise Refused(
                _("Every record is gone. Copies are still in the database's file; the site goes on taking them out.")
            )
        _tell(run)
        jobs.leaving.wait(0.5)
    return _("Done. Nothing is left of them but numbers.")


def _remember(person: Person) -> None:
    """Write into the ledger who was forgotten, under each number they had: an old backup brings those back too."""
    for row in Person.objects.filter(pk__in=person.numbers):
        ledger.write(row)


def _actor(person: Person) -> policy.Actor:
    return policy.Actor(person.hub_id, person.pk, roles_of(person))


def _tell(run: jobs.Run) -> None:
    """Say that the file is being written. What is gone is gone: *stop* comes too late; only a worker that ends goes."""
    try:
        run.progress(_("Taking it out of the database's file"), 0.8)
    except jobs.Leaving:
        raise
    except Cancelled:
        pass


def settle() -> bool:
    """Get what was deleted out of the file; return whether it is. Also a part of the tick."""
    began = timezone.now()
    if not scrub.scrub():
        return False
    ledger.scrubbed(began)
    return True


def finish() -> int:
    """Write down and get out of the file what a job began and did not finish; at night where others would have to wait.

    A part of the tick. Returns how many erasures are out of the file now.
    """
    broken = Job.objects.filter(kind="core.erase_person", state=Job.State.FAILED, ended_at__gt=timezone.now() - RECENT)
    for about in broken.values_list("about", flat=True):
        person = Person.objects.filter(pk=int(about.partition(":")[2]), emptied_at__isnull=False).first()
        if person is not None and not ledger.holds(person):
            _remember(person)
    waiting = ledger.unscrubbed()
    if waiting and (scrub.at_once() or timezone.localtime().hour in NIGHT) and settle():
        return waiting
    return 0


# ---- done ----


def erase_person(*, by: Person | None, person: Person, again: bool = False) -> Counter[str]:
    """Forget somebody: all of it in one transaction. `again`: a backup brought them back, so nothing is asked.

    Returns
    -------
    Counter
        Rows ``gone`` and ``blanked``. What the law holds is not in it.
    """
    person = Person.objects.select_related("user", "hub").get(pk=person.pk)
    names = _names(person)
    _lists(by, person, names, again=again)
    with transaction.atomic():
        locked = Person.objects.select_for_update(of=("self",)).select_related("user", "hub").get(pk=person.pk)
        if not again:
            _check_may_go(locked)
        _leave_networks(locked)
        seats = _leave_seats(locked)
        _end_roles(by, locked)
        _end_requests(by, locked)
        told = _rows(locked)
        told["gone"] += _addressed_to(locked)
        told["gone"] += _sign_in(locked)
        empty(locked.numbers)
        for thread in seats:
            if threads.lacks(thread):
                with suppress(Refused):
                    threads.pause(by=by, thread=thread)
        log(by, "erase", locked, gone=told["gone"], blanked=told["blanked"])
    return told


def _end_requests(by: Person | None, person: Person) -> None:
    """What somebody asked about their data is answered with it: nobody is left to be answered."""
    waiting = DataRequest.objects.filter(hub_id=person.hub_id, person=person, state__in=DataRequest.LIVE)
    waiting.update(state=DataRequest.State.DONE, stopped_on=None, answered_at=timezone.now(), answered_by=by)


def _rows(person: Person) -> Counter[str]:
    told: Counter[str] = Counter()
    todo = list(about(person))
    for model, personal, rows in todo:
        numbers = list(rows.values_list("pk", flat=True))
        for piece in pieces(numbers):  # what imports remember of them, whatever becomes of the row itself
            made = [f"{model._meta.label_lower}:{number}" for number in piece]
            notes = BatchRow.objects.filter(hub_id=person.hub_id, made__in=made)
            told["gone"] += forget(loose(declared(BatchRow), notes))
        if personal.on_erase in {"blank", "keep"} and model is not Person:
            told["blanked"] += blank(loose(personal, rows))
    for _model, personal, rows in todo:
        if personal.on_erase == "delete":
            told["gone"] += forget(loose(personal, rows))
    return told


def _leave_networks(person: Person) -> None:
    """Take out what came along into networks; where somebody has a role, that network is asked by itself."""
    for entry in _entries(person):
        with suppress(Refused), transaction.atomic():
            networks.leave(by=person, network=entry.network)


def _entries(person: Person) -> list[Any]:
    return list(Entry.objects.filter(hub_id=person.hub_id, person=person).select_related("network"))


def _leave_seats(person: Person) -> list[Any]:
    """End their seats. Who watches over a young person is looked at again afterwards, and the thread pauses."""
    mine = Seat.objects.filter(hub_id=person.hub_id, person=person, until__isnull=True).select_related("thread")
    found = [seat.thread for seat in mine]
    mine.update(until=timezone.now())
    return found


def _end_roles(by: Person | None, person: Person) -> None:
    for role in live_roles(person):
        live_roles(person).filter(pk=role.pk).update(until=max(timezone.localdate(), role.since))
        log(by, "end_role", role)


def _addresses(person: Person) -> set[str]:
    mine = {person.email.lower(), person.user.email.lower() if person.user else ""}
    return mine - {""}


def _addressed_to(person: Person) -> int:
    """Delete letters and invitations of this hub that went to their address before they were anybody here."""
    gone = 0
    for address in _addresses(person):
        gone += forget(Letter.objects.filter(hub_id=person.hub_id, address__iexact=address))
        gone += forget(Invitation.objects.filter(hub_id=person.hub_id, address__iexact=address))
    return gone


def _sign_in(person: Person) -> int:
    """Delete the sign-in, unless another hub knows them by it or they run the site."""
    user = person.user
    if user is None or user.is_operator:
        return 0
    if Person.objects.filter(user=user).exclude(pk=person.pk).exists():
        return 0
    gone = forget(Letter.objects.filter(hub=None, address__iexact=user.email))
    gone += _end_sessions(user)
    Person.objects.filter(pk=person.pk).update(user=None)
    return gone + int(User.objects.filter(pk=user.pk).delete()[0])


def _end_sessions(user: User) -> int:
    mine = [row.pk for row in Session.objects.iterator() if row.get_decoded().get("_auth_user_id") == str(user.pk)]
    return int(Session.objects.filter(pk__in=mine).delete()[0])


# ---- lists that were brought in, or wait for it ----


def _names(person: Person) -> tuple[str, ...]:
    """Return the words by which a list would name somebody."""
    found = {person.name, person.email, person.phone, person.user.email if person.user else ""}
    return tuple(sorted(name.casefold() for name in found if len(name) > 2))


def _mentions(text: str, names: Collection[str]) -> bool:
    text = text.casefold()
    return any(all(word in text for word in name.split()) for name in names)


def _lists(by: Person | None, person: Person, names: Collection[str], *, again: bool) -> None:
    """Put away waiting lists that name somebody, file and all; take out what older ones repeat of them."""
    for batch in Batch.objects.filter(hub_id=person.hub_id).select_related("programme", "hub", "by"):
        if again:  # nobody is bringing anything in while a backup is put back
            bringing.let_go(batch=batch)
        elif batch.state == Batch.State.LOADING and _list_names(batch, names):
            raise Refused(_("A list with them in it is being brought in right now. Please try again when it is done."))
        if batch.state in bringing.WAITING and _list_names(batch, names):
            bringing.put_away(by=by, batch=batch)
        elif batch.state == Batch.State.FAILED and _mentions(json.dumps(batch.found, ensure_ascii=False), names):
            Batch.objects.filter(pk=batch.pk).update(found={"put_away": True})
        if _mentions(batch.file_name, names):
            Batch.objects.filter(pk=batch.pk).update(file_name="list")


def _list_names(batch: Batch, names: Collection[str]) -> bool:
    """Whether a list that waits names somebody; one that cannot be read counts as if it did."""
    if _mentions(json.dumps(batch.found, ensure_ascii=False), names):
        return True
    try:
        return any(_mentions(" ".join(cells), names) for _number, cells in bringing.scan(batch))
    except (InputError, Refused):
        return True


# ---- after a backup came back ----


def again() -> int:
    """Forget again everybody who was forgotten and came back with an old backup; return how many."""
    back = ledger.back_again()
    for number in back:
        person = Person.objects.get(pk=number)
        erase_person(by=None, person=person, again=True)
        _remember(person)
    if back:
        settle()
    return len(back)
