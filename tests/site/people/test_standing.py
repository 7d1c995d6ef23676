"""What is in order: who may write it down, and that a mentor without it is none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories.people import in_order
from upwell_site.core.actions import people as people_actions
from upwell_site.core.actions import standing as actions
from upwell_site.core.actor import roles_of
from upwell_site.core.models import HubText, Membership, Person, Standing
from upwell_site.core.refused import Refused

pytestmark = pytest.mark.django_db


def later(days: int = 300) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_a_lead_writes_down_references_and_no_check(room, as_):
    lead = as_(room.lead)
    assert lead.post("standing_set", room.mentor, what="references", until=later()).status_code == 302
    assert lead.post("standing_set", room.mentor, what="check", until=later()).status_code == 200
    assert set(Standing.objects.filter(person=room.mentor).values_list("what", flat=True)) == {"references"}
    with pytest.raises(Refused, match="Only the safeguarding lead"):
        actions.record(by=room.lead, person=room.mentor, what="check", until=timezone.localdate() + timedelta(days=9))


def test_the_safeguarding_lead_writes_down_everything(room, as_):
    for what in Standing.What.values:
        as_(room.safe).post("standing_set", room.mentor, what=what, until=later())
    assert "mentor" in roles_of(room.mentor)


def test_where_nobody_looks_after_safety_a_lead_writes_down_checks(room, as_):
    Membership.objects.filter(hub=room.hub, role="safeguarding").update(until=timezone.localdate())
    as_(room.lead).post("standing_set", room.mentor, what="check", until=later())
    assert Standing.objects.filter(person=room.mentor, what="check").exists()


@pytest.mark.parametrize("who", ["admin", "organiser", "mentor", "other_lead"])
def test_nobody_else_writes_it_down(room, as_, who):
    answer = as_(getattr(room, who)).post("standing_set", room.mentor, what="references")
    assert answer.status_code in {403, 404}
    assert not Standing.objects.filter(person=room.mentor).exists()


def test_nobody_writes_down_their_own(room):
    with pytest.raises(Refused, match="Somebody else"):
        actions.record(by=room.safe, person=room.safe, what="check")


@pytest.mark.parametrize(
    ("days", "words"), [(None, "needs a last day"), (4000, "three years at most"), (0, "after the first")]
)
def test_a_check_needs_a_sensible_last_day(room, days, words):
    until = None if days is None else timezone.localdate() + timedelta(days=days)
    with pytest.raises(Refused, match=words):
        actions.record(by=room.safe, person=room.mentor, what="check", until=until)


def test_a_mentor_whose_check_is_taken_back_is_no_mentor_at_once(room, as_):
    in_order(room.mentor)
    assert "mentor" in roles_of(room.mentor)
    as_(room.safe).post("standing_set", room.mentor, take_back="yes", what="check")
    assert "mentor" not in roles_of(room.mentor)
    with pytest.raises(Refused, match="nothing to take back"):
        actions.take_back(by=room.safe, person=room.mentor, what="check")


def test_a_lead_does_not_take_back_a_check(room, as_):
    in_order(room.mentor)
    text = as_(room.lead).post_and_read("standing_set", room.mentor, take_back="yes", what="check")
    assert "Only the safeguarding lead" in text
    assert "mentor" in roles_of(room.mentor)


def test_the_bulk_page_says_what_each_mentor_lacks(room, as_):
    in_order(room.mentor, "training", "code")
    text = as_(room.lead).get("programme_standing", room.programme).content.decode()
    assert "0 of 1 mentors can start" in text and "References in, Check in order" in text


def test_one_thing_is_written_down_for_many(room, as_):
    text = as_(room.lead).post_and_read(
        "programme_standing", room.programme, row=[room.mentor.pk], what="references", until=later()
    )
    assert "Written down for 1 person" in text
    assert Standing.objects.get(person=room.mentor).by == room.lead


def test_somebody_outside_the_programme_is_not_written_down_in_bulk(room, as_):
    as_(room.lead).post("programme_standing", room.programme, row=[room.listed.pk], what="references")
    assert not Standing.objects.exists()


def test_an_admin_reads_the_bulk_page_and_writes_nothing_there(room, as_):
    admin = as_(room.admin)
    assert admin.get("programme_standing", room.programme).status_code == 200
    assert admin.post("programme_standing", room.programme, row=[room.mentor.pk], what="code").status_code == 403


def test_the_code_is_signed_in_the_words_that_were_read(room, as_):
    HubText.objects.create(hub=room.hub, kind="conduct", text="Be kind.", version=1)
    mentor = as_(room.mentor)
    assert "Be kind." in mentor.get("code").content.decode()
    HubText.objects.create(hub=room.hub, kind="conduct", text="Be kind and on time.", version=2)
    assert "These words have changed" in mentor.post_and_read("code", version=1)
    assert not Standing.objects.exists()
    mentor.post("code", version=2)
    assert Standing.objects.get(person=room.mentor).what == "code"


def test_a_role_given_does_not_make_a_check(room):
    """Being a mentor by role and being in order are two things."""
    assert people_actions.live_roles(room.mentor, "mentor").exists()
    assert "mentor" not in roles_of(room.mentor)


def test_where_under_18s_take_part_a_lead_writes_down_no_check_though_nobody_looks_after_safety(room):
    """A safeguarding lead whose time ran out opens no door to young people."""
    room.hub.takes_under_18s = True
    room.hub.save()
    Membership.objects.filter(person=room.safe).update(until=timezone.localdate())
    lead = Person.objects.get(pk=room.lead.pk)
    with pytest.raises(Refused, match="Only the safeguarding lead"):
        actions.record(by=lead, person=room.mentor, what="check", until=timezone.localdate() + timedelta(days=9))
