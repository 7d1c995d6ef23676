"""Roles: nobody gives themselves one, two people give one, a no is a no, and an end is an end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories.people import give_role, in_order, make_person
from upwell_site.core.actions import people as actions
from upwell_site.core.actor import roles_of
from upwell_site.core.models import Membership, Programme
from upwell_site.core.refused import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def neighbour(room):
    """An adult who takes part in the programme."""
    person = make_person(room.hub, "Nel Neighbour")
    give_role(person, "mentee", room.programme)
    return person


def role_of(person, role):
    return Membership.objects.get(person=person, role=role)


def test_a_lead_proposes_and_an_admin_says_yes(room, as_, neighbour):
    as_(room.lead).post("role_add", neighbour, role="mentor", programme=room.programme.pk)
    row = role_of(neighbour, "mentor")
    assert row.granted_at is None and "organiser" not in roles_of(neighbour)
    assert as_(room.lead).post("role_grant", row).status_code == 403
    assert "The role counts from now on" in as_(room.admin).post_and_read("role_grant", row)
    row.refresh_from_db()
    assert row.granted_by == room.admin


def test_an_admin_gives_a_role_with_one_press(room, as_, neighbour):
    as_(room.admin).post("role_add", neighbour, role="organiser", programme=room.programme.pk)
    assert "organiser" in roles_of(neighbour)


def test_nobody_gives_themselves_a_role(room, as_):
    text = as_(room.admin).post_and_read("role_add", room.admin, role="organiser")
    assert "Nobody gives themselves a role" in text
    row = actions.propose_role(by=room.lead, person=room.admin, role="organiser", programme=room.programme)
    with pytest.raises(Refused, match="Nobody gives themselves"):
        actions.grant_role(by=room.admin, membership=row)


def test_a_lead_proposes_only_in_their_own_programme(room, as_, neighbour):
    for programme in (room.other.pk, ""):
        as_(room.lead).post("role_add", neighbour, role="mentor", programme=programme)
    assert not Membership.objects.filter(person=neighbour, role="mentor").exists()


@pytest.mark.parametrize("role", ["admin", "safeguarding", "deputy", "convenor"])
def test_a_lead_never_proposes_a_role_of_the_whole_hub(room, as_, neighbour, role):
    as_(room.lead).post("role_add", neighbour, role=role, programme=room.programme.pk)
    assert not Membership.objects.filter(person=neighbour, role=role).exists()


@pytest.mark.parametrize("who", ["organiser", "mentor", "child"])
def test_others_propose_nothing(room, as_, neighbour, who):
    assert as_(getattr(room, who)).get("role_add", neighbour).status_code in {403, 404}


def test_an_admin_never_gives_a_safety_role(room, as_, neighbour):
    as_(room.admin).post("role_add", neighbour, role="deputy")
    row = role_of(neighbour, "deputy")
    assert row.granted_at is None
    assert as_(room.admin).post("role_grant", row).status_code == 403
    as_(room.safe).post("role_grant", row)
    assert "deputy" in roles_of(neighbour)


def test_a_safety_role_takes_two_people(room, as_, neighbour):
    as_(room.safe).post("role_add", neighbour, role="deputy")
    row = role_of(neighbour, "deputy")
    assert "Two people give this role" in as_(room.safe).post_and_read("role_grant", row)
    assert "deputy" not in roles_of(neighbour)


def test_a_safeguarding_lead_gives_no_other_role(room, as_, neighbour):
    as_(room.safe).post("role_add", neighbour, role="organiser", programme=room.programme.pk)
    row = role_of(neighbour, "organiser")
    assert row.granted_at is None
    assert as_(room.safe).post("role_grant", row).status_code == 403


def test_a_young_person_can_only_take_part(room, as_):
    text = as_(room.admin).post_and_read("role_add", room.child, role="organiser", programme=room.programme.pk)
    assert "18 or more" in text
    assert not Membership.objects.filter(person=room.child, role="organiser").exists()


def test_the_same_role_is_not_proposed_twice(room, as_, neighbour):
    for _twice in range(2):
        text = as_(room.lead).post_and_read("role_add", neighbour, role="mentor", programme=room.programme.pk)
    assert "already" in text
    assert Membership.objects.filter(person=neighbour, role="mentor").count() == 1


def test_a_yes_is_not_said_twice(room):
    row = role_of(room.mentor, "mentor")
    with pytest.raises(Refused, match="already"):
        actions.grant_role(by=room.admin, membership=row)


def test_the_no_of_a_safeguarding_lead_stands(room, as_, neighbour):
    """A veto that an admin undoes with one click is none."""
    as_(room.lead).post("role_add", neighbour, role="mentor", programme=room.programme.pk)
    as_(room.safe).post("role_end", role_of(neighbour, "mentor"))
    text = as_(room.admin).post_and_read("role_add", neighbour, role="mentor", programme=room.programme.pk)
    assert "The safeguarding lead said no" in text
    row = actions.propose_role(by=room.safe, person=neighbour, role="mentor", programme=room.programme)
    assert actions.grant_role(by=room.admin, membership=row).granted_at


def test_an_admin_never_ends_a_safety_role(room, as_):
    assert as_(room.admin).post("role_end", role_of(room.safe, "safeguarding")).status_code == 403


def test_rights_end_with_the_next_request(room, as_):
    lead = as_(room.lead)
    assert lead.get("people").status_code == 200
    actions.end_role(by=room.admin, membership=role_of(room.lead, "lead"))
    assert lead.get("people").status_code == 404


def test_a_dated_role_counts_until_its_day(room, neighbour):
    today = timezone.localdate()
    row = actions.propose_role(
        by=room.lead, person=neighbour, role="organiser", programme=room.programme, until=today + timedelta(days=1)
    )
    actions.grant_role(by=room.admin, membership=row)
    assert "organiser" in roles_of(neighbour)
    assert "organiser" not in roles_of(neighbour, today + timedelta(days=1))


def test_a_dated_role_can_be_ended_before_its_day(room, neighbour):
    row = give_role(neighbour, "organiser", room.programme, until=timezone.localdate() + timedelta(days=90))
    actions.end_role(by=room.admin, membership=row)
    assert "organiser" not in roles_of(neighbour)
    with pytest.raises(Refused, match="ended already"):
        actions.end_role(by=room.admin, membership=row)


def test_a_role_cannot_end_before_it_begins(room, neighbour):
    with pytest.raises(Refused, match="has to lie ahead"):
        actions.propose_role(by=room.admin, person=neighbour, role="organiser", until=timezone.localdate())


def test_roles_end_with_the_programme(room, as_):
    lead = as_(room.lead)
    assert lead.get("people").status_code == 200
    Programme.objects.filter(pk=room.programme.pk).update(ends=timezone.localdate() - timedelta(days=1))
    assert lead.get("people").status_code == 404
    room.programme.refresh_from_db()
    with pytest.raises(Refused, match="has ended"):
        actions.propose_role(by=room.admin, person=room.listed, role="mentor", programme=room.programme)


def test_anybody_ends_their_own_role(room, as_):
    as_(room.mentor).post("role_end", role_of(room.mentor, "mentor"))
    assert not actions.live_roles(room.mentor).exists()


def test_the_only_admin_cannot_leave_the_hub_without_one(room, as_):
    row = role_of(room.admin, "admin")
    assert "the only hub admin" in as_(room.admin).post_and_read("role_end", row)
    give_role(room.listed, "admin")
    actions.end_role(by=room.admin, membership=row)


def test_the_only_safeguarding_lead_stays_while_young_people_take_part(room):
    room.hub.takes_under_18s = True
    room.hub.save()
    with pytest.raises(Refused, match="only safeguarding lead"):
        actions.end_role(by=room.safe, membership=role_of(room.safe, "safeguarding"))


def test_a_lead_ends_a_youth_role_of_their_programme_and_of_no_other(room, as_):
    row = role_of(room.child, "mentee")
    assert as_(room.other_lead).post("role_end", row).status_code == 404
    assert as_(room.lead).post("role_end", row).status_code == 302


def test_the_list_of_roles_is_for_staff_and_shows_what_waits(room, as_, neighbour):
    actions.propose_role(by=room.lead, person=neighbour, role="mentor", programme=room.programme)
    text = as_(room.admin).get("roles").content.decode()
    assert "Nel Neighbour: Mentor" in text and "Waits for you" in text
    assert as_(room.mentor).get("roles").status_code == 404
    assert "Nel Neighbour" not in as_(room.other_lead).get("roles").content.decode()


def test_a_role_of_another_hub_was_never_there(room, as_):
    row = role_of(room.stranger, "admin")
    for route in ("role", "role_end"):
        assert as_(room.admin).get(route, row).status_code == 404


def test_a_mentor_without_everything_in_order_is_none_yet(room):
    assert "mentor" not in roles_of(room.mentor)
    in_order(room.mentor)
    assert "mentor" in roles_of(room.mentor)
