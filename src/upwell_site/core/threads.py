"""The one writer of threads, seats and messages: nobody under 18 is ever alone in writing with an adult.

A thread in which somebody under 18 sits (an age that staff did not confirm counts as under 18) has, besides those who
take part in it, at least two approved adults who can see every message, one of them staff. Otherwise it is refused, or
paused: nobody writes in a paused thread. Rights to a page are the permission table's; this module holds what is true of
every thread, whoever asks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from itertools import groupby

from django.db import IntegrityError, transaction
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import outbox
from upwell_site.core.actor import MENTOR_NEEDS
from upwell_site.core.events import log, ref
from upwell_site.core.models import Membership, Message, Person, Programme, Seat, Standing, Thread
from upwell_site.core.refused import Refused
from upwell_site.core.text import clean

STAFF = frozenset({"organiser", "lead", "safeguarding", "deputy"})
APPROVED = STAFF | {"mentor", "partner"}  # "mentor" counts only while everything a mentor needs is in order
ORDER = ("lead", "organiser", "safeguarding", "deputy", "partner", "mentor")  # who is asked first to watch over one
WATCHING = 2
AT_ONCE = 500  # threads looked at together by `review`
LONGEST = 4000
PARTY, OBSERVER = Seat.As.PARTY, Seat.As.OBSERVER


Reach = Mapping[str, frozenset[int] | None]


# ---- what is true of a thread ----


def lacks(thread: Thread) -> list[str]:
    """Return what a thread lacks before anybody may write in it, each as a sentence; nothing for a sound one."""
    seats = _seated([thread])
    return _lacks(thread, seats, _roles(seat.person for seat in seats))


def _seated(threads: Collection[Thread]) -> list[Seat]:
    seats = Seat.objects.filter(thread__in=[thread.pk for thread in threads], until__isnull=True)
    return list(seats.select_related("person__user").order_by("id"))


def _lacks(thread: Thread, seats: Collection[Seat], roles: Mapping[int, Reach]) -> list[str]:
    if not _is_young(seats):
        return []
    held = {seat.person_id: _held(roles.get(seat.person_id, {}), thread.programme_id) for seat in seats}
    watching = [held[seat.person_id] for seat in seats if seat.seat == OBSERVER and _can_see(seat.person)]
    watching = [mine for mine in watching if mine & APPROVED]
    found = []
    if len(watching) < WATCHING:
        found.append(_("Two approved adults who can see every message have to sit in it."))
    if not any(mine & STAFF for mine in watching):
        found.append(_("One of the adults who can see every message has to be staff."))
    parties = [seat.person for seat in seats if seat.seat == PARTY and seat.person.is_adult]
    if not all(held[person.pk] & APPROVED for person in parties):
        found.append(
            _("An adult in it is not approved for it, or a check, a training or a role of theirs has run out.")
        )
    return found


def _is_young(seats: Iterable[Seat]) -> bool:
    return any(not seat.person.is_adult for seat in seats)


def _can_see(person: Person) -> bool:
    """Whether somebody is a confirmed adult who can sign in, so that they do see what is written."""
    user = person.user
    return person.is_adult and person.emptied_at is None and user is not None and user.is_active


def _held(roles: Reach, programme: int | None) -> frozenset[str]:
    """Return the roles that reach a programme; every role reaches what belongs to none."""
    return frozenset(role for role, where in roles.items() if where is None or programme is None or programme in where)


def _roles(people: Iterable[Person]) -> dict[int, Reach]:
    """Return the approved roles of people, in two queries; a test compares with `actor.roles_of`."""
    day = timezone.localdate()
    adults = {person.pk for person in people if person.is_adult and person.emptied_at is None}
    live = (
        Membership.objects.filter(person__in=adults, role__in=APPROVED, granted_at__isnull=False, since__lte=day)
        .filter(Q(until__isnull=True) | Q(until__gt=day))
        .filter(Q(programme__isnull=True) | Q(programme__ends__isnull=True) | Q(programme__ends__gte=day))
        .values_list("person_id", "role", "programme_id")
    )
    roles: dict[int, dict[str, frozenset[int] | None]] = {}
    for person, role, programme in live:
        mine = roles.setdefault(person, {})
        if programme is None:
            mine[role] = None
        elif (held := mine.get(role, frozenset())) is not None:
            mine[role] = held | {programme}
    mentors = [person for person, mine in roles.items() if "mentor" in mine]
    have: dict[int, set[str]] = {}
    for person, what in Standing.objects.filter(person__in=mentors).in_force(day).values_list("person_id", "what"):
        have.setdefault(person, set()).add(what)
    for person in mentors:
        if not have.get(person, set()) >= MENTOR_NEEDS:
            del roles[person]["mentor"]
    return dict(roles)


# ---- who could watch over one ----


def watchers(hub_id: int, programme: Programme | None, *, staff: bool = False) -> list[Person]:
    """Return who counts as an approved adult watching over a conversation: leads first, then organisers, then safety.

    With `staff` only those who count as staff. The rule is the one of `lacks`.
    """
    wanted = STAFF if staff else APPROVED
    asked = Person.objects.filter(hub_id=hub_id, memberships__role__in=wanted, user__isnull=False).distinct()
    people = [person for person in asked.select_related("user").order_by("id") if _can_see(person)]
    roles, number = _roles(people), programme.pk if programme else None
    held = {person.pk: _held(roles.get(person.pk, {}), number) & wanted for person in people}
    first = {role: at for at, role in enumerate(ORDER)}
    found = [person for person in people if held[person.pk]]
    return sorted(found, key=lambda person: min(first[role] for role in held[person.pk]))


def parties_of(programme: Programme, people: Collection[int] = ()) -> dict[int, set[int]]:
    """Return who takes part in which conversations of a programme: person -> threads; of all, or of these people."""
    seats = Seat.objects.filter(hub_id=programme.hub_id, thread__programme=programme, seat=PARTY, until__isnull=True)
    seats = seats.filter(person__in=people) if people else seats
    found: dict[int, set[int]] = {}
    for person, thread in seats.values_list("person_id", "thread_id"):
        found.setdefault(person, set()).add(thread)
    return found


# ---- writing ----


def open_thread(
    *,
    by: Person | None,
    parties: Iterable[Person],
    observers: Iterable[Person] = (),
    about: Model | None = None,
    programme: Programme | None = None,
) -> Thread:
    """Open a thread among `parties`, in sight of `observers`. Refused when a young person would not be watched over."""
    parties, observers = list(parties), list(observers)
    if not parties:
        raise Refused(_("Somebody has to take part in a conversation."))
    with transaction.atomic():
        thread = Thread.objects.create(
            hub_id=parties[0].hub_id, about=ref(about) if about else "", programme=programme, ever_young=False
        )
        for person, seat in [*((p, PARTY) for p in parties), *((p, OBSERVER) for p in observers)]:
            _sit(thread, person, seat)
        _hold(thread)
        log(by, "open_thread", thread, parties=len(parties), observers=len(observers))
    return thread


@transaction.atomic
def add_seat(*, by: Person | None, thread: Thread, person: Person, seat: str = PARTY) -> Seat:
    """Let somebody sit in a thread. In a paused one only as somebody who watches over it."""
    thread = _locked(thread)
    if seat == PARTY and thread.paused_at is not None:
        raise Refused(_("This conversation is paused. Nobody can join it until it goes on."))
    row = _sit(thread, person, seat)
    if seat == PARTY:
        _hold(thread)
    log(by, "add_seat", thread, person=person.pk)
    return row


@transaction.atomic
def add_watcher(*, by: Person, thread: Thread, person: Person) -> Seat:
    """Let an approved adult watch over a thread, a paused one too. They are told that there is something to read."""
    if person.pk not in {one.pk for one in watchers(thread.hub_id, thread.programme)}:
        raise Refused(_("Only an approved adult of this programme, or somebody who looks after safety, can watch."))
    row = add_seat(by=by, thread=thread, person=person, seat=OBSERVER)
    outbox.post(person, "message", f"seat:{row.pk}", values={"path": _path(thread)})
    return row


@transaction.atomic
def leave(*, by: Person | None, thread: Thread, person: Person) -> None:
    """End somebody's seat. Whoever watches over a young person stays until somebody else does."""
    thread = _locked(thread)
    mine = Seat.objects.filter(hub_id=thread.hub_id, thread=thread, person=person, until__isnull=True)
    seat = mine.first()
    if seat is None:
        raise Refused(_("They do not sit in this conversation."))
    mine.update(until=timezone.now())
    if seat.seat == OBSERVER and lacks(thread):
        raise Refused(_("Somebody else has to watch over this conversation first. Then you can leave it."))
    _write_young(thread)
    log(by, "leave_thread", thread, person=person.pk)


@transaction.atomic
def post_message(*, by: Person, thread: Thread, text: str) -> Message:
    """Write a message. Refused in a paused thread, and in one that is not watched over as it must be."""
    thread = _locked(thread)
    try:
        words = clean(text, LONGEST)
    except ValueError as problem:
        raise Refused(str(problem)) from None
    if not words:
        raise Refused(_("Write something first."))
    seats = _seated([thread])
    if by.pk not in {seat.person_id for seat in seats}:
        raise Refused(_("You do not sit in this conversation."))
    if thread.paused_at is not None:
        raise Refused(_("This conversation is paused. Nobody can write in it until it goes on."))
    if missing := lacks(thread):
        raise Refused(_("Nobody can write here just now. %(why)s") % {"why": missing[0]})
    row = Message.objects.create(hub_id=thread.hub_id, thread=thread, person=by, text=words)
    _tell(row, seats)
    log(by, "write", row)
    return row


@transaction.atomic
def hide(*, by: Person, message: Message) -> None:
    """Hide a message. It is kept: nothing that was written to a young person is ever lost."""
    hidden = Message.objects.filter(hub_id=message.hub_id, pk=message.pk, hidden_at__isnull=True)
    if not hidden.update(hidden_at=timezone.now()):
        raise Refused(_("This message is hidden already."))
    log(by, "hide", message)


@transaction.atomic
def pause(*, by: Person | None, thread: Thread) -> None:
    """Pause a thread: nobody writes in it until somebody lets it go on."""
    if not Thread.objects.filter(pk=thread.pk, paused_at__isnull=True).update(paused_at=timezone.now()):
        raise Refused(_("This conversation is paused already."))
    log(by, "pause_thread", thread)


@transaction.atomic
def resume(*, by: Person, thread: Thread) -> None:
    """Let a paused thread go on. Refused while something is missing."""
    thread = _locked(thread)
    if thread.paused_at is None:
        raise Refused(_("This conversation is not paused."))
    _hold(thread)
    Thread.objects.filter(pk=thread.pk).update(paused_at=None)
    log(by, "resume_thread", thread)


def review() -> int:
    """Pause every thread whose people, roles or checks no longer do; return how many. Part of every tick."""
    paused, last = 0, 0
    while some := list(Thread.objects.filter(paused_at__isnull=True, pk__gt=last).order_by("pk")[:AT_ONCE]):
        last = some[-1].pk
        seats = _seated(some)
        roles = _roles(seat.person for seat in seats)
        by_thread = groupby(sorted(seats, key=_of_thread), key=_of_thread)
        sitting = {number: list(mine) for number, mine in by_thread}
        for thread in some:
            if _lacks(thread, sitting.get(thread.pk, []), roles):
                with transaction.atomic(), suppress(Refused):
                    pause(by=None, thread=thread)
                    paused += 1
    return paused


# ---- the parts of it ----


def _of_thread(seat: Seat) -> int:
    return seat.thread_id


def _locked(thread: Thread) -> Thread:
    """Return the thread as it is now, held until the end of the transaction: two people leaving take turns."""
    row: Thread = Thread.objects.select_for_update().get(pk=thread.pk)
    return row


def _sit(thread: Thread, person: Person, seat: str) -> Seat:
    if person.hub_id != thread.hub_id or person.emptied_at is not None:
        raise Refused(_("Only people of this hub can sit in it."))
    if seat == OBSERVER and not person.is_adult:
        raise Refused(_("Only an adult whose age was confirmed can watch over a conversation."))
    try:
        with transaction.atomic():
            return Seat.objects.create(hub_id=thread.hub_id, thread=thread, person=person, seat=seat)
    except IntegrityError:
        raise Refused(_("They sit in this conversation already.")) from None


def _hold(thread: Thread) -> None:
    """Refuse what would leave a young person unwatched, and keep whether one sits here."""
    if missing := lacks(thread):
        raise Refused(" ".join(missing))
    _write_young(thread)


def _write_young(thread: Thread) -> None:
    thread.young = _is_young(_seated([thread]))
    thread.ever_young = thread.ever_young or thread.young  # stays: what was written to a young person is never lost
    Thread.objects.filter(pk=thread.pk).update(young=thread.young, ever_young=thread.ever_young)


def _tell(message: Message, seats: Iterable[Seat]) -> None:
    """Tell the others, without a word of it: those who take part once an hour at most, those who watch once a day."""
    now = timezone.localtime(message.at)
    for seat in seats:
        if seat.person_id != message.person_id:
            when = now.strftime("%Y-%m-%d" if seat.seat == OBSERVER else "%Y-%m-%d %H")
            event = f"message:{message.thread_id}:{when}"
            outbox.post(seat.person, "message", event, values={"path": _path(message.thread)})


def _path(thread: Thread) -> str:
    return f"/h/{thread.hub.slug}/messages/{thread.pk}/"
