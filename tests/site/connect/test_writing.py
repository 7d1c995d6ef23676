"""Once a pair is approved the two write to each other: a young one in sight of two members of staff, or not at all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from tests.factories import connect as f
from tests.factories.machinery import make_staff
from upwell_site.connect import actions, ready
from upwell_site.connect.models import Pair
from upwell_site.core import threads
from upwell_site.core.models import Letter, Membership, Person, Seat, Thread
from upwell_site.core.refused import Refused


@pytest.fixture
def round(room):
    return f.round_of(room, 3, 2)


def sitting(thread, seat):
    return set(Seat.objects.filter(thread=thread, seat=seat, until=None).values_list("person__name", flat=True))


def test_an_approved_pair_with_somebody_young_writes_in_sight_of_two_members_of_staff(room, round, lead, client_of):
    pair = f.run(round)[0]
    actions.approve_pair(by=room.lead, pair=pair)
    thread = Thread.objects.get()
    assert (thread.young, thread.programme, thread.about) == (True, room.programme, f"connect.pair:{pair.pk}")
    assert sitting(thread, "party") == {pair.mentee.name, pair.mentor.name}
    assert sitting(thread, "observer") == {room.lead.name, "Organiser"}
    assert threads.lacks(thread) == []
    assert ready.thread_of(pair) == thread
    page = client_of(pair.mentee).get(f"/h/here/rounds/pair/{pair.pk}/").content.decode()
    assert f"/h/here/messages/{thread.pk}/" in page


def test_every_pair_of_a_round_gets_its_own_and_each_is_sound(room, round):
    f.run(round)
    done = actions.approve_round(by=room.lead, round=round)
    assert Thread.objects.count() == done.pairs == 2
    assert [threads.lacks(thread) for thread in Thread.objects.all()] == [[], []]


def test_two_adults_write_without_anybody_else(room, round):
    pair = f.run(round)[0]
    Person.objects.filter(pk=pair.mentee_id).update(born=date(1990, 1, 1), adult_on=date(2008, 1, 1))
    Membership.objects.filter(role__in=["organiser", "safeguarding"]).delete()
    actions.approve_pair(by=room.lead, pair=pair)
    thread = Thread.objects.get()
    assert not thread.young
    assert sitting(thread, "observer") == set()


@pytest.mark.parametrize("known", [True, False])
def test_with_one_to_watch_the_pairs_of_young_people_wait_and_others_go_on(room, round, lead, known):
    """An age that nobody confirmed counts as under 18."""
    first, second = f.run(round)
    if not known:
        Person.objects.filter(pk=first.mentee_id).update(born=None, adult_on=None)
    Person.objects.filter(pk=second.mentee_id).update(born=date(1990, 1, 1), adult_on=date(2008, 1, 1))
    Membership.objects.filter(role__in=["organiser", "safeguarding"]).delete()
    page = lead.get(f"/h/here/rounds/{round.pk}/pairs/?show=waiting").content.decode()
    assert page.count('id="pair-') == 1
    assert "has only one who can" in page
    assert "Approve this pair" not in lead.get(f"/h/here/rounds/pair/{first.pk}/").content.decode()
    with pytest.raises(Refused, match="has only one who can"):
        actions.approve_pair(by=room.lead, pair=first)
    done = actions.approve_round(by=room.lead, round=round)
    assert (done.pairs, [held.pair for held in done.held]) == (1, [first])
    first.refresh_from_db()
    assert first.state == Pair.State.PROPOSED
    assert not Thread.objects.filter(young=True).exists()
    assert not Letter.objects.filter(to=first.mentee).exists()


@pytest.mark.parametrize("why", ["no sign-in", "age unknown", "other programme", "ended", "not granted", "sign-in off"])
def test_who_does_not_count_as_watching(room, round, why):
    """Each on its own makes the second watcher not count: the pair waits."""
    pair = f.run(round)[0]
    Membership.objects.filter(role="safeguarding").delete()
    role = Membership.objects.get(role="organiser")
    if why == "no sign-in":
        Person.objects.filter(pk=role.person_id).update(user=None)
    elif why == "age unknown":
        Person.objects.filter(pk=role.person_id).update(born=None, adult_on=None)
    elif why == "other programme":
        other = Membership.objects.exclude(programme=None).exclude(programme=room.programme)[0].programme
        Membership.objects.filter(pk=role.pk).update(programme=other)
    elif why == "ended":
        Membership.objects.filter(pk=role.pk).update(until=timezone.localdate())
    elif why == "not granted":
        Membership.objects.filter(pk=role.pk).update(granted_at=None, first=False)
    else:
        role.person.user.is_active = False
        role.person.user.save()
    with pytest.raises(Refused, match="has only one who can"):
        actions.approve_pair(by=room.lead, pair=pair)
    assert not Thread.objects.exists()


def test_a_mentor_does_not_watch_over_their_own_conversation(room, round):
    pair = f.run(round)[0]
    Membership.objects.filter(role__in=["organiser", "safeguarding"]).delete()
    f.role(pair.mentor, "organiser", room.programme)
    with pytest.raises(Refused, match="has only one who can"):
        actions.approve_pair(by=room.lead, pair=pair)
    assert pair in ready.waiting(round)
    make_staff(room.hub, "deputy")
    assert pair not in ready.waiting(round)
    actions.approve_pair(by=room.lead, pair=pair)
    assert threads.lacks(Thread.objects.get()) == []


@pytest.mark.parametrize("how", ["proposed", "ended", "other programme"])
def test_a_mentor_needs_the_role_in_this_programme(room, round, lead, how):
    pair = f.run(round)[0]
    mine = Membership.objects.filter(person=pair.mentor, role="mentor")
    if how == "proposed":
        mine.update(granted_at=None, first=False)
    elif how == "ended":
        mine.update(until=timezone.localdate() - timedelta(days=0))
    else:
        mine.update(programme=Membership.objects.exclude(programme=None).exclude(programme=room.programme)[0].programme)
    with pytest.raises(Refused, match="Their role as mentor was not granted yet"):
        actions.approve_pair(by=room.lead, pair=pair)
    assert pair in ready.waiting(round)
    done = actions.approve_round(by=room.lead, round=round)
    assert [held.pair for held in done.held] == [pair]
    mine.update(granted_at=timezone.now(), first=True, until=None, programme=None)
    assert pair not in ready.waiting(round)
    actions.approve_pair(by=room.lead, pair=pair)


def test_somebody_who_left_is_not_put_in_touch(room, round):
    first, _second = f.run(round)
    Person.objects.filter(pk=first.mentee_id).update(emptied_at=timezone.now(), name="", user=None)
    done = actions.approve_round(by=room.lead, round=round)
    assert [held.why for held in done.held] == [("One of the two is not here any more",)]
    assert Thread.objects.count() == done.pairs == 1


def test_two_who_write_already_get_no_second_conversation(room, round):
    pair = f.run(round)[0]
    there = threads.open_thread(
        by=room.lead, parties=[pair.mentee, pair.mentor], observers=[room.lead, room.people["organiser"]],
        programme=room.programme,
    )  # fmt: skip
    actions.approve_pair(by=room.lead, pair=pair)
    assert list(Thread.objects.all()) == [there]
    assert ready.thread_of(pair) == there


def test_whoever_approves_watches_first(room, round):
    """A second lead of the programme approves: they sit in it, although the first lead comes before them."""
    second = make_staff(room.hub, "lead", room.programme)
    pair = f.run(round)[0]
    actions.approve_pair(by=second, pair=pair)
    assert sitting(Thread.objects.get(), "observer") == {second.name, room.lead.name}
