"""What needs somebody now, as far as the core knows: ages, roles, letters, trainings, standings, messages.

Each function asks the database a fixed number of times. Registered with `panels.needs`; later verbs add theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from upwell_site.core import panels, policy
from upwell_site.core.links import link
from upwell_site.core.models import (
    Attendance,
    DataRequest,
    Letter,
    Membership,
    Message,
    Person,
    Programme,
    Seat,
    Standing,
    Training,
)
from upwell_site.core.panels import Need
from upwell_site.core.policy import Actor

MANY = 99  # more than this is said as "99 or more": a home page never counts through a whole table
SOON = timedelta(days=60)
FRESH = timedelta(days=30)
TRAINED = ("mentor", "organiser", "moderator", "lead", "safeguarding", "deputy")


@panels.needs("core.ages")
def ages(person: Person, actor: Actor) -> Iterator[Need]:
    """Dates of birth that make somebody adult, waiting for a second person."""
    if not policy.could(actor, Person, "confirm_age"):
        return
    waiting = Person.objects.filter(hub_id=person.hub_id, born_claimed__isnull=False, emptied_at__isnull=True)
    mine = waiting.exclude(born_claimed_by=person).exclude(pk=person.pk).visible_to(actor, "confirm_age")
    if n := _some(mine):
        yield Need(
            ngettext("Confirm that %(n)s person is 18 or over", "Confirm that %(n)s people are 18 or over", n)
            % {"n": n},
            _("Somebody else wrote the date of birth. A second person looks at it, so that no child loses protection."),
            link("people_ages", person.hub.slug),
            _("Look at the dates"),
            order=5,
        )


@panels.needs("core.roles")
def roles(person: Person, actor: Actor) -> Iterator[Need]:
    """Roles that somebody proposed and that wait for this person's yes."""
    if not policy.could(actor, Membership, "grant"):
        return
    asked = Membership.objects.filter(hub_id=person.hub_id, granted_at__isnull=True, until__isnull=True)
    if n := _some(asked.exclude(person=person).visible_to(actor, "grant")):
        yield Need(
            ngettext("Say yes or no to %(n)s role", "Say yes or no to %(n)s roles", n) % {"n": n},
            _("Somebody was proposed for a role. It counts once you say yes."),
            link("roles", person.hub.slug),
            _("See who was proposed"),
            order=30,
        )


@panels.needs("core.letters")
def letters(person: Person, actor: Actor) -> Iterator[Need]:
    """Letters to more than one person that are about to go, and can still be stopped."""
    if not policy.could(actor, Letter, "stop"):
        return
    now = timezone.now()
    waiting = Letter.objects.filter(hub_id=person.hub_id, state=Letter.State.WAITING, after__gt=now).exclude(batch="")
    found = list(waiting.visible_to(actor, "stop").order_by("after").values_list("after", flat=True)[: MANY + 1])
    if found:
        when = date_format(timezone.localtime(found[0]), "H.i")
        yield Need(
            ngettext("%(n)s letter goes at %(when)s", "%(n)s letters go at %(when)s", len(found))
            % {"n": min(len(found), MANY), "when": when},
            _("They wait ten minutes, so that you can still stop them."),
            link("letters", person.hub.slug),
            _("See the letters"),
            order=8,
        )


@panels.needs("core.trainings")
def trainings(person: Person, actor: Actor) -> Iterator[Need]:
    """Trainings that somebody's roles ask for and that are not done yet."""
    held = Membership.objects.filter(  # not the actor's roles: a mentor whose training ran out is none, and must do it
        hub_id=person.hub_id, person=person, role__in=TRAINED, granted_at__isnull=False, until__isnull=True
    ).values("programme")
    done = Attendance.objects.filter(hub_id=person.hub_id, person=person).filter(
        Q(passed_at__isnull=False) | Q(state__in=["came", "coming"])
    )
    todo = Training.objects.filter(hub_id=person.hub_id, programme__in=held).visible_to(actor, "take")
    for training in todo.exclude(pk__in=done.values("training")).order_by("name")[:3]:
        yield Need(
            _("Do the training “%(name)s”") % {"name": training.name},
            _("Your role asks for it. You can stop and come back."),
            link("training", person.hub.slug, training.pk),
            _("Start"),
            verb="learn",
            order=45,
        )


@panels.needs("core.standing")
def standing(person: Person, actor: Actor) -> Iterator[Need]:
    """What of one's own runs out soon, and how many people one looks after for whom something does."""
    today = timezone.localdate()
    rows = Standing.objects.filter(hub_id=person.hub_id, until__gt=today, until__lte=today + SOON)
    lasting = Standing.objects.filter(hub_id=person.hub_id, person=OuterRef("person"), what=OuterRef("what")).filter(
        Q(until__isnull=True) | Q(until__gt=today + SOON)
    )
    ending = list(rows.visible_to(actor, "read").exclude(Exists(lasting)).order_by("until", "pk")[: MANY * 4])
    for row in [row for row in ending if row.person_id == person.pk][:2]:
        yield _own_standing(row, person)
    if n := min(MANY, len({row.person_id for row in ending} - {person.pk})):
        yield Need(
            ngettext(
                "Something runs out soon for %(n)s person", "Something runs out soon for %(n)s people", n
            ) % {"n": n},
            _("A check, a training or a signed code ends within two months. Without it they cannot mentor."),
            _in_order_page(person, actor),
            _("See for whom"),
            order=40,
        )  # fmt: skip


def _in_order_page(person: Person, actor: Actor) -> str:
    """Return the page that says who has everything in order, for a programme this person looks after."""
    mine = actor.roles.get("lead")
    rows = Programme.objects.filter(hub_id=person.hub_id).visible_to(actor, "read")
    rows = rows.filter(pk__in=mine) if mine else rows.filter(kind=Programme.Kind.MENTORING)
    key = rows.order_by("pk").values_list("pk", flat=True).first()
    return link("programme_standing", person.hub.slug, key) if key else ""


def _own_standing(row: Standing, person: Person) -> Need:
    until = row.until or timezone.localdate()
    return Need(
        _("“%(what)s” ends on %(day)s") % {"what": row.get_what_display(), "day": date_format(until, "j F")},
        _("Please renew it in time. Ask your programme lead if you are not sure how."),
        link("person", person.hub.slug, person.pk),
        _("See what you have in order"),
        verb="learn",
        order=35,
    )


@panels.needs("core.data_requests")
def data_requests(person: Person, actor: Actor) -> Iterator[Need]:
    """Requests about people's data that wait for an answer, and one's own that wait for a reply."""
    rows = DataRequest.objects.filter(hub_id=person.hub_id)
    if policy.may(actor, "hub.list_data_requests"):
        waiting = rows.filter(state__in=[DataRequest.State.OPEN, DataRequest.State.CARRY_OUT]).exclude(person=person)
        found = list(waiting.visible_to(actor, "answer").order_by("due", "pk")[:MANY])
        if found:
            yield _waiting_requests(person, found)
    for row in rows.filter(person=person, state=DataRequest.State.CLARIFYING).order_by("pk")[:3]:
        yield Need(
            _("The hub asks you something about your request"),
            _("The clock stands until you reply."),
            link("data_request", person.hub.slug, row.pk),
            _("Read and reply"),
            order=16,
        )


def _waiting_requests(person: Person, found: list[DataRequest]) -> Need:
    n, late = len(found), sum(row.is_late for row in found)
    title = ngettext("%(n)s request about people’s data waits", "%(n)s requests about people’s data wait", n) % {"n": n}
    overdue = ngettext(
        "%(n)s is overdue. Please answer it today.", "%(n)s are overdue. Please answer them today.", late
    )
    soon = _("The first answer is due on %(day)s.") % {"day": date_format(found[0].due, "j F")}
    text = overdue % {"n": late} if late else soon
    url = link("data_requests", person.hub.slug)
    return Need(title, text, url, _("See the requests"), order=4 if late else 25)


@panels.needs("core.threads")
def messages(person: Person, actor: Actor) -> Iterator[Need]:
    """Conversations in writing where the last word is somebody else's."""
    newest = Message.objects.filter(thread=OuterRef("thread"), hidden_at__isnull=True).order_by("-id")
    seats = (
        Seat.objects.filter(hub_id=person.hub_id, person=person, until__isnull=True, seat=Seat.As.PARTY)
        .filter(thread__paused_at__isnull=True)
        .annotate(last_by=Subquery(newest.values("person")[:1]), last_at=Subquery(newest.values("at")[:1]))
        .filter(last_at__gt=timezone.now() - FRESH)
        .exclude(last_by=F("person"))
    )
    for seat in seats.order_by("-last_at")[:3]:
        yield Need(
            _("A message waits for your answer"),
            _("It came on %(day)s.") % {"day": date_format(timezone.localtime(seat.last_at), "l j F")},
            link("thread", person.hub.slug, seat.thread_id),
            _("Read it"),
            verb="connect",
            order=15,
        )


def _some(rows: object) -> int:
    """Return how many rows there are, up to `MANY`."""
    return rows.order_by()[:MANY].count()  # type: ignore[attr-defined,no-any-return]
