"""Writing trainings: made, read, checked, sat in. What somebody passed becomes a standing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core.actions.standing import write
from upwell_site.core.events import log
from upwell_site.core.models import Attendance, Hub, Person, Programme, Session, Standing, Training
from upwell_site.core.refused import Refused, taken
from upwell_site.core.text import clean

State = Attendance.State
TAKES_A_SEAT = (State.COMING, State.CAME)


@transaction.atomic
def add(*, by: Person, hub: Hub, name: str, programme: Programme | None = None, **fields: Any) -> Training:
    """Add a training, for one programme or the whole hub."""
    name = _free_name(hub.pk, name)
    with taken(_name_taken()):
        row = Training.objects.create(hub=hub, name=name, programme=programme, **fields)
    log(by, "add", row)
    return row


@transaction.atomic
def edit(*, by: Person, training: Training, name: str, **fields: Any) -> Training:
    """Change a training. What people passed before stays passed."""
    training = Training.objects.select_for_update().get(pk=training.pk)
    training.name = _free_name(training.hub_id, name, but=training.pk)
    for field, value in fields.items():
        setattr(training, field, value)
    with taken(_name_taken()):
        training.save(update_fields=["name", *fields])
    log(by, "edit", training)
    return training


def _free_name(hub_id: int, name: str, but: int | None = None) -> str:
    name = clean(name, 120)
    if Training.objects.filter(hub_id=hub_id, name__iexact=name).exclude(pk=but).exists():
        raise Refused(_name_taken())
    return name


def _name_taken() -> str:
    return _("There is a training of this name already.")


@transaction.atomic
def take_check(*, by: Person, training: Training, answers: Sequence[int | None]) -> Attendance:
    """Count the right answers of the short check. Enough of them pass; fewer can be tried again, as often as liked."""
    if not training.pages and not training.check_questions:
        raise Refused(_("This training is a session. Please choose a day."))
    if len(answers) != len(training.check_questions) or None in answers:
        raise Refused(_("Please answer every question."))
    right = sum(answer == question["right"] for answer, question in zip(answers, training.check_questions, strict=True))
    passed = right >= training.pass_mark
    row: Attendance
    row, _new = Attendance.objects.get_or_create(
        hub_id=by.hub_id, person=by, training=training, session=None, defaults={"state": State.READ}
    )
    row.state, row.right = State.READ, right
    if passed:
        row.passed_at = timezone.now()
    row.save()
    log(by, "take_check", training, right=right, passed=passed)
    if passed:
        _done(by, by, training)
    return row


def _done(by: Person, person: Person, training: Training) -> None:
    """A training that was passed is in order from today, for as long as it is good for."""
    today = timezone.localdate()
    until = today + timedelta(days=training.valid_days) if training.valid_days else None
    write(by=by, person=person, what=Standing.What.TRAINING, since=today, until=until, recorded_by=None)


@transaction.atomic
def add_session(*, by: Person, training: Training, starts_at: datetime, where: str, seats: int) -> Session:
    """Add a dated session of a training."""
    if starts_at <= timezone.now():
        raise Refused(_("A session has to lie ahead."))
    with taken(_("There is a session at this time already.")):
        row = Session.objects.create(
            hub_id=training.hub_id, training=training, starts_at=starts_at, where=clean(where, 160), seats=seats
        )
    log(by, "add", row)
    return row


@transaction.atomic
def join(*, by: Person, session: Session) -> Attendance:
    """Take a seat. The last one is taken once: people who press at the same moment wait for each other."""
    session = Session.objects.select_for_update().get(pk=session.pk)
    if session.starts_at <= timezone.now():
        raise Refused(_("This session has begun already. Please choose another."))
    mine = Attendance.objects.filter(hub_id=by.hub_id, session=session, person=by).first()
    if mine is not None and mine.state in TAKES_A_SEAT:
        raise Refused(_("You have a place already."))
    if seats_taken(session) >= session.seats:
        raise Refused(_("Every place is taken. Please choose another session."))
    row: Attendance
    row, _new = Attendance.objects.update_or_create(
        hub_id=by.hub_id,
        person=by,
        training_id=session.training_id,
        session=session,
        defaults={"state": State.COMING},
    )
    log(by, "join", session)
    return row


def seats_taken(session: Session) -> int:
    """Return how many places of a session are taken."""
    return int(Attendance.objects.filter(hub_id=session.hub_id, session=session, state__in=TAKES_A_SEAT).count())


@transaction.atomic
def give_up_seat(*, by: Person, session: Session) -> None:
    """Give a place back, so that somebody else can have it."""
    mine = Attendance.objects.filter(hub_id=by.hub_id, session=session, person=by, state=State.COMING)
    if not mine.update(state=State.DECLINED, updated_at=timezone.now()):
        raise Refused(_("You have no place in this session."))
    log(by, "give_up_seat", session)


@transaction.atomic
def record_attendance(*, by: Person, session: Session, came: Mapping[int, bool]) -> int:
    """Write down who came, by the number of the attendance. Coming passes a training that has no check.

    Nobody writes down that they came themselves.
    """
    session = Session.objects.select_for_update(of=("self",)).select_related("training").get(pk=session.pk)
    if session.starts_at > timezone.now():
        raise Refused(_("This session has not begun yet."))
    rows = Attendance.objects.filter(hub_id=session.hub_id, session=session, pk__in=came).select_related("person")
    by_coming = not session.training.pages and not session.training.check_questions
    done = 0
    for row in rows:
        state = State.CAME if came[row.pk] else State.MISSED
        if row.state == state:
            continue
        if row.person_id == by.pk:
            raise Refused(_("Somebody else has to write down that you came."))
        row.state = state
        if by_coming and state == State.CAME:
            row.passed_at = timezone.now()
            _done(by, row.person, session.training)
        row.save()
        done += 1
    log(by, "record_attendance", session, people=done)
    return done
