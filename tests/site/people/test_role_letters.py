"""Somebody is told of their roles by letter: which one, in which hub, and not a word more."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories.people import give_role, make_person
from upwell_site.core import letters
from upwell_site.core.actions import people as actions
from upwell_site.core.models import Letter, Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def neighbour(room):
    return make_person(room.hub, "Nel Neighbour", email="nel@example.org")


def told(person):
    return list(Letter.objects.filter(to=person).order_by("id").values_list("kind", flat=True))


def test_proposed_then_given_then_ended_is_three_letters(room, as_, neighbour):
    give_role(neighbour, "mentee", room.programme)
    as_(room.lead).post("role_add", neighbour, role="mentor", programme=room.programme.pk)
    row = Membership.objects.get(person=neighbour, role="mentor")
    assert told(neighbour) == ["role_proposed"]
    as_(room.admin).post("role_grant", row)
    assert told(neighbour) == ["role_proposed", "role_granted"]
    as_(room.admin).post("role_end", row)
    assert told(neighbour) == ["role_proposed", "role_granted", "role_ended"]
    for letter in Letter.objects.filter(to=neighbour):
        text = letters.write(letter)
        whole = text.subject + text.body
        assert letter.values.keys() == {"path", "role", "given"}
        assert room.hub.name in text.subject
        assert "Mentor" in text.body
        assert reverse("role", args=[room.hub.slug, row.pk]) in text.body
        for word in (room.programme.name, room.lead.name, room.admin.name):
            assert word not in whole


def test_given_with_one_press_is_one_letter(room, as_, neighbour):
    as_(room.admin).post("role_add", neighbour, role="organiser", programme=room.programme.pk)
    assert told(neighbour) == ["role_granted"]


def test_a_no_to_a_proposal_says_that_it_will_not_be_given(room, neighbour):
    row = actions.propose_role(by=room.lead, person=neighbour, role="mentor", programme=room.programme)
    actions.end_role(by=room.admin, membership=row)
    text = letters.write(Letter.objects.get(to=neighbour, kind="role_ended"))
    assert "will not be given" in text.body
    assert "ended today" not in text.body


def test_whoever_ends_their_own_role_needs_no_letter(room, as_, neighbour):
    row = actions.propose_role(by=room.lead, person=neighbour, role="mentor", programme=room.programme)
    as_(neighbour).post("role_end", row)
    assert told(neighbour) == ["role_proposed"]


def test_somebody_without_an_address_gets_none(room):
    row = make_person(room.hub, "Ann On", email="")
    row.user = None
    row.save()
    actions.propose_role(by=room.lead, person=row, role="mentee", programme=room.programme)
    assert told(row) == []


def test_a_role_in_a_letter_is_in_the_readers_language(room, neighbour, monkeypatch):
    seen = []
    monkeypatch.setattr(letters, "_role", lambda word: seen.append((word, letters.translation.get_language())) or "")
    neighbour.languages = ["cy"]
    neighbour.save()
    actions.propose_role(by=room.lead, person=neighbour, role="mentor", programme=room.programme)
    letters.preview(Letter.objects.get(to=neighbour))
    assert seen == [("mentor", "cy")]
