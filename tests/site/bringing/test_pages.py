"""The pages of bringing in: who may, what they say, and that each decision happens once."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.factories.signin import sign_in_user as sign_in
from tests.site.bringing.conftest import Driver, words_of
from upwell_site.connect.models import Ask, Offer
from upwell_site.core.bringing import files
from upwell_site.core.models import Batch, Event, Membership, Organisation, Person

PEOPLE = "id,name,email,postcode\n1,Amina Khan,amina@example.org,LS6 1AB\n2,Tom Okafor,tom@example.org,\n"


def test_a_list_is_read_shown_brought_in_and_its_file_is_gone(admin, here):
    answer = admin.upload("people", PEOPLE, where=str(here.mentoring.pk))
    assert "2 rows, and nothing is wrong with them" in words_of(answer)
    assert "Amina Khan" in words_of(answer)
    assert not Person.objects.filter(name="Amina Khan").exists()

    answer = admin.post("load")

    assert "2 are new" in words_of(answer)
    amina = Person.objects.get(hub=here.hub, name="Amina Khan")
    assert (amina.sector, amina.folded, amina.user_id, amina.adult_on) == ("LS6 1", "amina khan", None, None)
    assert amina.memberships.get().role == Membership.Role.MENTEE
    assert list(files.folder().iterdir()) == []
    event = Event.objects.get(did="bring_in")
    assert event.numbers["new"] == 2
    assert "Amina" not in str(event.numbers)


def test_each_page_of_the_room_opens(admin, lead):
    for driver, kinds in (
        (admin, ["people", "organisations"]),
        (lead, ["people", "organisations", "mentees", "mentors"]),
    ):
        answer = driver.client.get(driver.root)
        assert answer.status_code == 200
        for kind in kinds:
            assert f"list/{kind}/" in answer.content.decode()
            page = driver.client.get(f"{driver.root}list/{kind}/")
            assert page.status_code == 200
            assert "Must it be filled?" in words_of(page)


def test_a_kind_that_is_not_ones_own_leads_back(admin):
    assert admin.client.get(f"{admin.root}list/mentees/").status_code == 302
    assert admin.client.get(f"{admin.root}list/votes/").status_code == 302
    assert admin.client.get(f"{admin.root}template/votes/").status_code == 302


def test_who_holds_no_role_for_it_finds_nothing(here, there):
    for person in (here.mentee, there.admin, there.lead):
        client = Client()
        sign_in(client, person.user)
        for page in ("", "list/people/", "template/people/"):
            assert client.get(f"/h/here/bring-in/{page}").status_code == 404
    assert Client().get("/h/here/bring-in/").status_code == 404


def test_a_lead_brings_people_into_their_own_programme_only(lead, here):
    answer = lead.upload("people", PEOPLE, where=str(here.other.pk))
    assert answer.status_code == 400
    assert lead.upload("people", PEOPLE, where="").status_code == 400
    assert not Batch.objects.exists()


def test_another_hubs_batch_was_never_there(admin, there):
    theirs = Driver(there, there.admin)
    theirs.upload("people", PEOPLE)
    number = theirs.batch.pk
    for page in ("", "columns/", "problems/"):
        assert admin.client.get(f"{admin.root}{number}/{page}").status_code == 404
    for page in ("load", "drop", "undo", "again", "stop", "columns"):
        assert admin.client.post(f"{admin.root}{number}/{page}/").status_code == 404


def test_somebody_elses_batch_is_not_mine_to_bring_in(admin, lead, organiser, here):
    lead.upload("people", PEOPLE, where=str(here.mentoring.pk))
    number = lead.batch.pk
    assert organiser.client.get(f"{organiser.root}{number}/").status_code == 404
    assert admin.client.get(f"{admin.root}{number}/").status_code == 200
    assert admin.client.post(f"{admin.root}{number}/load/").status_code == 403
    assert not Person.objects.filter(name="Amina Khan").exists()


def test_bringing_in_twice_in_a_row_happens_once(admin):
    admin.upload("people", PEOPLE)
    once = "a-key-for-this-form-00001"
    for _ in range(2):
        assert admin.post("load", once=once).status_code == 200
    admin.post("load")
    assert Person.objects.filter(name="Amina Khan").count() == 1
    assert Event.objects.filter(did="bring_in").count() == 1


def test_the_same_upload_form_sent_twice_makes_one_batch(admin):
    from django.core.files.uploadedfile import SimpleUploadedFile

    for _ in range(2):
        data = {"where": "", "file": SimpleUploadedFile("a.csv", PEOPLE.encode()), "once": "a-key-for-this-form-00002"}
        assert admin.client.post(f"{admin.root}list/people/", data).status_code == 302
    assert Batch.objects.count() == 1
    assert len([path for path in files.folder().iterdir() if path.suffix != ".problems"]) == 1


def test_put_away_takes_the_file_with_it(admin):
    admin.upload("people", PEOPLE)
    answer = admin.post("drop")
    assert "Nothing was brought in" in words_of(answer)
    assert list(files.folder().iterdir()) == []
    assert "Nothing was brought in" in words_of(admin.client.get(f"{admin.root}{admin.batch.pk}/"))
    assert admin.post("load").status_code == 200
    assert not Person.objects.filter(name="Amina Khan").exists()


def test_a_wrong_guess_of_a_heading_can_be_changed(admin):
    admin.upload("people", "Who,Known as\nAmina Khan,Mina\n")
    assert admin.batch.found["blocked"]
    answer = admin.post("columns", column_0="name", column_1="")
    assert "1 row, and nothing is wrong with it" in words_of(answer)
    answer = admin.client.post(f"{admin.root}{admin.batch.pk}/columns/", {"column_0": "name", "column_1": "name"})
    assert answer.status_code == 400
    admin.post("load")
    assert Person.objects.filter(name="Amina Khan").exists()


@pytest.mark.parametrize("heading", ["role", "is_admin", "password", "dbs_number", "user_id", "adult_on"])
def test_a_refused_column_stops_the_list_until_it_is_left_out(admin, heading):
    answer = admin.upload("people", f"name,{heading}\nAmina Khan,admin\n")
    assert "may not be brought in" in words_of(answer)
    admin.post("load")
    assert not Person.objects.filter(name="Amina Khan").exists()
    admin.post("columns", column_0="name", column_1="about", leave_out="on")  # a forged meaning changes nothing
    admin.post("load")
    amina = Person.objects.get(name="Amina Khan")
    assert (amina.about, amina.user_id, amina.adult_on) == ("", None, None)
    assert not Membership.objects.filter(person=amina).exists()


def test_rows_with_problems_stay_out_only_when_their_number_is_agreed(admin):
    admin.upload("people", "name,email\nAmina Khan,amina@example.org\n,nobody@example.org\nTom,not an address\n")
    assert admin.batch.found["bad"] == 2
    for wrong in ({}, {"leave_out_bad": "1"}, {"leave_out_bad": "x"}):
        admin.post("load", **wrong)
        assert not Person.objects.filter(name="Amina Khan").exists()
    answer = admin.post("load", leave_out_bad="2")
    assert "2 rows were left out" in words_of(answer)
    assert Person.objects.filter(name="Amina Khan").exists()
    assert not Person.objects.filter(name="Tom").exists()


def test_all_problems_can_be_taken_away_as_a_spreadsheet(admin):
    rows = "\n".join(f"Person {n},=cmd|{n}" for n in range(250))
    answer = admin.upload("people", f"name,email\n{rows}\n")
    assert "250 things to put right" in words_of(answer)
    assert len(admin.batch.found["problems"]) == 200
    taken = admin.client.get(f"{admin.root}{admin.batch.pk}/problems/").content.decode("utf-8-sig")
    assert taken.count("\n") == 251
    assert "list.csv,251,email," in taken.replace("\r", "")
    assert ",=cmd" not in taken


def test_the_template_comes_back_as_it_was_sent(admin, lead, here):
    for driver, kind, where in (
        (admin, "people", ""),
        (admin, "organisations", ""),
        (lead, "mentees", str(here.round.pk)),
        (lead, "mentors", str(here.round.pk)),
    ):
        book = driver.client.get(f"{driver.root}template/{kind}/").content
        sheets = CalamineWorkbook.from_filelike(io.BytesIO(book)).sheet_names
        assert sheets[1] == "Column guide"
        answer = driver.upload(kind, book, name=f"{kind}.xlsx", where=where)
        assert "nothing is wrong" in words_of(answer), driver.batch.found
        assert "example row of our template" in words_of(answer)
        driver.post("load")
        assert driver.batch.state == "done"
        plain = driver.client.get(f"{driver.root}template/{kind}/?as=csv").content
        driver.upload(kind, plain, where=where)
        counts = driver.batch.found["counts"]
        assert (counts["new"], counts["joins"], counts["changed"], counts["known"]) == (0, 0, 0, 1), (kind, counts)
    assert Organisation.objects.get(hub=here.hub).org_id == "GB-CHC-1234567"
    assert Ask.objects.get(hub=here.hub).tags == ["maths", "public-speaking"]
    assert Offer.objects.get(hub=here.hub).capacity == 2


def test_a_file_that_is_too_large_is_refused_on_the_form(admin, settings):
    settings.UPLOAD_LIMIT_MB = 0
    answer = admin.upload("people", PEOPLE)
    assert answer.status_code == 400
    assert "larger than" in words_of(answer)


def test_an_empty_post_is_answered(admin):
    assert admin.client.post(f"{admin.root}list/people/").status_code == 400
    admin.upload("people", PEOPLE)
    for page in ("columns", "load", "again", "stop", "drop", "undo"):
        assert admin.client.post(f"{admin.root}{admin.batch.pk}/{page}/").status_code in (200, 302, 400)
    assert admin.client.get(f"{admin.root}{admin.batch.pk}/load/").status_code == 405
