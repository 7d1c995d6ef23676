"""Who looked is written down once a day and never breaks a page; who could have is an exact set."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories.people import Room, give_role, make_person
from upwell_site.core import looks
from upwell_site.core.models import Look, Membership, Programme, Seat, Thread
from upwell_site.core.policy import Actor
from upwell_site.listen.models import Conversation, Note


def seen(room: Room) -> set[tuple[str, str, str]]:
    rows = Look.objects.filter(hub=room.hub).select_related("person", "by")
    return {(row.by.name, row.person.name, row.what) for row in rows}


def test_a_look_is_one_row_a_day(room: Room, as_: Any):
    lead = as_(room.lead)
    for _again in range(3):
        assert lead.get("person", room.mentor).status_code == 200
    assert lead.get("person_edit", room.mentor).status_code == 200
    assert seen(room) == {("Lena Lead", "Mo Mentor", "page")}
    assert Look.objects.count() == 1


def test_the_next_day_is_another_row(room: Room, as_: Any):
    as_(room.lead).get("person", room.mentor)
    with mock.patch.object(looks.timezone, "localdate", lambda: timezone.localtime().date() + timedelta(days=1)):
        looks.write(room.hub.pk, room.lead.pk, [room.mentor.pk], "page")
    assert Look.objects.count() == 2


def test_ones_own_page_and_a_refusal_leave_no_row(room: Room, as_: Any):
    as_(room.mentor).get("person", room.mentor)
    as_(room.mentor).get("you")
    assert as_(room.other_lead).get("person", room.child).status_code == 404
    as_(room.lead).get("people")
    assert Look.objects.count() == 0


def test_a_role_a_talk_and_a_thread_are_about_somebody(room: Room, as_: Any):
    role = Membership.objects.get(person=room.mentor)
    assert as_(room.lead).get("role", role).status_code == 200
    talk = Conversation.objects.create(hub=room.hub, organiser=room.organiser, person=room.listed)
    Note.objects.create(hub=room.hub, conversation=talk, person=room.listed, organiser=room.organiser, text="x")
    assert as_(room.organiser).get("talk", talk).status_code == 200
    thread = Thread.objects.create(hub=room.hub, programme=room.programme)
    for person, seat in ((room.child, "party"), (room.mentor, "party"), (room.lead, "observer")):
        Seat.objects.create(hub=room.hub, thread=thread, person=person, seat=seat)
    assert as_(room.safe).get("thread", thread).status_code == 200
    assert seen(room) == {
        ("Lena Lead", "Mo Mentor", "roles"),
        ("Olu Organiser", "Liz Listed", "talk"),
        ("Safiya Safe", "Chidi Child", "thread"),
        ("Safiya Safe", "Mo Mentor", "thread"),
    }


def test_a_repeat_asks_once_and_writes_nothing(room: Room):
    actor = Actor(room.hub.pk, room.lead.pk, {"lead": None})
    looks.looked(actor, room.mentor)
    with CaptureQueriesContext(connection) as asked:
        looks.looked(actor, room.mentor)
    assert [q["sql"].split()[0] for q in asked if "SAVEPOINT" not in q["sql"]] == ["SELECT"]


def test_two_at_the_same_moment_are_one(room: Room):
    """Both found nothing there; the unique key keeps the first, and nobody sees an error."""
    with mock.patch.object(looks.Look.objects, "filter", lambda **_: Look._base_manager.none()):
        looks.write(room.hub.pk, room.lead.pk, [room.mentor.pk], "page")
        looks.write(room.hub.pk, room.lead.pk, [room.mentor.pk, room.child.pk], "page")
    assert Look.objects.count() == 2


def test_a_database_that_cannot_write_does_not_break_the_page(room: Room, as_: Any):
    with mock.patch.object(looks.Look.objects, "bulk_create", side_effect=OperationalError("disk is full")):
        assert as_(room.lead).get("person", room.mentor).status_code == 200
    assert Look.objects.count() == 0


def test_a_row_stays_as_it_was_written(room: Room, as_: Any):
    from django.db import DatabaseError, transaction

    as_(room.lead).get("person", room.mentor)
    with pytest.raises(DatabaseError), transaction.atomic():
        Look.objects.update(by=room.admin)
    with pytest.raises(DatabaseError), transaction.atomic():
        Look.objects.all().delete()


def test_the_person_reads_who_looked(room: Room, as_: Any):
    """A name only where the table lets them read it; the role word always."""
    as_(room.lead).get("person", room.mentor)
    page = as_(room.mentor).get("you_looked").content.decode()
    assert "a programme lead" in page
    assert "Lena" not in page
    make_findable = {"listed": True}
    type(room.lead).objects.filter(pk=room.lead.pk).update(**make_findable)
    assert "Lena Lead (a programme lead)" in as_(room.mentor).get("you_looked").content.decode()
    assert "Nobody has looked" in as_(room.listed).get("you_looked").content.decode()


# ---- who could have: a story worked out by hand ----
#
#   June 2026           1    5    10   15   20   25   30
#   child in A               5--------------20            (until the 20th, which no longer counts)
#   child offered B                              22-------
#   lead of A (Lena)    1---------------------------------
#   lead A (Early)      1----6                            sees the child on the 5th only
#   lead A (Late)                           19-----------  sees on the 19th only
#   lead A (Granted late)    from 1, but granted on the 12th
#   organiser of A      1---------------------------------
#   lead of B (Otis)    1---------------------------------  from the 22nd: the child was offered a role in B
#   organiser of B                                          never: an offer opens it to leads only
#   admin (Ada)         since long ago; safe (Safiya) since the 25th
#   lead of C, whose programme ended on the 14th; child in C from the 10th on
#   proposed lead of A, never granted
JUNE = 2026, 6


def day(n: int) -> date:
    return date(*JUNE, n)


@pytest.fixture
def story(room: Room) -> dict[str, Any]:
    Membership.objects.all().delete()
    hub, a, b = room.hub, room.programme, room.other
    c = Programme.objects.create(hub=hub, name="Summer of C", kind="other", ends=day(14))
    people = {name: make_person(hub, name) for name in ("Early", "Late", "Granted", "Organb", "Leadc", "Proposed")}
    long_ago = timezone.now() - timedelta(days=900)

    def role(person: Any, what: str, where: Any, first: date, until: date | None = None, **more: Any) -> None:
        give_role(person, what, where, **{"since": first, "until": until, "granted_at": long_ago, **more})

    role(room.child, "mentee", a, day(5), day(20))
    Membership.objects.create(hub=hub, person=room.child, role="mentee", programme=b, since=day(22))
    role(room.child, "mentee", c, day(10))
    role(room.lead, "lead", a, day(1))
    role(people["Early"], "lead", a, day(1), day(6))
    role(people["Late"], "lead", a, day(19))
    noon = timezone.make_aware(timezone.datetime(*JUNE, 12, 12))
    role(people["Granted"], "lead", a, day(1), granted_at=noon)
    role(room.organiser, "organiser", a, day(1))
    role(room.other_lead, "lead", b, day(1))
    role(people["Organb"], "organiser", b, day(1))
    role(room.admin, "admin", None, date(2025, 1, 1))
    role(room.safe, "safeguarding", None, day(25))
    role(people["Leadc"], "lead", c, day(1))
    Membership.objects.create(hub=hub, person=people["Proposed"], role="lead", programme=a, since=day(1))
    return {"room": room, **people}


@pytest.mark.parametrize(
    ("first", "last", "who"),
    [
        (1, 4, "Ada"),
        (5, 5, "Ada Early Lena Olu"),
        (6, 9, "Ada Lena Olu"),
        (10, 11, "Ada Leadc Lena Olu"),
        (12, 13, "Ada Granted Leadc Lena Olu"),
        (14, 14, "Ada Granted Leadc Lena Olu"),
        (15, 18, "Ada Granted Lena Olu"),
        (19, 19, "Ada Granted Late Lena Olu"),
        (20, 21, "Ada"),
        (22, 24, "Ada Otis"),
        (25, 30, "Ada Otis Safiya"),
        (1, 30, "Ada Early Granted Late Leadc Lena Olu Otis Safiya"),
    ],
)
def test_who_could_have_seen_is_exact(story: dict[str, Any], first: int, last: int, who: str):
    room = story["room"]
    found = looks.could_have_seen(room.child, day(first), day(last))
    names = type(room.child).objects.filter(pk__in=found.people).values_list("name", flat=True)
    assert sorted(name.split()[0] for name in names) == who.split()
    assert not found.everybody


def test_an_organiser_reads_no_contact_of_a_child(story: dict[str, Any]):
    """The cell of the table decides: an organiser may reach adults who agreed, never a child."""
    room = story["room"]
    found = looks.could_have_seen(room.child, day(6), day(9), "contact")
    assert set(found.people) == {room.admin.pk, room.lead.pk}


def test_whoever_looked_is_in_it_whatever_their_role(story: dict[str, Any]):
    room = story["room"]
    for n in (2, 3, 28):
        Look.objects.create(hub=room.hub, person=room.child, by=room.mentor, what="page", day=day(n))
    found = looks.could_have_seen(room.child, day(1), day(4))
    assert found.people[room.mentor.pk].looked == {day(2), day(3)}
    assert found.people[room.mentor.pk].roles == set()


def test_somebody_who_may_be_found_was_read_by_everybody(story: dict[str, Any]):
    room = story["room"]
    assert looks.could_have_seen(room.listed, day(1), day(2)).everybody
    assert not looks.could_have_seen(room.listed, day(1), day(2), "contact").everybody


def test_the_page_is_for_admins_and_the_safeguarding_lead(room: Room, as_: Any):
    today = timezone.localdate().isoformat()
    asked = f"?first={today}&last={today}&what=read"
    as_(room.lead).get("person", room.child)
    page = as_(room.admin).get("person_seen", room.child, query=asked).content.decode()
    assert "Lena Lead" in page
    assert "Olu Organiser" in page
    assert "Otis" not in page
    assert as_(room.safe).get("person_seen", room.child).status_code == 200
    assert as_(room.lead).get("person_seen", room.child).status_code == 403
    assert as_(room.child).get("person_seen", room.child).status_code == 403


def test_days_the_wrong_way_round_are_said(room: Room, as_: Any):
    page = as_(room.admin).get("person_seen", room.child, query="?first=2026-06-05&last=2026-06-01&what=read")
    assert "cannot come before the first" in page.content.decode()
