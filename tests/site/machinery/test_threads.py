"""Nobody under 18 is ever alone in writing with an adult."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories.machinery import (
    give_role,
    give_standing,
    make_hub,
    make_mentor,
    make_person,
    make_programme,
    make_staff,
)
from upwell_site.core import threads
from upwell_site.core.actor import roles_of
from upwell_site.core.models import Letter, Membership, Message, Seat, Standing, Thread
from upwell_site.core.refused import Refused

pytestmark = pytest.mark.django_db
TWO, STAFF_ONE, PARTY_LACKS = "Two approved adults", "has to be staff", "not approved for it"


class World:
    """A mentor and a young person, watched over by an organiser and a programme lead."""

    def __init__(self, hub):
        self.hub = hub
        self.programme = make_programme(hub)
        self.young = make_person(hub, "Malik Aziz", adult=False)
        self.mentor = make_mentor(hub, self.programme)
        self.organiser = make_staff(hub, "organiser", self.programme)
        self.lead = make_staff(hub, "lead", self.programme)
        self.thread = threads.open_thread(
            by=None,
            parties=[self.young, self.mentor],
            observers=[self.organiser, self.lead],
            programme=self.programme,
        )


@pytest.fixture
def world(hub):
    return World(hub)


def test_a_thread_with_a_young_person_in_good_sight(world):
    assert world.thread.young
    row = threads.post_message(by=world.mentor, thread=world.thread, text="  Hello Malik ")

    assert row.text == "Hello Malik"
    assert {letter.kind for letter in Letter.objects.all()} == {"message"}
    assert Letter.objects.count() == 3
    assert not any("Hello" in str(letter.values) for letter in Letter.objects.all())


def test_adults_among_themselves_need_nobody_else(hub):
    two = [make_person(hub), make_person(hub)]
    thread = threads.open_thread(by=None, parties=two)

    assert not thread.young
    threads.post_message(by=two[0], thread=thread, text="Hello")


@pytest.mark.parametrize(
    ("watching", "said"),
    [((), TWO), (("organiser",), TWO), (("partner", "partner"), STAFF_ONE), (("evaluator", "organiser"), TWO)],
)
def test_too_few_who_watch_over_it(hub, watching, said):
    observers = [make_staff(hub, role) for role in watching]
    with pytest.raises(Refused, match=said):
        threads.open_thread(by=None, parties=[make_person(hub, adult=False), make_mentor(hub)], observers=observers)

    assert not Thread.objects.exists()


def test_an_adult_nobody_approved_does_not_write_to_a_young_person(hub):
    staff = [make_staff(hub, "organiser"), make_staff(hub, "lead")]
    with pytest.raises(Refused, match=PARTY_LACKS):
        threads.open_thread(by=None, parties=[make_person(hub, adult=False), make_person(hub)], observers=staff)


def test_a_mentor_does_not_watch_over_themselves(hub):
    """The two adults are besides whoever takes part, staff or not."""
    organiser = make_staff(hub, "organiser")
    with pytest.raises(Refused, match=TWO):
        threads.open_thread(
            by=None, parties=[make_person(hub, adult=False), make_staff(hub, "lead")], observers=[organiser]
        )


def test_somebody_without_a_sign_in_sees_nothing_and_does_not_count(hub):
    blind = make_person(hub, user=False)
    give_role(blind, "lead")
    with pytest.raises(Refused, match=TWO):
        threads.open_thread(
            by=None,
            parties=[make_person(hub, adult=False), make_mentor(hub)],
            observers=[blind, make_staff(hub, "organiser")],
        )


def test_roles_in_another_programme_do_not_count(hub):
    here, there = make_programme(hub), make_programme(hub)
    observers = [make_staff(hub, "organiser", here), make_staff(hub, "lead", there)]
    with pytest.raises(Refused, match=TWO):
        threads.open_thread(
            by=None,
            parties=[make_person(hub, adult=False), make_mentor(hub, here)],
            observers=observers,
            programme=here,
        )


def test_whoever_watches_stays_until_somebody_else_does(world):
    with pytest.raises(Refused, match="Somebody else"):
        threads.leave(by=world.lead, thread=world.thread, person=world.lead)

    threads.add_seat(by=None, thread=world.thread, person=make_staff(world.hub, "deputy"), seat="observer")
    threads.leave(by=world.lead, thread=world.thread, person=world.lead)
    assert Seat.objects.get(person=world.lead).until is not None


def test_a_young_person_joins_only_where_two_watch(hub):
    thread = threads.open_thread(by=None, parties=[make_mentor(hub)])
    young = make_person(hub, adult=False)

    with pytest.raises(Refused, match=TWO):
        threads.add_seat(by=None, thread=thread, person=young)
    assert not Seat.objects.filter(person=young).exists()


@pytest.mark.parametrize("what", ["training", "code", "references", "check"])
def test_a_mentor_whose_standing_ran_out_writes_nothing(world, what):
    Standing.objects.filter(person=world.mentor, what=what).update(until=timezone.localdate())

    for who in (world.mentor, world.young, world.lead):
        with pytest.raises(Refused, match=PARTY_LACKS):
            threads.post_message(by=who, thread=world.thread, text="Hello")
    assert not Message.objects.exists()


def test_the_tick_pauses_what_ran_out_and_people_let_it_go_on(world):
    assert threads.review() == 0
    ended = Membership.objects.filter(person=world.lead)
    ended.update(until=timezone.localdate())

    assert threads.review() == 1
    assert threads.review() == 0
    with pytest.raises(Refused, match="paused"):
        threads.post_message(by=world.young, thread=world.thread, text="Hello")
    with pytest.raises(Refused, match=TWO):
        threads.resume(by=world.organiser, thread=world.thread)

    threads.add_seat(by=None, thread=world.thread, person=make_staff(world.hub, "safeguarding"), seat="observer")
    threads.resume(by=world.organiser, thread=world.thread)
    threads.post_message(by=world.young, thread=world.thread, text="Hello")


def test_nobody_joins_a_paused_thread_to_take_part(world):
    threads.pause(by=world.lead, thread=world.thread)

    with pytest.raises(Refused, match="paused"):
        threads.add_seat(by=None, thread=world.thread, person=make_mentor(world.hub))
    with pytest.raises(Refused, match="paused already"):
        threads.pause(by=world.lead, thread=world.thread)


def test_a_young_person_watches_over_nobody(world):
    with pytest.raises(Refused, match="Only an adult"):
        threads.add_seat(by=None, thread=world.thread, person=make_person(world.hub, adult=False), seat="observer")


def test_an_age_that_is_taken_back_counts_at_once(hub):
    two = [make_person(hub), make_person(hub)]
    thread = threads.open_thread(by=None, parties=two)
    two[1].adult_on = two[1].born = None
    two[1].save()

    with pytest.raises(Refused, match=TWO):
        threads.post_message(by=two[0], thread=thread, text="Hello")
    assert threads.review() == 1


def test_strangers_and_those_who_left_do_not_write(world):
    with pytest.raises(Refused, match="do not sit"):
        threads.post_message(by=make_staff(world.hub, "safeguarding"), thread=world.thread, text="Hello")
    threads.leave(by=world.mentor, thread=world.thread, person=world.mentor)
    with pytest.raises(Refused, match="do not sit"):
        threads.post_message(by=world.mentor, thread=world.thread, text="Hello")
    with pytest.raises(Refused, match="do not sit"):
        threads.leave(by=world.mentor, thread=world.thread, person=world.mentor)


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4001, "a\x00b", "\ud800"])
def test_what_cannot_be_written(world, text):
    with pytest.raises(Refused):
        threads.post_message(by=world.young, thread=world.thread, text=text)


def test_nobody_of_another_hub_sits_here(world):
    with pytest.raises(Refused, match="this hub"):
        threads.add_seat(by=None, thread=world.thread, person=make_staff(make_hub(), "lead"), seat="observer")
    with pytest.raises(Refused, match="already"):
        threads.add_seat(by=None, thread=world.thread, person=world.lead, seat="observer")
    with pytest.raises(Refused, match="Somebody has to"):
        threads.open_thread(by=None, parties=[])


def test_a_hidden_message_is_kept(world):
    row = threads.post_message(by=world.young, thread=world.thread, text="Hello")
    threads.hide(by=world.lead, message=row)

    assert Message.objects.get().text == "Hello"
    with pytest.raises(Refused, match="hidden already"):
        threads.hide(by=world.lead, message=row)


def test_people_are_told_now_and_then_not_at_each_word(world):
    for _ in range(4):
        threads.post_message(by=world.young, thread=world.thread, text="Hello")

    assert Letter.objects.filter(to=world.mentor).count() <= 2, "an hour may end between two of them"
    assert Letter.objects.filter(to=world.lead).count() <= 2
    assert not Letter.objects.filter(to=world.young).exists()


def test_roles_are_those_the_site_knows(world):
    """Threads read roles in bulk; they must say what `roles_of` says of each person."""
    day = timezone.localdate()
    other = make_programme(world.hub)
    ended = make_programme(world.hub, ends=day - timedelta(days=1))
    give_role(world.lead, "lead", other)
    give_role(world.organiser, "organiser", ended)
    give_role(world.organiser, "partner", None, granted_at=None)
    give_role(world.organiser, "deputy", None, since=day + timedelta(days=1))
    give_role(world.mentor, "safeguarding", None, until=day)
    give_role(world.young, "mentor")
    half = make_staff(world.hub, "mentor")
    give_standing(half, "code", "check")
    threads.add_seat(by=None, thread=world.thread, person=half, seat="observer")

    seats = threads._seated([world.thread])
    roles = threads._roles(seat.person for seat in seats)

    assert len(seats) == 5
    for seat in seats:
        expected = {r: w for r, w in roles_of(seat.person).items() if r in threads.APPROVED}
        if seat.person.is_adult:
            assert roles.get(seat.person_id, {}) == expected
        else:
            assert seat.person_id not in roles


def test_the_tick_asks_no_more_for_many_threads(world, django_assert_max_num_queries):
    for _ in range(20):
        threads.open_thread(
            by=None,
            parties=[world.young, world.mentor],
            observers=[world.organiser, world.lead],
            programme=world.programme,
        )
    with django_assert_max_num_queries(6):
        assert threads.review() == 0
