"""Bringing people in to a round: found again once it was matched, and closed once it is approved."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.site.bringing.conftest import words_of
from upwell_site.connect import actions as rounds
from upwell_site.connect.models import Ask, Offer, Round
from upwell_site.core.actor import roles_of
from upwell_site.core.bringing import kinds
from upwell_site.core.models import Event
from upwell_site.core.policy import Actor
from upwell_site.core.refused import Refused

MENTEES = "id,name,goals\nM-1,Jo Bright,maths\n"
MENTORS = "id,name,skills,capacity,cleared\nM-1,Amina Khan,maths,2,yes\n"


def matched(here):
    Round.objects.filter(pk=here.round.pk).update(state="matched", run_at=timezone.now(), summary={"pairs": 0})


@pytest.mark.parametrize(("kind", "rows", "model"), [("mentees", MENTEES, Ask), ("mentors", MENTORS, Offer)])
def test_a_matched_round_has_to_be_run_again(lead, here, kind, rows, model):
    matched(here)
    lead.bring_in(kind, rows)
    assert model.objects.count() == 1
    here.round.refresh_from_db()
    assert here.round.state == Round.State.DRAFT
    assert Event.objects.filter(did="open_round_again").count() == 1
    page = words_of(lead.client.get(f"/h/here/rounds/{here.round.pk}/"))
    assert "People were added: run it again" in page
    with pytest.raises(Refused, match="People were added"):
        rounds.approve_round(by=here.lead, round=here.round)


def test_the_same_list_again_changes_nothing(lead, here):
    lead.bring_in("mentees", MENTEES)
    matched(here)
    lead.bring_in("mentees", MENTEES)
    here.round.refresh_from_db()
    assert here.round.state == Round.State.MATCHED


def test_a_round_that_is_approved_takes_nobody_in(lead, here):
    lead.upload("mentees", MENTEES)
    Round.objects.filter(pk=here.round.pk).update(
        state="approved", run_at=timezone.now(), approved_at=timezone.now(), approved_by=here.lead
    )
    page = words_of(lead.post("load"))
    assert "You may not bring a list in here any more" in page
    assert not Ask.objects.exists()
    assert "bring-in/list" not in lead.client.get(f"/h/here/rounds/{here.round.pk}/").content.decode()


def test_one_that_is_approved_in_the_same_moment_says_so(lead, here, monkeypatch):
    """The look at where the list may go still finds the round open."""
    lead.upload("mentees", MENTEES)
    still_open = kinds.find("mentees").targets(*_actor(here))[0]
    monkeypatch.setattr(kinds.Kind, "target", lambda *_: still_open)
    Round.objects.filter(pk=here.round.pk).update(state="approved", approved_at=timezone.now(), approved_by=here.lead)
    assert "This round is approved already" in words_of(lead.post("load"))
    assert not Ask.objects.exists()


def _actor(here):
    return Actor(here.hub.pk, here.lead.pk, roles_of(here.lead)), here.hub


def test_the_page_of_a_round_leads_to_the_list_with_the_round_chosen(lead, here):
    Round.objects.create(hub=here.hub, programme=here.mentoring, name="Winter")
    link = f"/h/here/bring-in/list/mentees/?where={here.round.pk}"
    assert link in lead.client.get(f"/h/here/rounds/{here.round.pk}/").content.decode()
    assert f'value="{here.round.pk}" selected' in lead.client.get(link).content.decode()
