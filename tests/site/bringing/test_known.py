"""Bringing the same list in again is safe; a list changes nobody its bringer may not change; dates only protect."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from tests.site.bringing.conftest import Driver, words_of
from upwell_site.connect.models import Ask, Offer
from upwell_site.core import merging
from upwell_site.core.actions.people import claim_born
from upwell_site.core.bringing import ages
from upwell_site.core.models import Membership, Organisation, Person
from upwell_site.core.models.person import adult_day
from upwell_site.core.text import fold

MENTORS = (
    "id,name,email,born,postcode,skills,languages,availability,travel_km,mode,capacity,cleared\n"
    "M-1,Amina Khan,amina@example.org,1980-05-01,LS6 1AB,maths; coding,en; pl,tue-eve,8,either,2,yes\n"
    "M-2,Tom Okafor,,,LS7 3AA,maths,en,sat-am,5,online,1,no\n"
)
MENTEES = (
    "id,name,email,goals,languages,availability,lat,lon\n"
    "M-1,Jo Bright,jo@example.org,maths,en,tue-eve,53.8,-1.5\n"
    "M-2,Kai Osei,,coding,en,sat-am,53.81,-1.52\n"
)


def person(hub, name, **fields):
    return Person.objects.create(hub=hub, name=name, folded=fold(name), **fields)


def counts(driver, kind, body, **more):
    driver.upload(kind, body, **more)
    assert driver.batch.found["problems"] == []
    found = driver.batch.found["counts"]
    return tuple(found[name] for name in ("new", "joins", "changed", "known"))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("people", "id,name,email,phone\n1,Amina Khan,amina@example.org,0113 496 0000\n,Tom Okafor,,\n,Jo,jo@a.org,\n"),
        ("organisations", "name,sector,web\nMeadow Library,council,example.org\nSt Aidan's,faith group,\n"),
        ("mentees", MENTEES),
        ("mentors", MENTORS),
    ],
)
def test_the_same_file_twice_makes_nothing_new(lead, here, kind, body):
    where = str(here.mentoring.pk) if kind == "people" else None
    rows = body.count("\n") - 1
    assert counts(lead, kind, body, where=where)[0] == rows
    lead.post("load")
    before = (Person.objects.count(), Organisation.objects.count(), Membership.objects.count(), Ask.objects.count())
    assert counts(lead, kind, body, where=where) == (0, 0, 0, rows)
    assert "very file" in " ".join(lead.batch.found["notes"])
    lead.post("load")
    after = (Person.objects.count(), Organisation.objects.count(), Membership.objects.count(), Ask.objects.count())
    assert before == after


def test_number_1_of_the_mentors_is_not_number_1_of_the_mentees(lead):
    lead.bring_in("mentees", MENTEES)
    lead.bring_in("mentors", MENTORS)
    assert {p.name for p in Person.objects.filter(outside_id__endswith=":M-1")} == {"Jo Bright", "Amina Khan"}


def test_mentees_take_part_and_mentors_are_only_proposed(lead, here):
    lead.upload("mentees", MENTEES)
    fields = lead.batch.found["fields"]
    assert lead.batch.found["sample"][0][1 + fields.index("goals")] == "maths"  # shown as read, not only the person
    lead.post("load")
    lead.bring_in("mentors", MENTORS)
    roles = Membership.objects.filter(programme=here.mentoring, person__outside_id__gt="")
    assert set(roles.filter(granted_at__isnull=True).values_list("role", flat=True)) == {"mentor"}
    assert set(roles.filter(granted_at__isnull=False).values_list("role", flat=True)) == {"mentee"}
    offer = Offer.objects.get(person__name="Amina Khan")
    assert (offer.cleared, offer.capacity, offer.slots, offer.mode) == (True, 2, ["tue-eve"], "either")
    assert offer.person.standings.count() == 0  # what the file says about checks is kept as what the file says
    assert round(offer.lat, 1) == 53.8


def test_a_list_without_names_takes_its_numbers(lead):
    body = "id,lat,lon,goals,languages,availability,organisation,travel_km\nmentee-7,53.8,-1.5,maths,en,sat-am,,5\n"
    lead.bring_in("mentees", body)
    someone = Person.objects.get(name="mentee-7")
    Person.objects.filter(pk=someone.pk).update(name="Jo Bright", folded="jo bright")
    assert counts(lead, "mentees", body) == (0, 0, 0, 1)  # a name given by hand stays


def test_what_differs_is_shown_and_changed(admin):
    admin.bring_in("people", "id,name,phone\n7,Amina Khan,0113 496 0000\n")
    answer = admin.upload("people", "id,name,phone,about\n7,Amina Khan,0113 496 1111,\n")
    assert "1 is known and changes" in words_of(answer)
    assert admin.batch.found["changes"] == [[2, "phone", "0113 496 0000", "0113 496 1111"]]
    admin.post("load")
    assert Person.objects.get(name="Amina Khan").phone == "0113 496 1111"


def test_a_list_never_changes_the_address_of_somebody_who_signs_in(admin):
    admin.bring_in("people", "id,name,email\n7,Amina Khan,amina@example.org\n")
    Person.objects.filter(name="Amina Khan").update(user=_user())
    admin.upload("people", "id,name,email\n7,Amina Khan,thief@example.org\n")
    assert admin.batch.found["counts"]["kept"] == 1
    admin.post("load")
    assert Person.objects.get(name="Amina Khan").email == "amina@example.org"


def _user():
    from upwell_site.core.models import User

    return User.objects.create_user("amina@example.org")


def test_an_organiser_adds_people_and_changes_none(organiser, here):
    where = str(here.mentoring.pk)
    organiser.bring_in("people", "id,name,phone\n7,Amina Khan,0113 496 0000\n", where=where)
    organiser.upload("people", "id,name,phone\n7,Eve,0113 496 6666\n", where=where)
    assert organiser.batch.found["counts"]["kept"] == 1
    organiser.post("load")
    assert Person.objects.get(outside_id__endswith=":7").name == "Amina Khan"


def test_guessing_an_address_gives_nobody_a_way_to_somebody_elses_person(lead, here):
    """Without this, a lead could pull anybody of the hub into their programme by name and address, and read them."""
    stranger = person(here.hub, "Amina Khan", email="amina@example.org", phone="0113 496 0000")
    lead.bring_in("people", "name,email\nAmina Khan,amina@example.org\n", where=str(here.mentoring.pk))
    assert not Membership.objects.filter(person=stranger).exists()
    assert Person.objects.filter(name="Amina Khan").count() == 2


def test_an_admin_meets_the_same_person_again_by_name_and_address(admin, here):
    person(here.hub, "Amina Khan", email="Amina@Example.org")
    assert counts(admin, "people", "name,email\nAMINA KHAN,amina@example.org\n")[0] == 0
    assert counts(admin, "people", "name,email\nAmina Kahn,amina@example.org\n")[0] == 1


def test_nobody_brings_themselves_a_role(lead, here):
    me = here.lead
    body = f"name,email,skills,cleared\n{me.name},{me.email},maths,yes\n"
    lead.bring_in("mentors", body)
    assert Offer.objects.filter(person=me).exists()
    assert not Membership.objects.filter(person=me, role="mentor").exists()


# ---- dates of birth ----

TODAY = date.today()
YOUNG = TODAY.replace(year=TODAY.year - 14, day=1)
GROWN = date(1980, 5, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("born", [YOUNG, GROWN, TODAY - timedelta(days=1)])
@pytest.mark.parametrize(
    "before",
    [{}, {"born": GROWN, "adult_on": date(1998, 5, 1), "listed": True}, {"born": YOUNG, "adult_on": adult_day(YOUNG)}],
)
def test_lists_and_hands_take_a_date_of_birth_alike(here, born, before):
    """`ages.claimed` is `claim_born` for many; when one changes, so must the other."""
    one, two = person(here.hub, "One", **before), person(here.hub, "Two", **before)
    claim_born(by=here.lead, person=one, born=born)
    for name, value in ages.claimed(two, born, here.lead, TODAY).items():
        setattr(two, name, value)
    two.save()
    one.refresh_from_db()
    two.refresh_from_db()
    for name in ("born", "adult_on", "born_claimed", "listed"):
        assert getattr(one, name) == getattr(two, name), name


def test_a_date_raises_protection_at_once_and_lowers_it_never(admin, here):
    admin.bring_in("people", f"id,name,born\n1,Kim,{YOUNG}\n2,Lou,{GROWN}\n")
    kim, lou = Person.objects.get(name="Kim"), Person.objects.get(name="Lou")
    assert (kim.born, kim.is_adult) == (YOUNG, False)
    assert (lou.born, lou.born_claimed, lou.born_claimed_by_id, lou.is_adult) == (None, GROWN, here.admin.pk, False)
    admin.bring_in("people", f"id,name,born\n1,Kim,{GROWN}\n2,Lou,{GROWN}\n")
    kim.refresh_from_db()
    assert (kim.born, kim.born_claimed, kim.is_adult) == (YOUNG, GROWN, False)


def test_a_confirmed_adult_becomes_young_at_once_and_undoing_needs_a_second_person(admin, here):
    lou = person(here.hub, "Lou", outside_id=":people:2", born=GROWN, adult_on=date(1998, 5, 1), listed=True)
    admin.bring_in("people", f"id,name,born\n2,Lou,{YOUNG}\n")
    lou.refresh_from_db()
    assert (lou.is_adult, lou.listed) == (False, False)
    admin.post("undo")
    lou.refresh_from_db()
    assert not lou.is_adult
    assert (lou.born_claimed, lou.born_claimed_by_id) == (GROWN, here.admin.pk)


def test_a_date_read_day_first_is_told(admin):
    answer = admin.upload("people", "name,born\nKim,03/04/2009\n")
    assert "Dates are read day first: 03/04/2009 is 3 April 2009." in words_of(answer)


# ---- taking back ----


def test_taking_back_leaves_the_hub_as_it_was(lead, here):
    before = (Person.objects.count(), Membership.objects.count())
    batch = lead.bring_in("mentees", MENTEES)
    answer = lead.post("undo")
    assert "2 that the list had made are gone" in words_of(answer)
    assert (Person.objects.count(), Membership.objects.count()) == before
    assert not Ask.objects.exists()
    assert all(row.before == {} for row in batch.rows.all())


def test_taking_back_twice_happens_once(admin):
    admin.bring_in("people", "name\nAmina Khan\n")
    admin.post("undo")
    answer = admin.post("undo")
    assert answer.status_code == 200
    assert "taken back already" in words_of(answer)
    assert admin.batch.state == "undone"


def test_changes_are_put_back_unless_changed_again_since(admin):
    admin.bring_in("people", "id,name,phone,about\n1,Kim,0113 496 0000,old\n2,Lou,0113 496 0001,old\n")
    admin.bring_in("people", "id,name,phone,about\n1,Kim,0113 496 9999,new\n2,Lou,0113 496 9998,new\n")
    Person.objects.filter(name="Lou").update(about="by hand")
    answer = admin.post("undo")
    kim, lou = Person.objects.get(name="Kim"), Person.objects.get(name="Lou")
    assert (kim.phone, kim.about) == ("0113 496 0000", "old")
    assert (lou.phone, lou.about) == ("0113 496 0001", "by hand")
    assert "1 field was changed again" in words_of(answer)


def test_what_was_used_since_stays_and_is_counted(lead, here):
    from upwell_site.connect.models import Pair

    lead.bring_in("mentors", MENTORS)
    lead.bring_in("mentees", MENTEES)
    jo, amina = Person.objects.get(name="Jo Bright"), Person.objects.get(name="Amina Khan")
    Pair.objects.create(hub=here.hub, round=here.round, programme=here.mentoring, mentee=jo, mentor=amina, score=1)
    answer = lead.post("undo")
    assert "1 that the list had made is gone" in words_of(answer)
    assert "1 stays" in words_of(answer)
    assert Person.objects.filter(name="Jo Bright").exists()
    assert Ask.objects.filter(person=jo).exists()
    assert Membership.objects.filter(person=jo).exists()
    assert not Person.objects.filter(name="Kai Osei").exists()


def test_a_role_granted_since_keeps_its_person(lead, here):
    lead.bring_in("mentors", MENTORS)
    amina = Person.objects.get(name="Amina Khan")
    Membership.objects.filter(person=amina).update(granted_at=timezone.now(), granted_by=here.admin)
    lead.post("undo")
    assert Membership.objects.filter(person=amina, role="mentor").exists()
    assert not Person.objects.filter(name="Tom Okafor").exists()


def test_somebody_who_signs_in_by_now_stays(admin):
    admin.bring_in("people", "name\nAmina Khan\n")
    Person.objects.filter(name="Amina Khan").update(user=_user())
    admin.post("undo")
    assert Person.objects.filter(name="Amina Khan").exists()


def test_only_who_brought_it_in_or_an_admin_takes_it_back(lead, organiser, admin, here):
    lead.bring_in("people", "name\nAmina Khan\n", where=str(here.mentoring.pk))
    assert organiser.post("undo").status_code == 404
    assert Person.objects.filter(name="Amina Khan").exists()
    assert "gone" in words_of(admin.post("undo"))


def test_a_role_lost_meanwhile_stops_the_list(here):
    driver = Driver(here, here.lead)
    driver.upload("mentees", MENTEES)
    Membership.objects.filter(person=here.lead).update(until=timezone.localdate())
    assert driver.post("load").status_code == 404
    assert not Ask.objects.exists()


def test_a_list_of_a_lead_claims_nobody_adult_who_is_here(lead, here):
    """What a lead may not write by hand, a list of theirs does not write either; what protects counts at once."""
    lead.bring_in("mentors", MENTORS.replace("1980-05-01", ""))
    older = MENTORS.replace("1980-05-01", "1981-06-02")
    lead.bring_in("mentors", older)
    amina = Person.objects.get(name="Amina Khan")
    assert (amina.born, amina.born_claimed) == (None, None)
    young = date.today().year - 15
    lead.bring_in("mentors", MENTORS.replace("1980-05-01", f"{young}-05-01"))
    amina.refresh_from_db()
    assert amina.born == date(young, 5, 1)


def test_somebody_who_asked_to_be_found_is_not_brought_into_a_programme_by_that(lead, here):
    """Knowing an address and a name is not enough to learn a phone number and a date of birth."""
    found = person(here.hub, "Ada Open", email="ada@example.org", phone="0113 496 0000", born=date(1980, 1, 1))
    Person.objects.filter(pk=found.pk).update(listed=True, adult_on=date(1998, 1, 1))
    lead.bring_in("people", "name,email\nAda Open,ada@example.org\n", where=str(here.mentoring.pk))
    assert not Membership.objects.filter(person=found).exists()


def test_a_list_finds_who_was_made_one_by_either_number(lead, here):
    """Else the second list would bring the same person in again each month."""
    lists = ["id,name,email\n1,Amina Khan,a@example.org\n", "id,name,email\nS-9,A Khan,khan@example.org\n"]
    for body in lists:
        counts(lead, "people", body, where=str(here.mentoring.pk))
        lead.post("load")
    kept, other = Person.objects.get(name="Amina Khan"), Person.objects.get(name="A Khan")
    merging.merge(by=here.admin, kept=kept, other=other)
    before = Person.objects.count()
    for body in lists:
        assert counts(lead, "people", body, where=str(here.mentoring.pk))[0] == 0
        lead.post("load")
    assert Person.objects.count() == before
