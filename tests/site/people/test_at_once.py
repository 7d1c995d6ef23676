"""Two people who add the same name in the same moment: one gets it, the other a sentence, and nobody an error page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from upwell_site.connect import actions as rounds
from upwell_site.connect.models import Round
from upwell_site.core.actions import consent, hubs, organisations, programmes, trainings
from upwell_site.core.models import ConsentText, Event, HubText, Organisation, Programme, Session, Training
from upwell_site.core.refused import Refused

pytestmark = pytest.mark.django_db
ROOMS = {
    "organisation": (organisations, Organisation),
    "programme": (programmes, Programme),
    "training": (trainings, Training),
}


@pytest.fixture
def too_early(monkeypatch):
    """The look at the names finds nothing yet: the other's row is written right after it."""
    for room, _model in ROOMS.values():
        monkeypatch.setattr(room, "_free_name", lambda hub_id, name, but=None: name)


@pytest.mark.parametrize("what", ROOMS)
def test_a_name_taken_in_the_same_moment_is_refused_in_words(room, too_early, what):
    actions, model = ROOMS[what]
    first = actions.add(by=room.admin, hub=room.hub, name="The same")
    told = Event.objects.count()
    with pytest.raises(Refused, match="of this name already"):
        actions.add(by=room.admin, hub=room.hub, name="The same")
    other = actions.add(by=room.admin, hub=room.hub, name="Another")
    with pytest.raises(Refused, match="of this name already"):
        actions.edit(by=room.admin, **{what: other}, name="The same")
    other.refresh_from_db()
    assert other.name == "Another"
    assert model.objects.filter(hub=room.hub, name="The same").get() == first
    assert Event.objects.count() == told + 1  # what was refused left no trace


@pytest.mark.parametrize("what", ROOMS)
def test_the_page_says_it_and_is_no_error(room, as_, too_early, what):
    ROOMS[what][0].add(by=room.lead, hub=room.hub, name="The same")
    form = {"name": "The same", "kind": "mentoring", "sector": "school", "level": "local", "pages": "", "pass_mark": 0}
    answer = as_(room.admin).post(f"{what}_add", **form, valid_days="", once="n" * 20)
    assert answer.status_code == 200
    assert "of this name already" in answer.content.decode()


def test_two_sessions_at_one_time(room):
    training = trainings.add(by=room.admin, hub=room.hub, name="Safe at the door")
    when = timezone.now() + timedelta(days=3)
    trainings.add_session(by=room.admin, training=training, starts_at=when, where="Library", seats=8)
    with pytest.raises(Refused, match="at this time already"):
        trainings.add_session(by=room.admin, training=training, starts_at=when, where="Hall", seats=8)
    assert Session.objects.count() == 1


def test_two_who_change_the_same_text(room, monkeypatch):
    """The second saw version 1 as the newest, and would write version 2 again."""
    hubs.write_text(by=room.admin, hub=room.hub, kind="conduct", text="One")
    HubText.objects.create(hub=room.hub, kind="conduct", text="Two", version=2)
    seen = HubText.objects.filter(hub=room.hub, version=1)
    monkeypatch.setattr(HubText.objects, "filter", lambda **_: seen)
    with pytest.raises(Refused, match="changed this text just now"):
        hubs.write_text(by=room.admin, hub=room.hub, kind="conduct", text="Three")


def test_two_who_change_the_same_words_to_agree_to(room, monkeypatch):
    first = consent.write_text(by=room.admin, hub=room.hub, purpose="listening", text="One")
    consent.write_text(by=room.admin, hub=room.hub, purpose="listening", text="Two")
    monkeypatch.setattr(consent, "text_of", lambda hub, purpose: first)
    with pytest.raises(Refused, match="changed this text just now"):
        consent.write_text(by=room.admin, hub=room.hub, purpose="listening", text="Three")
    assert ConsentText.objects.filter(hub=room.hub, purpose="listening").count() == 2


def test_two_rounds_of_one_name(room):
    rounds.create_round(by=room.lead, hub=room.hub, programme=room.programme, name="Spring")
    with pytest.raises(Refused, match="round of that name"):
        rounds.create_round(by=room.lead, hub=room.hub, programme=room.programme, name="Spring")
    assert Round.objects.count() == 1
