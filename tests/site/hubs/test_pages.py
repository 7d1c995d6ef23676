"""The public page of a hub, home, search, places: what is shown to whom, and what never is."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories.hubs import (
    give_role,
    make_hub,
    make_person,
    make_place,
    make_programme,
    make_talk,
    make_young,
    many,
)
from tests.factories.signin import sign_in
from upwell_site.core import kept
from upwell_site.core.models import Attendance, Letter, Membership, Message, Seat, Standing, Thread, Training
from upwell_site.core.views.home import greeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_place("larkfield", "Larkfield")


@pytest.fixture
def hub(place):
    return make_hub(
        slug="here", name="Here Hub", place=place, contact="0113 496 0182", drop_in="Thursdays, the library"
    )


@pytest.fixture
def programme(hub):
    return make_programme(hub, name="Listening", public=True)


@pytest.fixture
def organiser(hub, programme):
    person = make_person(hub, "Semira Tesfay")
    give_role(person, "organiser", programme)
    return person


def page(client: Client, address: str) -> str:
    kept.forget()  # these tests write rows by hand, without the deed's event
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


# ---- the public page ----


def test_a_hub_without_anything_shows_nothing_it_has_not(client, hub):
    """No theme, no programme, no session; but how to reach it, and where to turn."""
    text = page(client, "/h/here/")
    for absent in ("What we heard", "What is on", "Next session", "not heard from", "Heard"):
        assert absent not in text
    assert "Thursdays, the library" in text
    assert "/h/here/safe/" in text
    assert text.count("<h1") == 1


def test_words_are_shown_only_with_a_yes(client, hub, organiser, place):
    person = make_person(hub, "Danuta Wolska")
    make_talk(organiser, person, "canary-no", share="no", place=place)
    make_talk(organiser, person, "canary-ask", share="ask", place=place)
    make_talk(organiser, person, "We would sit out there.", share="anonymous", topic="The yard", place=place)
    text = page(client, "/h/here/")
    assert "We would sit out there." in text
    assert "A neighbour, Larkfield" in text
    assert "canary" not in text and "Danuta" not in text


def test_a_name_needs_a_yes_and_an_age_that_was_confirmed(client, hub, organiser):
    """A young person's words may be shared; their name never is."""
    make_talk(organiser, make_person(hub, "Olive Nisbett"), "Mine, with my name.", share="named", topic="Buses")
    make_talk(organiser, make_young(hub, "Hana Karimi"), "We have nowhere.", share="named", topic="Young people")
    text = page(client, "/h/here/")
    assert "Olive N." in text and "Olive Nisbett" not in text
    assert "We have nowhere." in text and "Hana" not in text


def test_fewer_than_five_people_are_not_counted(client, hub, organiser, place):
    for person in many(hub, 4):
        make_talk(organiser, person, "Two buses and a hill.", share="anonymous", place=place)
    text = page(client, "/h/here/")
    assert "4 people" not in text and "spoke of this" not in text and "have spoken" not in text
    make_talk(organiser, make_person(hub, "Fifth Person"), "A hill.", share="anonymous", place=place)
    text = page(client, "/h/here/")
    assert "5 people" in text and "5 neighbours have spoken" in text


def test_one_person_talking_often_is_one_person(client, hub, organiser):
    person = make_person(hub, "Danuta Wolska")
    for _ in range(6):
        make_talk(organiser, person, "Two buses and a hill.", share="anonymous")
    assert "spoke of this" not in page(client, "/h/here/")


def test_who_was_heard_least_is_asked(client, hub, organiser, place):
    make_place("lincoln", "Lincoln Green", lat=53.805)
    for person in many(hub, 20):
        make_talk(organiser, person, place=place)
    text = page(client, "/h/here/")
    assert "We have heard least from Lincoln Green" in text


def test_another_hubs_words_stay_there(client, hub):
    there = make_hub(slug="there")
    other = make_person(there, "Other Organiser")
    make_talk(other, make_person(there, "Somebody"), "canary-there", share="anonymous")
    assert "canary-there" not in page(client, "/h/here/")


def test_only_public_programmes_that_run_are_on(client, hub, programme):
    make_programme(hub, name="canary-hidden", public=False)
    make_programme(hub, name="canary-over", public=True, ends=timezone.localdate() - timedelta(days=1))
    text = page(client, "/h/here/")
    assert "Listening" in text and "canary" not in text


def test_a_hub_that_never_was_is_not_found(client):
    assert client.get("/h/nowhere/").status_code == 404


def test_the_public_page_asks_the_same_number_of_questions_however_much_there_is(client, hub, organiser, place):
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            page(client, "/h/here/")
        return len(asked)

    make_talk(organiser, make_person(hub, "A B"), "One.", share="anonymous", topic="T0", place=place)
    make_programme(hub, name="P0", public=True)
    few = questions()
    for n in range(1, 9):
        make_talk(organiser, make_person(hub, f"C{n} D"), f"Word {n}.", share="named", topic=f"T{n}", place=place)
        make_programme(hub, name=f"P{n}", public=True)
    assert questions() == few


# ---- home ----


def test_home_greets_and_counts_in_words(client, hub, organiser):
    danuta = make_person(hub, "Danuta Wolska", user=False)
    make_talk(organiser, danuta, next_step="Ring back about the yard", next_on=timezone.localdate())
    make_talk(organiser, danuta, "I would teach sewing.", share="ask")
    sign_in(client, organiser)
    text = page(client, "/h/here/home/")
    assert "Hello Semira. Two things need you." in text
    assert "Danuta: Ring back about the yard" in text and "You said you would by today." in text
    assert "I would teach sewing." in text and "Only you can see this for now" in text


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "Nothing needs you now."), (1, "One thing needs you."), (4, "Four things need you."), (12, "12 things need")],
)
def test_greetings(count, words):
    assert words in greeting("Semira Tesfay", count)


def test_a_promise_far_ahead_or_kept_needs_nobody(client, hub, organiser):
    today = timezone.localdate()
    danuta = make_person(hub, "Danuta Wolska", user=False)
    make_talk(organiser, danuta, next_step="canary-later", next_on=today + timedelta(days=9))
    make_talk(organiser, danuta, next_step="canary-kept", next_on=today, done_at=timezone.now() - timedelta(days=40))
    sign_in(client, organiser)
    text = page(client, "/h/here/home/")
    assert "canary" not in text and "You are up to date" in text


def test_nobody_elses_promises_are_at_home(client, hub, organiser, programme):
    second = make_person(hub, "Javed Siddique")
    give_role(second, "organiser", programme)
    make_talk(
        organiser,
        make_person(hub, "D W"),
        "canary-words",
        share="ask",
        next_step="canary-step",
        next_on=timezone.localdate(),
    )
    sign_in(client, second)
    assert "canary" not in page(client, "/h/here/home/")


def test_roles_ages_and_letters_wait_for_an_admin_alone(client, hub, organiser):
    admin = make_person(hub, "Tomasz Zielony")
    give_role(admin, "admin")
    other = make_person(hub, "New Person", adult=False)
    other.born_claimed, other.born_claimed_by = timezone.localdate().replace(year=1990, day=1), organiser
    other.save()
    Membership.objects.create(hub=hub, person=other, role="mentee", proposed_by=organiser)
    Letter.objects.create(
        hub=hub,
        to=other,
        kind="message",
        event="a",
        batch="b",
        after=timezone.now() + timedelta(minutes=5),
        message_id="<a@x>",
    )
    sign_in(client, admin)
    text = page(client, "/h/here/home/")
    for words in ("Confirm that 1 person is 18 or over", "Say yes or no to 1 role", "1 letter goes at"):
        assert words in text
    sign_in(client, organiser)
    text = page(client, "/h/here/home/")
    for words in ("Confirm that", "Say yes or no", "letter goes"):
        assert words not in text


def test_who_claimed_an_age_is_not_asked_to_confirm_it(client, hub):
    admin = make_person(hub, "Tomasz Zielony")
    give_role(admin, "admin")
    other = make_person(hub, "New Person", adult=False)
    other.born_claimed, other.born_claimed_by = timezone.localdate().replace(year=1990, day=1), admin
    other.save()
    sign_in(client, admin)
    assert "Confirm that" not in page(client, "/h/here/home/")


def test_a_mentor_is_told_of_training_and_of_what_runs_out(client, hub, programme):
    leroy = make_person(hub, "Leroy Prescod")
    give_role(leroy, "mentor", programme)
    todo = Training.objects.create(hub=hub, name="Being a mentor", programme=programme)
    done = Training.objects.create(hub=hub, name="canary-done", programme=programme)
    Training.objects.create(hub=hub, name="canary-other", programme=make_programme(hub, name="Other"))
    Attendance.objects.create(hub=hub, person=leroy, training=done, state="read", passed_at=timezone.now())
    soon = timezone.localdate() + timedelta(days=30)
    Standing.objects.create(hub=hub, person=leroy, what="code", until=soon)
    Standing.objects.create(hub=hub, person=leroy, what="check", until=soon)
    Standing.objects.create(hub=hub, person=leroy, what="check", since=soon - timedelta(days=5), until=None)
    sign_in(client, leroy)
    text = page(client, "/h/here/home/")
    assert todo.name in text and "canary" not in text
    assert "Code of conduct signed” ends on" in text and "Check in order” ends" not in text


def test_a_message_waits_until_it_is_answered(client, hub):
    hana, leroy = make_young(hub, "Hana Karimi"), make_person(hub, "Leroy Prescod")
    thread = Thread.objects.create(hub=hub)
    for person in (hana, leroy):
        Seat.objects.create(hub=hub, thread=thread, person=person)
    Message.objects.create(hub=hub, thread=thread, person=leroy, text="canary-text")
    sign_in(client, hana)
    text = page(client, "/h/here/home/")
    assert "A message waits for your answer" in text and "canary" not in text
    Message.objects.create(hub=hub, thread=thread, person=hana, text="Yes.")
    assert "A message waits" not in page(client, "/h/here/home/")


def test_the_map_counts_areas_from_five_talks_on(client, hub, organiser, place):
    few = make_place("lincoln", "Lincoln Green", lat=53.81)
    for person in many(hub, 6):
        make_talk(organiser, person, place=place)
    for person in many(hub, 3):
        make_talk(organiser, person, place=few)
    sign_in(client, organiser)
    text = page(client, "/h/here/home/")
    assert "Larkfield most, Lincoln Green least" in text
    assert "Fewer than 5: not shown" in text
    assert '<td class="n">6</td>' in text and '<td class="n">3</td>' not in text


def test_home_asks_the_same_number_of_questions_however_much_needs_one(client, hub, organiser, place):
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            page(client, "/h/here/home/")
        return len(asked)

    def more(n: int) -> None:
        person = make_person(hub, f"P{n} Q", user=False)
        make_talk(
            organiser, person, f"Ask {n}", share="ask", next_step="Ring", next_on=timezone.localdate(), place=place
        )

    for n in range(6):
        more(n)
    sign_in(client, organiser)
    page(client, "/h/here/home/")
    few = questions()
    for n in range(6, 20):
        more(n)
    assert questions() == few


def test_home_is_for_people_of_this_hub(client, hub, organiser):
    assert client.get("/h/here/home/").status_code == 404
    sign_in(client, make_person(make_hub(slug="there"), "Elsewhere"))
    answer = client.get("/h/here/home/")
    assert answer.status_code == 302 and answer["Location"] == "/h/here/"
    assert client.post("/h/here/home/").status_code == 405


# ---- search ----


def test_young_people_never_appear_to_their_peers(client, hub):
    """Not to adults who take part, and not to other young people."""
    make_young(hub, "Findme Young", contact_ok=True)
    make_person(hub, "Findme Unknown", adult=False)
    make_person(hub, "Findme Listed", listed=True)
    make_person(hub, "Findme Unlisted")
    for who in (make_person(hub, "Pat Part"), make_young(hub, "Other Young")):
        sign_in(client, who)
        text = page(client, "/h/here/search/?q=findme")
        names = {name for name in ("Young", "Unknown", "Listed", "Unlisted") if f"Findme {name}" in text}
        assert names == ({"Listed"} if who.is_adult else set()), who.name


def test_staff_find_those_they_look_after_and_no_others(client, hub, organiser, programme):
    mine, other = make_person(hub, "Findme Mine"), make_person(hub, "Findme Other")
    give_role(mine, "mentee", programme)
    give_role(other, "mentee", make_programme(hub, name="Other"))
    sign_in(client, organiser)
    text = page(client, "/h/here/search/?q=findme")
    assert "Findme Mine" in text and "Findme Other" not in text


def test_another_hub_is_never_searched(client, hub):
    there = make_hub(slug="there")
    make_person(there, "Findme There", listed=True)
    make_talk(make_person(there, "O"), None, "Findme words", share="anonymous")
    sign_in(client, make_person(hub, "Pat Part"))
    text = page(client, "/h/here/search/?q=findme")
    assert "Findme There" not in text and "Findme words" not in text
    assert "Try fewer letters" in text


@pytest.mark.parametrize("asked", ["lukasz", "ŁUKASZ", "łuk", "zielony luk"])
def test_accents_and_capitals_do_not_matter(client, hub, asked):
    make_person(hub, "Łukasz Zielony", listed=True)
    sign_in(client, make_person(hub, "Pat Part"))
    assert "Łukasz Zielony" in page(client, f"/h/here/search/?q={asked}")


@pytest.mark.parametrize("asked", ["%%", "__", "a%b", "\\\\", "'; drop table", "(" * 40, "\x00a\x00b", "é" * 200])
def test_signs_are_only_signs(client, hub, asked):
    """A wildcard finds nobody, and nothing breaks."""
    make_person(hub, "Plain Person", listed=True)
    sign_in(client, make_person(hub, "Pat Part"))
    answer = client.get("/h/here/search/", {"q": asked})
    assert answer.status_code == 200
    assert "Plain Person" not in answer.content.decode()


def test_words_are_found_by_those_who_may_read_them(client, hub, organiser, programme):
    danuta = make_person(hub, "Danuta Wolska")
    make_talk(organiser, danuta, "Findme private", share="no", programme=programme)
    make_talk(organiser, danuta, "Findme shared", share="anonymous", programme=programme)
    found = {}
    for who in (organiser, danuta, make_person(hub, "Pat Part")):
        sign_in(client, who)
        text = page(client, "/h/here/search/?q=findme")
        found[who.name] = ("Findme private" in text, "Findme shared" in text)
    assert found == {"Semira Tesfay": (True, True), "Danuta Wolska": (True, True), "Pat Part": (False, True)}


def test_search_never_counts(client, hub):
    for n in range(12):
        make_person(hub, f"Findme {chr(65 + n)}", listed=True, user=False)
    sign_in(client, make_person(hub, "Pat Part"))
    text = page(client, "/h/here/search/?q=findme")
    assert text.count("Findme ") == 8 and "There is more" in text
    assert "12 " not in re.sub(r"<[^>]+>", " ", text)


def test_search_is_for_people_of_the_hub(client, hub):
    assert client.get("/h/here/search/?q=an").status_code == 404
    sign_in(client, make_person(make_hub(slug="there"), "Elsewhere"))
    assert client.get("/h/here/search/?q=an").status_code == 404


# ---- places ----


def test_a_place_shows_what_was_said_there_with_a_yes(client, hub, organiser, place):
    make_talk(organiser, make_person(hub, "D W"), "canary-no", place=place)
    make_talk(organiser, make_person(hub, "E W"), "Two buses.", share="anonymous", place=place)
    text = page(client, f"/h/here/places/{place.pk}/")
    assert "Two buses." in text and "canary" not in text and "Fewer than 5 talks" in text
    assert client.get("/h/here/places/987654/").status_code == 404
