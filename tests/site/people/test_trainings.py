"""Trainings: read, checked, sat in; the last seat is taken once, and what was passed is in order."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from tests.factories.people import make_person, make_room
from upwell_site.core.actions import trainings as actions
from upwell_site.core.models import Attendance, Session, Standing, Training
from upwell_site.core.refused import Refused
from upwell_site.core.training_text import BadText, page_html, read_pages, read_questions, write_questions

pytestmark = pytest.mark.django_db

QUESTIONS = """Whom do you tell?
- Nobody
* The safeguarding lead

Where do you meet?
* In a public place
- At home"""


@pytest.fixture
def training(room):
    return Training.objects.create(
        hub=room.hub,
        name="Before you start",
        programme=room.programme,
        pages=["Read **this**.", "And this."],
        check_questions=read_questions(QUESTIONS),
        pass_mark=2,
        valid_days=365,
    )


@pytest.fixture
def session(room, training):
    return Session.objects.create(
        hub=room.hub, training=training, starts_at=timezone.now() + timedelta(days=2), where="The hall", seats=1
    )


def begin(session: Session) -> None:
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - timedelta(hours=3))


def test_pages_are_read_one_after_another(room, as_, training):
    mentor = as_(room.mentor)
    first = mentor.get("training_page", training).content.decode()
    assert "<strong>this</strong>" in first and "?page=2" in first
    second = mentor.get("training_page", training, query="?page=2").content.decode()
    assert "And this." in second and "/check/" in second
    for beyond in ("3", "0", "-1", "x", "9" * 30):
        assert mentor.get("training_page", training, query=f"?page={beyond}").status_code == 404


def test_reading_writes_nothing(room, as_, training):
    as_(room.mentor).get("training_page", training)
    as_(room.mentor).get("training_check", training)
    assert not Attendance.objects.exists()


def test_passing_writes_what_is_in_order_for_as_long_as_it_is_good(room, as_, training):
    text = as_(room.mentor).post_and_read("training_check", training, q0=1, q1=0)
    assert "You have done this training" in text
    row = Standing.objects.get(person=room.mentor)
    assert (row.what, row.until) == ("training", timezone.localdate() + timedelta(days=365))


def test_not_passing_is_said_kindly_and_can_be_tried_again(room, as_, training):
    mentor = as_(room.mentor)
    text = mentor.post_and_read("training_check", training, q0=0, q1=0)
    assert "Nearly there" in text and "1 of 2 were right" in text
    assert not Standing.objects.exists()
    mentor.post("training_check", training, q0=1, q1=0)
    assert Standing.objects.filter(person=room.mentor, what="training").exists()
    assert Attendance.objects.filter(person=room.mentor).count() == 1


def test_the_page_does_not_give_the_right_answers_away(room, as_, training):
    text = as_(room.mentor).get("training_check", training).content.decode()
    assert "right" not in text.split("<main")[1].split("</form>")[0].replace("See if that is right", "")


def test_an_answer_that_is_missing_or_not_on_the_page_is_refused(room, as_, training):
    for data in ({"q0": 1}, {"q0": 1, "q1": 7}, {}):
        assert as_(room.mentor).post("training_check", training, **data).status_code == 200
    assert not Attendance.objects.exists()
    with pytest.raises(Refused, match="every question"):
        actions.take_check(by=room.mentor, training=training, answers=[1])


def test_pages_without_questions_are_passed_by_saying_so(room, as_, training):
    Training.objects.filter(pk=training.pk).update(check_questions=[], pass_mark=0)
    as_(room.mentor).post("training_check", training)
    assert Standing.objects.filter(person=room.mentor, what="training").exists()


def test_a_session_alone_is_not_passed_by_pressing(room, as_, training):
    Training.objects.filter(pk=training.pk).update(check_questions=[], pages=[], pass_mark=0)
    assert as_(room.mentor).post("training_check", training).status_code == 404
    training.refresh_from_db()
    with pytest.raises(Refused):
        actions.take_check(by=room.mentor, training=training, answers=[])
    assert not Standing.objects.exists()


def test_a_seat_is_taken_and_given_back(room, as_, session):
    mentor = as_(room.mentor)
    assert "You have a place" in mentor.post_and_read("session", session)
    assert "You have a place already" in mentor.post_and_read("session", session)
    assert "Every place is taken" in as_(room.listed).post_and_read("session", session)
    mentor.post("session", session, give_up="yes")
    assert "You have a place" in as_(room.listed).post_and_read("session", session)
    assert "You have no place" in mentor.post_and_read("session", session, give_up="yes")


def test_a_session_that_has_begun_takes_nobody(room, as_, session):
    begin(session)
    assert "has begun already" in as_(room.mentor).post_and_read("session", session)


def test_who_came_is_written_down_by_those_who_run_it(room, as_, session):
    actions.join(by=room.mentor, session=session)
    assert as_(room.mentor).get("session_attendance", session).status_code == 403
    row = Attendance.objects.get(session=session)
    text = as_(room.organiser).post_and_read("session_attendance", session, came=[row.pk])
    assert "has not begun yet" in text
    begin(session)
    as_(room.organiser).post("session_attendance", session, came=[row.pk])
    row.refresh_from_db()
    assert row.state == "came"
    assert not Standing.objects.exists()  # this training has a check, which coming does not replace
    as_(room.organiser).post("session_attendance", session)
    row.refresh_from_db()
    assert row.state == "missed"


def test_coming_passes_a_training_that_is_only_a_session(room, session):
    Training.objects.filter(pk=session.training_id).update(check_questions=[], pages=[], pass_mark=0)
    actions.join(by=room.mentor, session=session)
    begin(session)
    row = Attendance.objects.get(session=session)
    actions.record_attendance(by=room.organiser, session=session, came={row.pk: True})
    assert Standing.objects.filter(person=room.mentor, what="training").exists()


def test_nobody_writes_down_that_they_came_themselves(room, session):
    actions.join(by=room.organiser, session=session)
    begin(session)
    row = Attendance.objects.get(session=session)
    with pytest.raises(Refused, match="Somebody else"):
        actions.record_attendance(by=room.organiser, session=session, came={row.pk: True})


def test_whoever_runs_a_session_reads_the_names_of_who_sits_in_it(room, as_, session):
    """Somebody from outside the programme is named on this list and nowhere else."""
    outside = make_person(room.hub, "Ora Outside")
    actions.join(by=outside, session=session)
    assert "Ora Outside" in as_(room.organiser).get("session_attendance", session).content.decode()
    assert as_(room.organiser).get("person", outside).status_code == 404
    assert as_(room.other_lead).get("session_attendance", session).status_code == 403


def test_a_lead_adds_a_training_for_their_own_programme_only(room, as_):
    data = {"name": "Listening well", "pages": "One\n---\nTwo", "questions": QUESTIONS}
    lead = as_(room.lead)
    assert lead.post("training_add", programme=room.other.pk, **data).status_code == 200
    assert lead.post("training_add", **data).status_code == 200
    assert not Training.objects.exists()
    lead.post("training_add", programme=room.programme.pk, **data)
    made = Training.objects.get()
    assert made.pages == ["One", "Two"] and made.pass_mark == 2 and len(made.check_questions) == 2
    again = lead.get("training_edit", made).content.decode()
    assert "* The safeguarding lead" in again


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("* Yes", "before the first question"),
        ("Why?\n- Because", "two answers"),
        ("Why?\n- A\n- B", "no right answer"),
        ("Why?\n* A\n* B", "two right answers"),
    ],
)
def test_questions_that_cannot_be_asked_are_explained(text, words):
    with pytest.raises(BadText, match=words):
        read_questions(text)


def test_questions_and_pages_survive_being_written_and_read():
    assert write_questions(read_questions(QUESTIONS)) == QUESTIONS
    assert read_pages("One\n\n---\nTwo\n---\n---") == ["One", "Two"]


@pytest.mark.parametrize("bad", ["<script>alert(1)</script>", "[x](javascript:alert(1))", "<p hx-get='/'>x</p>"])
def test_a_page_cannot_carry_a_script(bad):
    html = page_html(f"# Title\n\n{bad}")
    assert "<script" not in html and 'href="javascript' not in html and "<p hx-" not in html
    assert "<h2>Title</h2>" in html


@pytest.mark.slow
def test_the_last_seat_is_taken_once_by_ten_who_press_together(committed):
    room = make_room()
    training = Training.objects.create(hub=room.hub, name="Small", programme=room.programme)
    session = Session.objects.create(
        hub=room.hub, training=training, starts_at=timezone.now() + timedelta(days=1), where="x", seats=1
    )
    people = [make_person(room.hub, f"Person {n}", user=False) for n in range(10)]
    start, answers = threading.Barrier(10), []

    def press(person) -> None:
        start.wait()
        try:
            answers.append(answer(person))
        finally:
            connection.close()

    def answer(person) -> str:
        while True:
            try:
                actions.join(by=person, session=session)
            except Refused:
                return "no"
            except OperationalError:  # the tests' SQLite lies in memory, where it does not wait for a lock
                time.sleep(0.005)
            else:
                return "yes"

    threads = [threading.Thread(target=press, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["no"] * 9 + ["yes"]
    assert Attendance.objects.filter(session=session, state="coming").count() == 1
