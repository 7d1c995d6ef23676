"""A run from end to end: what the engine is told, what is kept, and what stops it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.factories import connect as f
from tests.factories.machinery import make_person
from tests.site.connect.conftest import key
from upwell import Cancelled, InputError
from upwell_site.connect import actions, bridge
from upwell_site.connect.models import Ask, Offer, Pair, Round, Unmatched
from upwell_site.core import jobs
from upwell_site.core.models import Job, Membership, Place
from upwell_site.core.refused import Refused

SQUARE = [[[-1.6, 53.7], [-1.5, 53.7], [-1.5, 53.9], [-1.6, 53.9], [-1.6, 53.7]]]


def two(pair) -> tuple[int, int]:
    return pair.mentee_id, pair.mentor_id


def test_a_run_started_on_the_page_is_done_by_the_worker_and_shown(room, lead):
    round = f.round_of(room, 6, 4)
    address = f"/h/here/rounds/{round.pk}/"
    for _ in range(2):
        lead.post(f"{address}run/", {"once": key()})
    assert Job.objects.count() == 1
    waiting = lead.get(address).content.decode()
    assert "hx-get" in waiting
    assert "Beginning" in waiting
    part = lead.get(address, headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith("<div") and "<html" not in part
    assert jobs.work_one()
    assert Job.objects.get().said == "4 pairs to read."
    assert lead.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    round.refresh_from_db()
    assert round.state == Round.State.MATCHED
    assert Pair.objects.count() == 4
    assert Unmatched.objects.count() == 2


def test_what_is_proved_is_kept_with_the_numbers_that_show_it(room):
    round = f.round_of(room, 6, 4)
    f.run(round)
    told = round.summary
    assert told["proved"] and told["gap"] == 0 and told["total"] == told["bound"]
    assert told["total"] == sum(pair.score for pair in Pair.objects.all())
    assert (told["asks"], told["offers"], told["pairs"], told["alone"], told["seed"]) == (6, 4, 4, 2, 7)
    assert round.version == told["version"] != ""


def test_the_same_round_gives_the_same_pairs(room):
    round = f.round_of(room, 8, 5)
    assert [two(p) for p in f.run(round)] == [two(p) for p in f.run(round)]


def test_a_rerun_keeps_locked_pairs_and_notes_and_replaces_the_rest(room):
    round = f.round_of(room, 8, 5)
    pairs = f.run(round)
    keep, noted, gone = pairs[0], pairs[1], pairs[2]
    actions.lock(by=room.lead, pair=keep)
    actions.write_note(by=room.lead, pair=noted, note="They met at the fair")
    Offer.objects.filter(person=gone.mentor_id).delete()
    again = {two(p): p for p in f.run(round)}
    assert again[two(keep)].pk == keep.pk
    assert again[two(keep)].locked
    assert ["connect.fixed", {}] in again[two(keep)].reasons
    assert two(gone) not in again
    if two(noted) in again:
        assert again[two(noted)].note == "They met at the fair"
    assert len({p.mentee_id for p in again.values()}) == len(again)


def test_a_dropped_pair_never_comes_back_until_it_is_allowed_again(room):
    round = f.round_of(room, 3, 3)
    first = f.run(round)[0]
    actions.drop(by=room.lead, pair=first)
    for _ in range(2):
        assert two(first) not in {two(p) for p in f.run(round)}
    assert Pair.objects.get(pk=first.pk).state == Pair.State.DROPPED
    actions.allow_again(by=room.lead, pair=first)
    assert two(first) in {two(p) for p in f.run(round)}


def test_nothing_is_kept_when_somebody_decided_meanwhile(room):
    """Keeping it would undo what a person just said."""
    round = f.round_of(room, 4, 4)
    pair = f.run(round)[0]
    result = bridge.compute(round)
    actions.drop(by=room.lead, pair=pair)
    with pytest.raises(Refused, match="Please run it again"):
        actions.store_proposals(by=room.lead, round=round, result=result)
    assert Pair.objects.get(pk=pair.pk).state == Pair.State.DROPPED


@pytest.mark.parametrize("meanwhile", ["a mentee comes", "a mentor comes", "somebody offers another evening"])
def test_people_who_come_while_it_runs_leave_the_round_open(room, meanwhile):
    """Else the newcomer would look like somebody whom nobody fits."""
    round = f.round_of(room, 4, 4)
    result = bridge.compute(round)
    if meanwhile == "somebody offers another evening":
        one = Offer.objects.filter(round=round).first()
        one.slots = ["sun-am"]
        one.save()
    elif meanwhile == "a mentee comes":
        f.ask(round, make_person(round.hub))
    else:
        f.offer(round, make_person(round.hub))
    actions.store_proposals(by=room.lead, round=round, result=result)
    round.refresh_from_db()
    assert round.state == round.State.DRAFT
    with pytest.raises(Refused, match="Run it again first"):
        actions.approve_round(by=room.lead, round=round)
    f.run(round)
    round.refresh_from_db()
    assert round.state == round.State.MATCHED


def test_places_that_approved_pairs_fill_are_not_given_again(room):
    spring = f.round_of(room, 1, 1, name="Spring")
    pair = f.run(spring)[0]
    actions.approve_pair(by=room.lead, pair=pair)
    autumn = f.round_of(room, 1, 0, name="Autumn")
    f.offer(autumn, pair.mentor, capacity=1)
    assert f.run(autumn) == []
    Offer.objects.filter(round=autumn).update(capacity=2)
    assert len(f.run(autumn)) == 1


def test_whoever_has_an_approved_mentor_is_not_matched_again(room):
    round = f.round_of(room, 3, 3)
    pair = f.run(round)[0]
    actions.approve_pair(by=room.lead, pair=pair)
    assert pair.mentee_id not in {p.mentee_id for p in f.run(round)}
    assert Pair.objects.get(pk=pair.pk).state == Pair.State.APPROVED


def test_a_mentor_whose_list_says_unchecked_is_in_no_pair(room):
    round = f.round_of(room, 3, 0)
    f.offer(round, f.person(room.hub, "Not checked"), cleared=False)
    assert f.run(round) == []
    assert Unmatched.objects.first().binding[0][0] == "connect.binds_clearance"


def test_no_name_reaches_the_engine(room, monkeypatch):
    """The engine is told columns, in an order, and nothing that says who somebody is."""
    seen = []
    real = bridge.connect.match

    def spy(mentees, mentors, **more):
        seen.append(repr(mentees) + repr(mentors) + repr(more))
        return real(mentees, mentors, **more)

    monkeypatch.setattr(bridge.connect, "match", spy, raising=False)
    f.run(f.round_of(room, 3, 3))
    assert seen and "Mentee" not in seen[0].replace("Mentees", "") and "Mentor " not in seen[0]


def test_interests_count_when_everybody_has_them(room):
    round = f.round_of(room, 3, 3)
    f.run(round)
    assert "interests" in round.summary["left_out"]
    vector = np.array([0.6, 0.8], dtype=np.float32).tobytes()
    Ask.objects.update(interests=vector)
    Offer.objects.update(interests=vector)
    pairs = f.run(round)
    assert "interests" not in round.summary["left_out"]
    assert ["connect.interests", {}] in pairs[0].reasons
    Ask.objects.filter(pk=Ask.objects.first().pk).update(interests=None)
    f.run(round)
    assert "interests" in round.summary["left_out"]


def test_areas_are_counted_by_place_or_by_spot_and_never_under_five(room, lead):
    leeds = Place.objects.create(code="leeds", name="Leeds", level="council")
    west = Place.objects.create(
        code="west", name="West", level="neighbourhood", within=leeds, outline=SQUARE, source="Open data"
    )
    room.hub.place = leeds
    room.hub.save()
    round = f.round_of(room, asks=12, offers=7)  # all live at -1.52, inside the square
    f.run(round)
    assert round.summary["areas"] == [[west.pk, 7, 5]]
    page = lead.get(f"/h/here/rounds/{round.pk}/").content.decode()
    assert "Where a mentor was found" in page
    assert "Open data" in page
    Offer.objects.filter(pk__in=[o.pk for o in Offer.objects.all()[:3]]).delete()
    f.run(round)
    assert round.summary["areas"] == [[west.pk, 4, 8]]
    assert "Where a mentor was found" not in lead.get(f"/h/here/rounds/{round.pk}/").content.decode()


# ---- what stops it ----


def failed(round: Round) -> str:
    assert jobs.work_one()
    job = Job.objects.order_by("-id").first()
    assert job.state == Job.State.FAILED
    return job.said


def test_nobody_to_match_is_said_in_words(room, lead):
    round = f.round_of(room, 0, 0)
    actions.start_match(by=room.lead, round=round)
    assert failed(round) == "Nobody asks for a mentor in this round yet. Bring in the people who ask first."
    assert "Bring in the people who ask first." in lead.get(f"/h/here/rounds/{round.pk}/").content.decode()


def test_bad_input_is_said_as_the_engine_says_it(room, lead):
    round = f.round_of(room, 3, 3)
    pair = f.run(round)[0]
    actions.lock(by=room.lead, pair=pair)
    Offer.objects.filter(person=pair.mentor_id).update(cleared=False)
    with pytest.raises(InputError) as problem:
        bridge.compute(round)
    actions.start_match(by=room.lead, round=round)
    assert failed(round) == str(problem.value)
    assert "cannot be locked with a mentor who is not cleared" in lead.get(
        f"/h/here/rounds/{round.pk}/"
    ).content.decode()  # fmt: skip
    assert Pair.objects.filter(state="proposed").count() == 3


def test_a_lock_on_somebody_who_left_is_said(room):
    round = f.round_of(room, 3, 3)
    pair = f.run(round)[0]
    actions.lock(by=room.lead, pair=pair)
    Ask.objects.filter(person=pair.mentee_id).delete()
    with pytest.raises(Refused, match="Unlock that pair first"):
        bridge.compute(round)


def test_rights_are_asked_again_when_the_work_begins(room):
    """Between the press of the button and the worker, a role may have ended."""
    round = f.round_of(room, 3, 3)
    actions.start_match(by=room.lead, round=round)
    Membership.objects.filter(person=room.lead).delete()
    assert "You may not run this round any more" in failed(round)
    assert not Pair.objects.exists()


def test_a_run_that_waits_stops_at_once_and_changes_nothing(room, lead):
    round = f.round_of(room, 3, 3)
    actions.start_match(by=room.lead, round=round)
    lead.post(f"/h/here/rounds/{round.pk}/stop/", {"once": key()})
    assert Job.objects.get().state == Job.State.STOPPED
    assert not jobs.work_one()
    assert not Pair.objects.exists()


def test_a_run_that_is_stopped_midway_keeps_what_was_there(room, monkeypatch):
    round = f.round_of(room, 6, 4)
    before = {two(p) for p in f.run(round)}
    Offer.objects.filter(round=round).first().delete()
    job = actions.start_match(by=room.lead, round=round)
    monkeypatch.setattr(jobs, "TOLD_EVERY", -1.0)
    real = bridge.connect.match

    def stopped_meanwhile(*args, **more):
        Job.objects.filter(pk=job.pk).update(stop=True)
        return real(*args, **more)

    monkeypatch.setattr(bridge.connect, "match", stopped_meanwhile, raising=False)
    assert jobs.work_one()
    job.refresh_from_db()
    assert job.state == Job.State.STOPPED
    assert {two(p) for p in Pair.objects.all()} == before


def test_the_engine_hears_that_it_should_stop(room):
    def stop(phase, done):
        raise Cancelled

    with pytest.raises(Cancelled):
        bridge.compute(f.round_of(room, 3, 3), stop)
