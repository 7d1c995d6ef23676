"""What was recorded of the example's people: standings, attendance, consents, ties, letters, a thread."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from upwell_site.core.example.people import admin_of
from upwell_site.core.example.words import LETTERS
from upwell_site.core.example.world import AT_ONCE, World
from upwell_site.core.models import (
    Attendance,
    Consent,
    ConsentText,
    Letter,
    Membership,
    Message,
    Person,
    Seat,
    Session,
    Standing,
    Thread,
    Tie,
)

IN_ORDER = ("training", "code", "references", "check")


def build(world: World) -> None:
    """Write all records."""
    mentors = _mentors(world)
    Standing.objects.bulk_create(_standings(world, mentors), batch_size=AT_ONCE)
    Attendance.objects.bulk_create(_attendances(world, mentors), batch_size=AT_ONCE)
    Consent.objects.bulk_create(_consents(world), batch_size=AT_ONCE)
    Tie.objects.bulk_create(_ties(world), batch_size=AT_ONCE)
    _thread(world)
    _letters(world)


def _mentors(world: World) -> list[Person]:
    rows = Membership.objects.filter(hub=world.hubs["onward"], role="mentor").select_related("person")
    return [row.person for row in rows.order_by("id")]


def _standings(world: World, mentors: list[Person]) -> Iterator[Standing]:
    """Most mentors have all four in order; some lack one, for some one runs out within two months."""
    rng, hub, by = world.rng, world.hubs["onward"], world.staff["joan"]
    for person in mentors:
        leroy = person.pk == world.staff["leroy"].pk
        lacks = "" if leroy or rng.random() < 0.85 else rng.choice(IN_ORDER)
        soon = "training" if leroy else rng.choice(IN_ORDER) if rng.random() < 0.1 else ""
        for what in IN_ORDER:
            if what != lacks:
                left = rng.randrange(20, 55) if what == soon else rng.randrange(200, 700)
                until = world.today + timedelta(days=left) if what in ("training", "check") or what == soon else None
                yield Standing(
                    hub=hub, person=person, what=what, since=world.days_ago(rng.randrange(30, 190)), until=until, by=by
                )


def _attendances(world: World, mentors: list[Person]) -> Iterator[Attendance]:
    rng, hub = world.rng, world.hubs["onward"]
    past = Session.objects.filter(hub=hub, training=world.trainings["safety"], starts_at__lt=timezone.now()).first()
    for person in mentors:
        if rng.random() < 0.9:
            when = world.moment(rng.randrange(30, 190))
            yield Attendance(
                hub=hub, person=person, training=world.trainings["mentoring"], state="read", right=3, passed_at=when
            )
        if past is not None and rng.random() < 0.75:
            state = "came" if rng.random() < 0.9 else "missed"
            yield Attendance(hub=hub, person=person, training=past.training, session=past, state=state)
    here = world.hubs["spring-lane"]
    for key in ("javed", "dorota"):
        yield Attendance(
            hub=here,
            person=world.staff[key],
            training=world.trainings["listening"],
            state="read",
            right=3,
            passed_at=world.moment(150),
        )


def _consents(world: World) -> Iterator[Consent]:
    rng = world.rng
    texts = {(t.hub_id, t.purpose): t for t in ConsentText.objects.filter(hub__in=world.hubs.values())}
    purposes = {"spring-lane": ("membership", "listening", "voting"), "onward": ("membership", "mentoring")}
    for slug, hub in world.hubs.items():
        for person in world.people(slug):
            for purpose in purposes.get(slug, ("membership",)):
                text = texts[hub.pk, purpose]
                if rng.random() < 0.85:
                    how = rng.choice(("screen", "paper", "spoken"))
                    yield Consent(hub=hub, person=person, text=text, purpose=purpose, given=True, how=how)
                    if rng.random() < 0.03:
                        yield Consent(hub=hub, person=person, text=text, purpose=purpose, given=False, how="screen")


def _ties(world: World) -> Iterator[Tie]:
    """Who knows whom: mostly somebody of the same or the next street, now and then somebody far away."""
    rng = world.rng
    for slug, hub in world.hubs.items():
        crowd = sorted(world.crowd[slug], key=lambda p: (p.place_id or 0, p.pk))
        for at, person in enumerate(crowd):
            known: set[int] = set()
            for _ in range(rng.choice((0, 1, 1, 2, 3))):
                far = rng.random() < 0.15
                other = rng.choice(crowd) if far else crowd[min(len(crowd) - 1, at + rng.randrange(1, 6))]
                if other.pk != person.pk and other.pk not in known:
                    known.add(other.pk)
                    kind = rng.choice(("knows", "knows", "helped", "turns_to"))
                    yield Tie(
                        hub=hub, a=person, b=other, kind=kind, on=world.days_ago(rng.randrange(300)), source="example"
                    )


def _thread(world: World) -> None:
    """A young person and her mentor write to each other; the programme lead and the safeguarding lead read along."""
    hub, staff = world.hubs["onward"], world.staff
    thread = Thread.objects.create(hub=hub, programme=world.programmes["mentoring"], young=True)
    for key, seat in (("hana", "party"), ("leroy", "party"), ("ruth", "observer"), ("joan", "observer")):
        Seat.objects.create(hub=hub, thread=thread, person=staff[key], seat=seat, since=world.moment(9))
    for n, (text, who) in enumerate(LETTERS):
        person = staff["leroy" if who == "mentor" else "hana"]
        Message.objects.create(hub=hub, thread=thread, person=person, text=text, at=world.moment(8 - n, 16))


def _letters(world: World) -> None:
    """Some letters went out; a few to several people wait their ten minutes and can still be stopped."""
    hub, now = world.hubs["spring-lane"], timezone.now()
    crowd = [person for person in world.crowd["spring-lane"] if person.email and person.is_adult][:14]
    admin = admin_of(world, "spring-lane")
    waiting = [
        _letter(person, "example-waiting", state="waiting", after=now + timedelta(minutes=10), batch="example-news")
        for person in crowd
    ]
    sent = [
        _letter(person, "example-sent", state="sent", after=now - timedelta(days=6), sent_at=now - timedelta(days=6))
        for person in crowd[:6]
    ]
    if admin is not None:
        sent.append(_letter(admin, "example-admin", state="sent", after=now - timedelta(days=2), sent_at=now))
    Letter.objects.bulk_create([*waiting, *sent], batch_size=AT_ONCE)
    assert all(letter.hub_id == hub.pk for letter in (*waiting, *sent))


def _letter(person: Person, event: str, **fields: object) -> Letter:
    return Letter(
        hub_id=person.hub_id,
        to=person,
        kind="message",
        event=event,
        values={"path": f"/h/{person.hub.slug}/"},
        message_id=f"<{event}-{person.pk}@upwell>",
        **fields,
    )
