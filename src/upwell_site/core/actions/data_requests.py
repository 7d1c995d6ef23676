"""Requests about one's own data: asking, asking back, answering, in the law's time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.core import outbox, policy
from upwell_site.core.due import BREACH, acknowledge_due, answer_due
from upwell_site.core.events import log
from upwell_site.core.models import DataRequest, Hub, Membership, Person
from upwell_site.core.refused import Refused
from upwell_site.core.text import clean

Kind, State = DataRequest.Kind, DataRequest.State
AT_ONCE = 20  # a person's own that are open at the same time
WORDS = 4000

# What to do after a breach, in this order.
STEPS: Mapping[str, Any] = {
    "stop": gettext_lazy("It is stopped: the door is shut, the letter is called back, the sign-in is closed."),
    "what": gettext_lazy("Written down: what happened, when, whose data, how many people."),
    "harm": gettext_lazy("Thought about: what could happen to these people because of it."),
    "safe": gettext_lazy("If a child or an adult at risk could be harmed, the safeguarding lead knows."),
    "ico": gettext_lazy(
        "Told the Information Commissioner (ico.org.uk) within 72 hours, or written down why nobody can be harmed."
    ),
    "people": gettext_lazy("If harm is likely and serious, the people themselves were told, in plain words."),
    "again": gettext_lazy("Changed what let it happen."),
}


@transaction.atomic
def ask(*, by: Person, person: Person, kind: str, words: str = "") -> DataRequest:
    """Ask something about one's own data, or write down what somebody asked by other ways. The clock starts today."""
    if kind not in Kind.values or kind == Kind.BREACH:
        raise Refused(_("Please say what it is about."))
    mine = DataRequest.objects.filter(hub_id=person.hub_id, person=person, state__in=DataRequest.LIVE)
    if mine.count() >= AT_ONCE:
        raise Refused(_("You have many open requests. Please wait for an answer to one of them."))
    today = timezone.localdate()
    row: DataRequest = DataRequest.objects.create(
        hub_id=person.hub_id,
        person=person,
        by=by,
        kind=kind,
        words=clean(words, WORDS),
        due=acknowledge_due(today) if kind == Kind.COMPLAIN else answer_due(today),
    )
    log(by, "ask_about_data", row)
    _tell_desk(row)
    if by.pk != person.pk:
        _tell_person(row, "opened")
    return row


@transaction.atomic
def open_breach(*, by: Person | None, hub: Hub, words: str, noticed_at: datetime | None = None) -> DataRequest:
    """Start the 72 hours after something went wrong, from the moment it was noticed."""
    now = timezone.now()
    noticed = noticed_at or now
    if noticed > now:
        raise Refused(_("It cannot have been noticed later than now."))
    words = clean(words, WORDS)
    if not words:
        raise Refused(_("Please write what happened."))
    due = timezone.localdate(noticed + BREACH)
    row: DataRequest = DataRequest.objects.create(
        hub=hub, by=by, kind=Kind.BREACH, words=words, opened_at=noticed, due=due
    )
    log(by, "open_breach", row, hub=hub)
    _tell_desk(row)
    return row


def _live(row: DataRequest, *states: str) -> DataRequest:
    """Return the row, locked and as it is now; refuse when somebody was quicker."""
    found: DataRequest = DataRequest.objects.select_for_update().get(pk=row.pk)
    if found.state not in (states or DataRequest.LIVE):
        raise Refused(_("This has changed meanwhile. Please look at it again."))
    return found


def _may_answer(by: Person, row: DataRequest) -> None:
    if row.person_id == by.pk:
        raise Refused(_("Somebody else has to answer what you asked."))


@transaction.atomic
def acknowledge(*, by: Person, row: DataRequest) -> DataRequest:
    """Say that a complaint has come. The answer follows within a month of that day."""
    _may_answer(by, row)
    row = _live(row)
    if row.kind != Kind.COMPLAIN or row.acknowledged_at is not None:
        raise Refused(_("There is nothing to acknowledge."))
    row.acknowledged_at = timezone.now()
    row.due = answer_due(timezone.localdate(), stood=row.stood)
    row.save(update_fields=["acknowledged_at", "due"])
    return _done(by, row, "acknowledge")


@transaction.atomic
def ask_back(*, by: Person, row: DataRequest, question: str) -> DataRequest:
    """Ask the person what they mean, or who they are; the clock stands until they reply."""
    _may_answer(by, row)
    row = _live(row, State.OPEN)
    question = clean(question, 1000)
    if not question:
        raise Refused(_("Please write what you want to know."))
    if row.kind in {Kind.BREACH, Kind.COMPLAIN}:
        raise Refused(_("The clock of this one does not stop."))
    row.state, row.stopped_on = State.CLARIFYING, timezone.localdate()
    row.question = _added(row.question, question, 4000)
    row.save(update_fields=["state", "stopped_on", "question"])
    return _done(by, row, "ask_back")


@transaction.atomic
def reply(*, by: Person, row: DataRequest, words: str) -> DataRequest:
    """Answer what the hub asked back: the clock goes on with the days that were left."""
    row = _live(row, State.CLARIFYING)
    words = clean(words, 2000)
    if not words:
        raise Refused(_("Please write your answer."))
    assert row.stopped_on is not None  # the database holds the two together
    row.stood += (timezone.localdate() - row.stopped_on).days
    row.state, row.stopped_on = State.OPEN, None
    row.reply = _added(row.reply, words, 8000)
    row.due = answer_due(row.opened_on, extended=bool(row.extended_why), stood=row.stood)
    row.save(update_fields=["stood", "state", "stopped_on", "reply", "due"])
    log(by, "reply_about_data", row)
    _tell_desk(row)
    return row


@transaction.atomic
def extend(*, by: Person, row: DataRequest, why: str) -> DataRequest:
    """Take two months more, with a reason that the person is told; only while the first month runs."""
    _may_answer(by, row)
    row = _live(row, State.OPEN, State.CARRY_OUT)
    why = clean(why, 1000)
    if row.kind in {Kind.BREACH, Kind.COMPLAIN} or row.extended_why:
        raise Refused(_("This one cannot have more time."))
    if not why:
        raise Refused(_("Please write why it takes longer. The person is told."))
    if row.is_late:
        raise Refused(_("The month is over. More time can only be taken before."))
    row.extended_why = why
    row.due = answer_due(row.opened_on, extended=True, stood=row.stood)
    row.save(update_fields=["extended_why", "due"])
    return _done(by, row, "extend")


@transaction.atomic
def carry_out(*, by: Person, row: DataRequest) -> DataRequest:
    """Say yes to taking data out: it is to be carried out on the person's page, and answered after that."""
    _may_answer(by, row)
    row = _live(row, State.OPEN)
    if row.kind != Kind.ERASE:
        raise Refused(_("There is nothing to carry out."))
    row.state = State.CARRY_OUT
    row.save(update_fields=["state"])
    return _done(by, row, "carry_out")


@transaction.atomic
def answer(*, by: Person, row: DataRequest, words: str, refused: bool = False) -> DataRequest:
    """Answer: done, or no with a reason. The person reads it on their page."""
    _may_answer(by, row)
    row = _live(row, State.OPEN, State.CARRY_OUT)
    words = clean(words, 8000)
    if not words:
        raise Refused(_("Please write the answer."))
    if refused and row.kind == Kind.BREACH:
        raise Refused(_("Write down how it ended."))
    row.state = State.REFUSED if refused else State.DONE
    row.answer, row.answered_at, row.answered_by = words, timezone.now(), by
    row.save(update_fields=["state", "answer", "answered_at", "answered_by"])
    return _done(by, row, "refuse" if refused else "answer")


@transaction.atomic
def take_back(*, by: Person, row: DataRequest) -> DataRequest:
    """Take one's own request back."""
    row = _live(row)
    if row.person_id != by.pk:
        raise Refused(_("Only the person who asked takes it back."))
    row.state, row.stopped_on = State.TAKEN_BACK, None
    row.save(update_fields=["state", "stopped_on"])
    log(by, "take_back_about_data", row)
    return row


@transaction.atomic
def tick(*, by: Person, row: DataRequest, steps: list[str]) -> DataRequest:
    """Write down which steps after a breach are done."""
    row = _live(row)
    if row.kind != Kind.BREACH:
        raise Refused(_("There is no list to tick."))
    row.steps = [step for step in STEPS if step in steps]
    row.save(update_fields=["steps"])
    log(by, "tick_breach", row, done=len(row.steps))
    return row


def _added(before: str, words: str, limit: int) -> str:
    whole = f"{before}\n\n{words}" if before else words
    if len(whole) > limit:
        raise Refused(_("That is more than fits here. Please talk to each other and write down what matters."))
    return whole


def _done(by: Person, row: DataRequest, did: str) -> DataRequest:
    log(by, f"{did}_data_request", row)
    if row.person_id is not None:
        _tell_person(row, did)
    return row


def _tell_person(row: DataRequest, did: str) -> None:
    """Tell the person that something moved, and nothing of what."""
    person = row.person
    if person is None or person.emptied_at is not None or not (person.email or person.user_id):
        return
    event = f"data_request:{row.pk}:{did}:{len(row.question)}"
    outbox.post(person, "data_request", event, about=row, values={"path": _path(row)})


def _tell_desk(row: DataRequest) -> None:
    """Tell the hub's admins that something waits, and nothing of what."""
    roles = Membership.objects.filter(policy.live(Membership), hub_id=row.hub_id, role=Membership.Role.ADMIN)
    admins = Person.objects.filter(pk__in=roles.values("person"), emptied_at__isnull=True, user__isnull=False)
    event = f"data_request_desk:{row.pk}:{len(row.reply)}"
    for admin in admins.exclude(pk=row.by_id):
        outbox.post(admin, "data_request_desk", event, about=row, values={"path": _path(row)})


def _path(row: DataRequest) -> str:
    return reverse("data_request", args=[row.hub.slug, row.pk])
