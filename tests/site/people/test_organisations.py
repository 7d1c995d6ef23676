"""Organisations and programmes: found, added once, changed by those who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from upwell_site.core.actions import organisations as actions
from upwell_site.core.models import Organisation, Programme
from upwell_site.core.refused import Refused

pytestmark = pytest.mark.django_db
NEW = {"name": "Leeds City Council", "sector": "council", "level": "local"}


def test_an_organiser_adds_an_organisation_and_finds_it(room, as_):
    organiser = as_(room.organiser)
    organiser.post("organisation_add", **NEW, org_id="gb-lae-lds", web="leeds.gov.uk")
    row = Organisation.objects.get(name="Leeds City Council")
    assert (row.org_id, row.web, row.hub) == ("GB-LAE-LDS", "https://leeds.gov.uk", room.hub)
    assert "Leeds City Council" in organiser.get("organisations", query="?q=leeds").content.decode()
    assert "Leeds City Council" not in organiser.get("organisations", query="?sector=school").content.decode()


@pytest.mark.parametrize("number", ["1234567", "GB", "GB_CHC_1", "javascript:1"])
def test_a_number_that_is_in_no_register_is_explained(room, as_, number):
    text = as_(room.organiser).post("organisation_add", **NEW, org_id=number).content.decode()
    assert "GB-CHC-" in text and "Error:" in text
    assert not Organisation.objects.filter(name="Leeds City Council").exists()


def test_each_name_is_there_once_whatever_its_capitals(room, as_):
    text = as_(room.admin).post("organisation_add", **{**NEW, "name": "GIPTON  school"}).content.decode()
    assert "of this name already" in text


def test_the_same_name_in_another_hub_is_another_organisation(room, as_):
    actions.add(by=room.stranger, hub=room.there, name="Gipton School", sector="school")
    assert Organisation.objects.filter(name="Gipton School").count() == 2


def test_an_organisation_is_no_part_of_itself(room):
    part = actions.add(by=room.admin, hub=room.hub, name="Sixth form", sector="school", within=room.organisation)
    for within in (part, room.organisation):
        with pytest.raises(Refused, match="part of itself"):
            actions.edit(by=room.admin, organisation=room.organisation, name="Gipton School", within=within)


@pytest.mark.parametrize("who", ["mentor", "child"])
def test_people_who_take_part_read_and_do_not_change(room, as_, who):
    browser = as_(getattr(room, who))
    assert browser.get("organisation", room.organisation).status_code == 200
    assert browser.post("organisation_edit", room.organisation, **NEW).status_code == 403
    assert browser.post("organisation_add", **NEW).status_code == 404


def test_its_page_names_only_people_one_may_see(room, as_):
    room.mentor.organisation = room.organisation
    room.mentor.save()
    assert "Mo Mentor" in as_(room.lead).get("organisation", room.organisation).content.decode()
    assert "Mo Mentor" not in as_(room.child).get("organisation", room.organisation).content.decode()


# ---- programmes ----


def test_a_visitor_sees_public_programmes_only_and_nobody_in_them(room, as_):
    visitor = as_()
    text = visitor.get("programmes").content.decode()
    assert "Mentors of Spring Lane" in text and "Reading in the yard" not in text
    assert "Mo Mentor" not in visitor.get("programme", room.programme).content.decode()
    assert visitor.get("programme", room.other).status_code == 404


def test_a_lead_sees_who_is_in_it_by_role(room, as_):
    text = as_(room.lead).get("programme", room.programme).content.decode()
    assert "Mo Mentor" in text and "Chidi Child" in text
    assert "Mo Mentor" not in as_(room.child).get("programme", room.programme).content.decode()


def test_adding_a_programme_gives_no_role_in_it(room, as_):
    answer = as_(room.lead).post("programme_add", name="Walks", kind="other")
    row = Programme.objects.get(name="Walks")
    assert answer.status_code == 302
    assert as_(room.lead).get("programme", row).status_code == 404
    assert as_(room.lead).post("programme_edit", row, name="Mine").status_code == 404


def test_a_lead_changes_their_own_programme_only(room, as_):
    Programme.objects.filter(pk=room.other.pk).update(public=True)
    data = {"name": "New name", "kind": "other"}
    assert as_(room.lead).post("programme_edit", room.other, **data).status_code == 403
    assert as_(room.lead).post("programme_edit", room.programme, **data).status_code == 302


def test_a_last_day_before_the_first_is_refused(room, as_):
    today = timezone.localdate()
    text = as_(room.admin).post("programme_add", name="W", kind="other", starts=today, ends=today - timedelta(days=1))
    assert "comes before the first" in text.content.decode()


def test_two_programmes_of_one_name_are_refused(room, as_):
    text = as_(room.admin).post("programme_add", name="reading in the YARD", kind="other").content.decode()
    assert "of this name already" in text
