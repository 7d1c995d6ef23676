"""Who is offered as one person, who never is, and the pages on which somebody decides."""

from __future__ import annotations

import random
from datetime import date

import pytest
from django.urls import reverse

from tests.factories.machinery import make_hub, make_person, make_staff
from tests.factories.signin import sign_in_user
from upwell_site.core import clock, duplicates, jobs, merging
from upwell_site.core.duplicates import One, compare, find
from upwell_site.core.models import Duplicate, Merge, Person


def one(pk=1, name="amina khan", email="", phone="", sector="", born=None, organisation=None) -> One:
    return One(pk, name, email, phone, sector, born, organisation)


DAY = date(2001, 3, 4)
SAME = {
    "name and address": (one(email="a@x.org"), one(2, email="a@x.org")),
    "turned round, and phone": (one(phone="113496012"), one(2, "khan amina", phone="113496012")),
    "a letter, and birthday": (one(name="samira khan", born=DAY), one(2, "samirra khan", born=DAY)),
    "two letters swapped, and birthday": (one(name="brian odell", born=DAY), one(2, "brain odell", born=DAY)),
    "short first name, and address": (one(name="jo nowak", email="a@x.org"), one(2, "j nowak", email="a@x.org")),
    "cut first name, and address": (one(name="alexander reid", email="a@x.org"), one(2, "alex reid", email="a@x.org")),
    "middle name, and postcode and organisation": (
        one(name="ama serwaa mensah", sector="LS8 5", organisation=1, phone="113496012"),
        one(2, "ama mensah", sector="LS8 5", organisation=1, phone="113496012"),
    ),
    "name and postcode": (one(sector="LS8 5"), one(2, sector="LS8 5")),
    "name and birthday": (one(born=DAY), one(2, born=DAY)),
}
NOT = {
    "the name alone": (one(), one(2)),
    "the name and where they work": (one(organisation=1), one(2, organisation=1)),
    "mother and daughter": (one(email="a@x.org", phone="113496012", sector="LS8 5"),
                            one(2, "hana khan", email="a@x.org", phone="113496012", sector="LS8 5")),
    "twins": (one(name="amira khan", email="a@x.org", born=DAY, sector="LS8 5"),
              one(2, "hamza khan", email="a@x.org", born=DAY, sector="LS8 5")),
    "brothers a letter apart": (one(name="ali khan", phone="113496012", born=DAY),
                                one(2, "ari khan", phone="113496012", born=DAY)),
    "father and son of one name": (one(email="a@x.org", born=date(1970, 1, 1)), one(2, email="a@x.org", born=DAY)),
    "first names alone": (one(name="ama", email="a@x.org"), one(2, "amina", email="a@x.org")),
    "no names": (one(name="", email="a@x.org"), one(2, "", email="a@x.org")),
}  # fmt: skip


@pytest.mark.parametrize("case", SAME)
def test_these_are_offered(case):
    a, b = SAME[case]
    assert compare(a, b)
    assert [(two.one, two.other) for two in find([a, b])] == [(1, 2)], "the pair is compared at all"


@pytest.mark.parametrize("case", NOT)
def test_these_are_not(case):
    assert find(NOT[case]) == []


def test_an_address_that_a_whole_school_shares_is_no_reason():
    crowd = [one(n, f"pupil{n} khan", email="office@school.org") for n in range(3, 30)]
    assert find([*crowd, one(1, email="office@school.org"), one(2, email="office@school.org")]) == []


def test_the_order_of_the_people_changes_nothing():
    people = [one(n, f"{f} {s}", email=f"{f}@x.org") for n, (f, s) in enumerate(
        [("amina", "khan"), ("amina", "khan"), ("bola", "ade"), ("bola", "ade"), ("amina", "cole")])]  # fmt: skip
    found = {(t.one, t.other) for t in find(people)}
    for seed in range(5):
        random.Random(seed).shuffle(people)
        assert {(t.one, t.other) for t in find(people)} == found == {(0, 1), (2, 3)}


@pytest.fixture
def hub(db):
    return make_hub()


@pytest.fixture
def admin(hub):
    return make_staff(hub, "admin")


@pytest.fixture
def browser(client, admin):
    sign_in_user(client, admin.user)
    return client


def twice(hub):
    rows = [
        Person(hub=hub, name=name, folded=name.lower(), email="ama@example.org")
        for name in ("Ama Mensah", "Mensah Ama")
    ]
    return Person.objects.bulk_create(rows)


def test_a_search_keeps_what_was_said_and_forgets_what_was_guessed(hub, admin):
    a, b = twice(hub)
    assert duplicates.keep(hub, find(duplicates.read(hub))) == 1
    row = Duplicate.objects.get()
    assert (row.one_id, row.other_id, row.reasons) == (a.pk, b.pk, ["turned", "email"])
    merging.are_two(by=admin, duplicate=row)
    assert duplicates.keep(hub, find(duplicates.read(hub))) == 0
    Duplicate.objects.all().delete()
    duplicates.keep(hub, find(duplicates.read(hub)))
    Person.objects.filter(pk=b.pk).update(email="other@example.org")
    assert duplicates.keep(hub, find(duplicates.read(hub))) == 0
    assert not Duplicate.objects.exists()


def test_it_looks_at_night_where_people_came(hub, monkeypatch):
    monkeypatch.setattr(duplicates, "NIGHT", range(24))
    twice(hub)
    assert clock.tick()["duplicates looked for"] == 1
    assert clock.tick()["duplicates looked for"] == 0, "it waits already"
    assert jobs.work_one()
    assert Duplicate.objects.count() == 1
    assert clock.tick()["duplicates looked for"] == 0, "nobody came since"


def test_from_the_list_to_one_person_and_back(hub, admin, browser):
    a, b = twice(hub)
    start = reverse("duplicates", args=[hub.slug])
    browser.post(start)
    assert jobs.work_one()
    page = browser.get(start).content.decode()
    assert "Ama Mensah / Mensah Ama" in page
    assert "the same name turned round, the same e-mail address" in page
    pair = Duplicate.objects.get()
    side = reverse("duplicate", args=[hub.slug, pair.pk])
    assert "Keep the other record instead" in browser.get(side).content.decode()
    browser.post(f"{side}?keep={b.pk}", {"name": "other"})
    made = Merge.objects.get()
    b.refresh_from_db()
    assert (made.kept_id, made.other_id, b.name) == (b.pk, a.pk, "Ama Mensah")
    assert browser.get(reverse("person", args=[hub.slug, a.pk])).status_code == 404
    browser.post(reverse("merge", args=[hub.slug, made.pk]))
    a.refresh_from_db()
    b.refresh_from_db()
    assert (a.name, b.name) == ("Ama Mensah", "Mensah Ama")


def test_saying_that_they_are_two(hub, browser):
    twice(hub)
    duplicates.keep(hub, find(duplicates.read(hub)))
    pair = Duplicate.objects.get()
    browser.post(reverse("duplicate_two", args=[hub.slug, pair.pk]))
    pair.refresh_from_db()
    assert pair.state == Duplicate.State.TWO
    assert "Ama Mensah" not in browser.get(reverse("duplicates", args=[hub.slug])).content.decode()


def test_a_second_record_found_by_hand(hub, browser):
    a, b = make_person(hub, "Bola Ade", user=False), make_person(hub, "Bola A", user=False)
    page = reverse("person_twice", args=[hub.slug, a.pk])
    assert "Bola A" in browser.get(page, {"q": "bola"}).content.decode()
    answer = browser.post(page, {"other": b.pk})
    assert answer.url == reverse("duplicate", args=[hub.slug, Duplicate.objects.get().pk])
    assert "somebody said so" in browser.get(answer.url).content.decode()
    for bad in ("", "x", str(a.pk), "999999999"):
        browser.post(page, {"other": bad})
    assert Duplicate.objects.count() == 1
