"""People: who sees whom, what is written about them, and how an age becomes known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from tests.factories.people import BORN_ADULT, child_born, give_role, make_person
from upwell_site.core.actions import people as actions
from upwell_site.core.models import Event, Membership, Person, Programme
from upwell_site.core.refused import Refused

pytestmark = pytest.mark.django_db


def html(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_organiser_sees_the_people_of_their_programme_and_nobody_else(room, as_):
    text = html(as_(room.organiser).get("people"))
    assert "Mo Mentor" in text and "Chidi Child" in text
    assert "Ada Admin" not in text and "Liz Listed" in text  # listed: an organiser is a participant too


def test_an_organiser_sees_that_somebody_is_young_and_no_date_of_birth(room, as_):
    text = html(as_(room.organiser).get("person", room.child))
    assert "Under 18" in text
    assert "Date of birth" not in text and "chidi@example.org" not in text


def test_an_organiser_sees_how_to_reach_adults_who_agreed(room, as_):
    assert "mo@example.org" in html(as_(room.organiser).get("person", room.mentor))
    Person.objects.filter(pk=room.mentor.pk).update(contact_ok=False)
    assert "mo@example.org" not in html(as_(room.organiser).get("person", room.mentor))


def test_a_lead_sees_the_date_of_birth_in_their_own_programme_only(room, as_):
    assert "Date of birth" in html(as_(room.lead).get("person", room.child))
    assert as_(room.other_lead).get("person", room.child).status_code == 404


def test_somebody_with_a_dated_role_is_still_seen_by_their_lead(room, as_):
    """A role that ends next month is a role today."""
    dated = make_person(room.hub, "Dana Dated")
    give_role(dated, "mentee", room.programme, until=timezone.localdate() + timedelta(days=30))
    assert as_(room.lead).get("person", dated).status_code == 200


def test_a_participant_sees_a_listed_person_by_name_and_words_only(room, as_):
    text = html(as_(room.mentor).get("person", room.listed))
    assert "I mend bicycles." in text and "How to reach" not in text and "Roles" not in text
    assert as_(room.mentor).get("person", room.organiser).status_code == 404


def test_a_participant_has_no_list_of_people(room, as_):
    assert as_(room.mentor).get("people").status_code == 404


def test_search_finds_a_part_of_a_name_without_accents(room, as_):
    make_person(room.hub, "Zoë Łukasz")
    text = html(as_(room.admin).get("people", query="?q=zoe+lukasz"))
    assert "Zoë Łukasz" in text and "Mo Mentor" not in text


def test_the_list_can_be_kept_to_a_programme_and_a_role(room, as_):
    text = html(as_(room.admin).get("people", query=f"?programme={room.programme.pk}&role=mentor"))
    assert "Mo Mentor" in text and "Lena Lead" not in text and "Chidi Child" not in text


def test_an_organiser_cannot_ask_who_is_in_a_programme_they_only_read_about(room, as_):
    """The other programme is not theirs: asking for it narrows nothing and tells nothing."""
    Programme.objects.filter(pk=room.other.pk).update(public=True)
    give_role(room.mentor, "mentee", room.other)
    text = html(as_(room.organiser).get("people", query=f"?programme={room.other.pk}"))
    assert "Chidi Child" in text


def test_a_long_list_comes_fifty_at_a_time_and_shows_everybody_once(room, as_):
    for number in range(60):
        make_person(room.hub, f"Person {number:03}", user=False)
    client = as_(room.admin).client
    address, seen = "/h/here/people/", []
    while address:
        answer = client.get(address)
        page = answer.context["page"]
        assert len(page.rows) <= 50
        seen += [row.pk for row in page.rows]
        address = page.more
    assert len(seen) == len(set(seen)) == Person.objects.filter(hub=room.hub).count()


@pytest.mark.parametrize("route", ["people", "roles", "organisations", "programmes", "trainings"])
def test_the_number_of_queries_does_not_grow_with_the_rows(room, as_, route, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from upwell_site.core.models import Organisation, Training

    def more(start: int, stop: int) -> None:
        for number in range(start, stop):
            person = make_person(room.hub, f"Person {number}", user=False)
            give_role(person, "mentee", room.programme)
            Organisation.objects.create(hub=room.hub, name=f"Org {number}", folded=f"org {number}", sector="school")
            Programme.objects.create(hub=room.hub, name=f"Programme {number}", public=True)
            Training.objects.create(hub=room.hub, name=f"Training {number}", programme=room.programme)

    admin, counts = as_(room.admin), []
    for start, stop in ((0, 3), (3, 30)):
        more(start, stop)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            admin.get(route)
        counts.append(len(queries))
    assert counts[0] == counts[1], counts


def test_the_pages_of_a_programme_ask_as_often_for_three_people_as_for_thirty(room, as_):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    lead = as_(room.lead)
    for route in ("programme", "programme_standing"):
        counts = []
        for round_number, many in enumerate((3, 27)):
            for number in range(many):
                mentor = make_person(room.hub, f"{route} {round_number} {number}", user=False)
                give_role(mentor, "mentor", room.programme)
            with CaptureQueriesContext(connection) as queries:
                lead.get(route, room.programme)
            counts.append(len(queries))
        assert counts[0] == counts[1], route


def test_a_lead_adds_a_person_who_takes_part_in_their_programme(room, as_):
    text = as_(room.lead).post_and_read("person_add", name="Nia New", programme=room.programme.pk, sector="ls6 1an")
    assert "Nia New" in text
    person = Person.objects.get(hub=room.hub, name="Nia New")
    assert person.sector == "LS6 1" and person.folded == "nia new" and not person.is_adult
    role = Membership.objects.get(person=person)
    assert (role.role, role.granted_by) == ("mentee", room.lead)


def test_a_lead_cannot_add_a_person_to_another_programme_or_to_none(room, as_):
    lead = as_(room.lead)
    for data in ({"programme": room.other.pk}, {}):
        assert lead.post("person_add", name="Nia New", **data).status_code == 200
    assert not Person.objects.filter(name="Nia New").exists()


def test_the_same_form_sent_twice_adds_one_person(room, as_):
    admin = as_(room.admin)
    for _twice in range(2):
        answer = admin.post("person_add", name="Nia New", once="k" * 24)
        assert answer.status_code == 302
    assert Person.objects.filter(hub=room.hub, name="Nia New").count() == 1


def test_what_cannot_be_read_is_refused_in_words(room, as_):
    text = html(as_(room.admin).post("person_add", name="Nia\x00", sector="not a postcode", born="yesterday"))
    assert "broken character" in text and "Write a postcode like LS6 1AN" in text and "Write a day like" in text
    assert "Error:" in text


def test_somebody_changes_their_own_page_and_is_then_found(room, as_):
    mentor = as_(room.mentor)
    answer = mentor.post(
        "person_edit", room.mentor, name="Mo Mentor", about="I cook.", listed="on", languages=["en", "pa"]
    )
    assert answer.status_code == 302
    room.mentor.refresh_from_db()
    assert room.mentor.listed and room.mentor.languages == ["en", "pa"] and not room.mentor.contact_ok


def test_a_young_person_can_never_be_listed(room, as_):
    answer = as_(room.child).post("person_edit", room.child, name="Chidi Child", listed="on")
    assert answer.status_code == 302
    room.child.refresh_from_db()
    assert not room.child.listed
    with pytest.raises(Refused, match="18 or more"):
        actions.edit_person(by=room.child, person=room.child, listed=True)


def test_nobody_lists_somebody_else(room):
    with pytest.raises(Refused, match="Only they themselves"):
        actions.edit_person(by=room.admin, person=room.mentor, listed=True)


def test_a_lead_changes_the_name_and_not_how_to_reach_somebody(room, as_):
    """Contact details are the person's own and the admin's to write."""
    as_(room.lead).post("person_edit", room.mentor, name="Mo M.", email="other@example.org", phone="1")
    room.mentor.refresh_from_db()
    assert (room.mentor.name, room.mentor.email) == ("Mo M.", "mo@example.org")


def test_an_organiser_does_not_edit_people(room, as_):
    assert as_(room.organiser).post("person_edit", room.mentor, name="X").status_code == 403


def test_an_edit_cannot_write_a_field_that_is_not_on_the_form(room, as_):
    as_(room.mentor).post(
        "person_edit", room.mentor, name="Mo", adult_on="1990-01-01", born="1970-01-01", user=1, hub=2
    )
    before = (room.mentor.adult_on, room.mentor.born, room.mentor.user_id, room.mentor.hub_id)
    room.mentor.refresh_from_db()
    assert before == (room.mentor.adult_on, room.mentor.born, room.mentor.user_id, room.mentor.hub_id)


def test_an_organisation_of_another_hub_cannot_be_chosen(room, as_):
    from upwell_site.core.models import Organisation

    Organisation.objects.create(hub=room.there, name="There Ltd", folded="there ltd", sector="business")
    text = html(as_(room.admin).post("person_edit", room.mentor, name="Mo", organisation="There Ltd"))
    assert "We do not know this organisation yet" in text


# ---- age ----


def test_a_young_person_cannot_change_their_date_of_birth(room, as_):
    assert as_(room.child).post("person_born", room.child, born="1980-01-01").status_code == 403
    with pytest.raises(Refused, match="ask somebody who works here"):
        actions.change_born(by=room.child, person=room.child, born=BORN_ADULT)


def test_somebody_of_unknown_age_cannot_either(room, as_):
    unknown = make_person(room.hub, "Uma Unknown", born=None)
    assert as_(unknown).post("person_born", unknown, born="1980-01-01").status_code == 403


def test_an_adult_date_waits_and_a_second_person_confirms_it(room, as_):
    unknown = make_person(room.hub, "Uma Unknown", born=None)
    give_role(unknown, "mentee", room.programme)
    assert as_(room.lead).post("person_born", unknown, born="1980-01-01").status_code == 403
    as_(room.admin).post("person_born", unknown, born="1980-01-01")
    unknown.refresh_from_db()
    assert unknown.born_claimed == date(1980, 1, 1) and not unknown.is_adult

    text = as_(room.admin).post_and_read("people_ages", row=[unknown.pk])
    assert "Somebody else has to confirm" in text
    unknown.refresh_from_db()
    assert not unknown.is_adult

    text = as_(room.safe).post_and_read("people_ages", row=[unknown.pk])
    assert "1 date of birth is confirmed" in text
    unknown.refresh_from_db()
    assert unknown.is_adult and unknown.born_by == room.safe


def test_the_person_themselves_and_the_claimer_never_confirm(room):
    actions.change_born(by=room.admin, person=room.lead, born=date(1970, 1, 1))
    for by in (room.admin, room.lead):
        with pytest.raises(Refused, match="Somebody else"):
            actions.confirm_born(by=by, person=room.lead)


def test_many_are_confirmed_at_once_or_none(room, as_):
    people = [make_person(room.hub, f"Person {n}", born=None, user=False) for n in range(3)]
    for person in people:
        actions.change_born(by=room.admin, person=person, born=BORN_ADULT)
    with pytest.raises(Refused):
        actions.confirm_ages(by=room.safe, people=[people[0], room.mentor])
    assert not Person.objects.get(pk=people[0].pk).is_adult
    as_(room.safe).post("people_ages", row=[p.pk for p in people])
    assert all(Person.objects.get(pk=p.pk).is_adult for p in people)


def test_a_young_date_protects_at_once_and_takes_somebody_off_the_list(room):
    actions.change_born(by=room.admin, person=room.listed, born=child_born(15))
    room.listed.refresh_from_db()
    assert not room.listed.is_adult and not room.listed.listed


@pytest.mark.parametrize("born", [timezone.localdate() + timedelta(days=30), date(1890, 1, 1)])
def test_an_impossible_date_of_birth_is_refused(room, born):
    with pytest.raises(Refused, match="check the date"):
        actions.change_born(by=room.admin, person=room.mentor, born=born)


def test_a_lead_of_another_programme_cannot_confirm(room, as_):
    actions.change_born(by=room.admin, person=room.child, born=BORN_ADULT)
    as_(room.other_lead).post("people_ages", row=[room.child.pk])
    room.child.refresh_from_db()
    assert not room.child.is_adult


def test_every_write_leaves_an_event(room, as_):
    as_(room.admin).post("person_edit", room.mentor, name="Mo")
    event = Event.objects.filter(hub=room.hub, did="edit", to=f"core.person:{room.mentor.pk}").get()
    assert event.by == room.admin


@pytest.mark.parametrize(
    ("text", "sector"),
    [
        ("ls6 1an", "LS6 1"),
        ("LS61AN", "LS6 1"),
        ("LS6", "LS6"),
        (" sw1a  1aa ", "SW1A 1"),
        ("M1 1AE", "M1 1"),
        ("LS6 1", "LS6 1"),
    ],
)
def test_a_postcode_is_kept_as_its_sector(text, sector):
    from upwell_site.core.postcode import sector_of

    assert sector_of(text) == sector


@pytest.mark.parametrize("text", ["", "leeds", "1AA", "LS6 1A", "LS6 1AN 2"])
def test_what_is_no_postcode_is_refused_with_a_sentence(text):
    from upwell_site.core.postcode import sector_of

    with pytest.raises(ValueError, match="Write a postcode like"):
        sector_of(text)
