"""What people decide: locked, ruled out, noted, approved; nobody uncleared, nobody beyond their places, told once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import connect as f
from tests.site.connect.conftest import key
from upwell_site.connect import actions, ready
from upwell_site.connect.models import Offer, Pair, Round
from upwell_site.core.actor import may_mentor
from upwell_site.core.models import Event, Letter, NoticeChoice, Standing
from upwell_site.core.refused import Refused


@pytest.fixture
def round(room):
    return f.round_of(room, 6, 4)


def deed(pair, what):
    return f"/h/here/rounds/pair/{pair.pk}/{what}/"


def test_a_pair_is_locked_unlocked_noted_and_ruled_out_from_its_list(room, round, lead):
    pair = f.run(round)[0]
    back = f"show=low&order=name&after={pair.pk}"
    answer = lead.post(deed(pair, "lock"), {"to": "lock", "back": back, "once": key(1)})
    assert answer.url == f"/h/here/rounds/{round.pk}/pairs/?{back}#pair-{pair.pk}"
    pair.refresh_from_db()
    assert pair.locked
    lead.post(deed(pair, "lock"), {"to": "unlock", "back": "pair", "once": key(2)})
    lead.post(deed(pair, "note"), {"note": " Met before ", "back": "pair", "once": key(3)})
    pair.refresh_from_db()
    assert (pair.locked, pair.note) == (False, "Met before")
    lead.post(deed(pair, "drop"), {"back": "round", "once": key(4)})
    pair.refresh_from_db()
    assert pair.state == Pair.State.DROPPED
    page = lead.get(f"/h/here/rounds/{round.pk}/").content.decode()
    assert "1 person waits for the next run" in page
    lead.post(deed(pair, "drop"), {"to": "allow", "back": "pair", "once": key(5)})
    assert not Pair.objects.filter(pk=pair.pk).exists()
    done = list(Event.objects.filter(to=f"connect.pair:{pair.pk}").order_by("id").values_list("did", flat=True))
    assert done == ["lock_pair", "unlock_pair", "note_pair", "drop_pair", "allow_pair"]


def test_where_a_decision_leads_is_one_of_our_own_pages(room, round, lead):
    pair = f.run(round)[0]
    for back in ("https://example.org/", "//example.org", "show=//example.org&after=9999999999999999999"):
        answer = lead.post(deed(pair, "lock"), {"to": "lock", "back": back, "once": key(hash(back) % 999)})
        assert answer.url == f"/h/here/rounds/{round.pk}/pairs/#pair-{pair.pk}"


def test_a_note_with_a_broken_character_is_refused_in_words(room, round, lead):
    pair = f.run(round)[0]
    page = lead.post(deed(pair, "note"), {"note": "a\x00b", "back": "pair", "once": key()}, follow=True)
    assert "There is a broken character in it" in page.content.decode()


def test_decided_pairs_cannot_be_locked_or_dropped(room, round):
    pair = f.run(round)[0]
    actions.approve_pair(by=room.lead, pair=pair)
    for decide in (actions.lock, actions.drop):
        with pytest.raises(Refused):
            decide(by=room.lead, pair=pair)
    with pytest.raises(Refused):
        actions.allow_again(by=room.lead, pair=pair)


# ---- approving ----


def test_a_round_is_approved_once_and_everybody_told_once(room, round, lead):
    f.run(round)
    form = {"once": key()}
    for _ in range(2):
        answer = lead.post(f"/h/here/rounds/{round.pk}/approve/", form)
        assert answer.url == f"/h/here/rounds/{round.pk}/"
    round.refresh_from_db()
    assert (round.state, round.approved_by) == (Round.State.APPROVED, room.lead)
    assert Pair.objects.filter(state="approved", approved_by=room.lead).count() == 4
    letters = Letter.objects.filter(kind="round_approved")
    assert letters.count() == 8
    assert len(set(letters.values_list("batch", flat=True))) == 1
    assert letters.filter(after__lt=timezone.now() + timedelta(minutes=9)).count() == 0
    assert Event.objects.filter(did="approve_round").count() == 1
    with pytest.raises(Refused, match="no pair to approve"):
        lead_again(lead, round)


def lead_again(lead, round):
    """Approve with a new key: nothing is left to approve, and it says so."""
    page = lead.post(f"/h/here/rounds/{round.pk}/approve/", {"once": key(9)}, follow=True).content.decode()
    if "There is no pair to approve" in page:
        raise Refused("no pair to approve")


def test_letters_say_nothing_of_whom_and_can_be_stopped(room, round, lead):
    f.run(round)
    actions.approve_round(by=room.lead, round=round)
    letter = Letter.objects.filter(kind="round_approved").first()
    assert letter.values == {"path": "/h/here/home/"}
    page = lead.get(f"/h/here/rounds/{round.pk}/").content.decode()
    assert "The letters have not gone yet" in page
    lead.post(f"/h/here/rounds/{round.pk}/letters/stop/", {"once": key()})
    assert set(Letter.objects.values_list("state", flat=True)) == {"stopped"}
    assert Pair.objects.filter(state="approved").count() == 4
    with pytest.raises(Refused):
        actions.stop_letters(by=room.lead, round=round)


def test_whoever_does_not_want_such_letters_gets_none(room, round):
    pair = f.run(round)[0]
    NoticeChoice.objects.create(hub=room.hub, person=pair.mentor, kind="round_approved", wanted=False)
    assert actions.approve_pair(by=room.lead, pair=pair).letters == 1


@pytest.mark.parametrize("what", [*Standing.What.values, "adult"])
def test_nobody_uncleared_is_ever_put_in_touch(room, round, lead, what):
    """Each thing a mentor needs, missing on its own: the pair stays proposed, and it is said what is missing."""
    pair = f.run(round)[0]
    if what == "adult":
        pair.mentor.adult_on = None
        pair.mentor.save()
    else:
        Standing.objects.filter(person=pair.mentor, what=what).update(until=timezone.localdate())
    done = actions.approve_round(by=room.lead, round=round)
    assert (done.pairs, [held.pair.pk for held in done.held]) == (3, [pair.pk])
    assert done.held[0].why == (str(ready.LACKS[what]),)
    pair.refresh_from_db()
    assert pair.state == Pair.State.PROPOSED
    assert not Letter.objects.filter(to=pair.mentee).exists()
    with pytest.raises(Refused, match=str(ready.LACKS[what])):
        actions.approve_pair(by=room.lead, pair=pair)
    page = lead.get(f"/h/here/rounds/{round.pk}/pairs/?show=waiting").content.decode()
    assert page.count('id="pair-') == 1
    assert str(ready.LACKS[what]) in page
    assert "wait: something is not in order yet" in lead.get(f"/h/here/rounds/{round.pk}/").content.decode()


def test_one_and_many_agree_on_who_is_in_order(room, round):
    """`may_mentor` asks for one; the list and the approval ask for many. The three must say the same."""
    mentors = [offer.person for offer in Offer.objects.select_related("person")]
    Standing.objects.filter(person=mentors[0], what="check").delete()
    Standing.objects.filter(person=mentors[1]).update(since=timezone.localdate() + timedelta(days=1))
    many = {person.pk for person in ready.mentors_in_order(room.hub.pk, room.programme.pk)}
    lacking = ready.lacking(room.hub.pk, room.programme.pk, mentors)
    for mentor in mentors:
        assert may_mentor(mentor) == (mentor.pk in many) == (not lacking[mentor.pk])
    assert [bool(lacking[m.pk]) for m in mentors] == [True, True, False, False]


def test_approvals_stop_at_the_places_a_mentor_offers_across_rounds(room, lead):
    spring, autumn = f.round_of(room, 1, 1, name="Spring"), f.round_of(room, 1, 0, name="Autumn")
    first = f.run(spring)[0]
    f.offer(autumn, first.mentor, capacity=1)
    second = f.run(autumn)[0]
    assert second.mentor == first.mentor
    actions.approve_pair(by=room.lead, pair=first)
    with pytest.raises(Refused, match="Their one place is taken"):
        actions.approve_pair(by=room.lead, pair=second)
    held = actions.approve_round(by=room.lead, round=autumn)
    assert (held.pairs, len(held.held)) == (0, 1)
    page = lead.get(f"/h/here/rounds/{autumn.pk}/pairs/?show=waiting").content.decode()
    assert "Their one place is taken." in page
    assert "Approve this pair" not in lead.get(f"/h/here/rounds/pair/{second.pk}/").content.decode()
    Offer.objects.filter(round=autumn).update(capacity=2)
    assert actions.approve_round(by=room.lead, round=autumn).pairs == 1


def test_when_places_are_short_locked_pairs_go_first_then_the_better_ones(room):
    round = f.round_of(room, 3, 1, capacity=3)
    pairs = f.run(round)
    actions.lock(by=room.lead, pair=pairs[0])
    Offer.objects.update(capacity=2)
    done = actions.approve_round(by=room.lead, round=round)
    approved = set(Pair.objects.filter(state="approved").values_list("pk", flat=True))
    assert approved == {pairs[0].pk, pairs[2].pk}
    assert done.held[0].why == ("All their 2 places are taken",)


def test_a_mentor_who_left_the_round_is_not_approved(room, round):
    pair = f.run(round)[0]
    Offer.objects.filter(person=pair.mentor).delete()
    with pytest.raises(Refused, match="offers no place"):
        actions.approve_pair(by=room.lead, pair=pair)


def test_one_pair_is_approved_from_its_page(room, round, lead):
    pair = f.run(round)[0]
    assert "Approve this pair" in lead.get(f"/h/here/rounds/pair/{pair.pk}/").content.decode()
    answer = lead.post(deed(pair, "approve"), {"back": "pair", "once": key()})
    assert answer.url == f"/h/here/rounds/pair/{pair.pk}/"
    pair.refresh_from_db()
    assert pair.state == Pair.State.APPROVED
    assert Letter.objects.count() == 2
