"""The machinery's pages: who sees what, what happens twice, what strangers get."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from tests.factories.machinery import give_role, make_hub, make_mentor, make_person, make_programme, make_staff
from tests.factories.signin import sign_in, sign_in_user
from upwell_site.core import jobs, letters, outbox, threads
from upwell_site.core.models import Event, Job, Letter, Message, NoticeChoice, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client):
    user = User.objects.create_user("op@example.org", is_operator=True)
    sign_in_user(client, user)
    return client


def signed_in(person, second_factor=True):
    client = Client()
    sign_in(client, person, second_factor)
    return client


def test_health_says_ok_to_anybody(client):
    answer = client.get("/health/")

    assert (answer.status_code, answer.content) == (200, b"ok")
    assert client.post("/health/").status_code == 405


# ---- the operator's pages ----


@pytest.mark.parametrize("page", ["/operate/", "/operate/letters/", "/operate/letter/?number=1"])
def test_only_the_operator_sees_the_operators_pages(page, hub, client):
    admin = make_staff(hub, "admin")

    assert client.get(page).status_code == 404
    assert signed_in(admin).get(page).status_code == 404


def test_the_operator_sees_whether_all_is_well(operator, hub):
    page = operator.get("/operate/").content.decode()
    assert "Something needs you" in page
    assert "There is no backup yet" in page
    assert "No mail server is set" in page

    monkey_job = Job.objects.create(hub=hub, kind="test.x", created_at=timezone.now() - timedelta(minutes=6))
    assert "The worker does not run" in operator.get("/operate/").content.decode()
    monkey_job.delete()


def test_a_letter_to_try_the_mail_server(operator, post_office):
    answer = operator.post("/operate/test-letter/", {"once": "k" * 20}, follow=True)
    operator.post("/operate/test-letter/", {"once": "k" * 20})

    assert "in the outbox" in answer.content.decode()
    assert Letter.objects.count() == 1
    outbox.send_due()
    assert post_office.letters[0].rcpt_tos == ["op@example.org"]


def test_without_a_mail_server_an_invitation_can_be_copied(operator, hub):
    letter = outbox.post("ania@example.org", "invitation", "i1", hub=hub, values={"path": "/i/KEY-OF-ANIA/"})

    assert "KEY-OF-ANIA" not in operator.get("/operate/letters/").content.decode()
    page = operator.get(f"/operate/letter/?number={letter.pk}").content.decode()

    assert "KEY-OF-ANIA" in page
    assert "ania@example.org" in page


def test_with_a_mail_server_the_operator_reads_only_what_did_not_go(operator, hub, post_office):
    letter = outbox.post("ania@example.org", "invitation", "i1", hub=hub, values={"path": "/i/KEY-OF-ANIA/"})
    where = f"/operate/letter/?number={letter.pk}"
    assert "KEY-OF-ANIA" not in operator.get(where).content.decode()

    post_office.rcpt_answer = "550 no"
    outbox.send_due()
    assert "KEY-OF-ANIA" in operator.get(where).content.decode()

    post_office.rcpt_answer = ""
    operator.post("/operate/letter/again/", {"number": letter.pk})
    outbox.send_due()
    letter.refresh_from_db()
    assert letter.state == "sent"
    assert "KEY-OF-ANIA" not in operator.get(where).content.decode()


def test_nobody_reads_a_code_on_a_page(operator):
    letter = outbox.post("ania@example.org", "sign_in_code", "c1", values={"code": "CANARY-77"})

    page = operator.get(f"/operate/letter/?number={letter.pk}").content.decode()

    assert "CANARY-77" not in page
    assert "Codes are not shown" in page


def test_the_operator_stops_a_letter_once(operator, hub):
    letter = outbox.post(make_person(hub), "message", "m1")

    answer = operator.post("/operate/letter/stop/", {"number": letter.pk}, follow=True)
    again = operator.post("/operate/letter/stop/", {"number": letter.pk}, follow=True)

    assert "Stopped" in answer.content.decode()
    assert "too late" in again.content.decode()
    for number in ("999999", "", "x", "²", "9" * 30):
        nothing = operator.post("/operate/letter/stop/", {"number": number}, follow=True)
        assert "no such letter" in nothing.content.decode()
    assert Event.objects.filter(did="stop_letters").count() == 1


def test_the_outbox_goes_on_after_fifty(operator, hub):
    person = make_person(hub, user=False)
    for number in range(51):
        outbox.post(person, "message", f"m{number}")

    page = operator.get("/operate/letters/?state=waiting").content.decode()

    assert 'rel="next"' in page
    last = Letter.objects.order_by("id")[1].pk
    assert 'rel="next"' not in operator.get(f"/operate/letters/?after={last}&state=waiting").content.decode()
    assert operator.get("/operate/letters/?after=x&state=nonsense").status_code == 200


# ---- a hub's letters ----


@pytest.mark.parametrize(
    ("role", "status"), [("admin", 200), ("lead", 404), ("organiser", 404), ("mentor", 404), ("safeguarding", 404)]
)
def test_a_hubs_letters_are_for_its_admins(hub, role, status):
    letter = outbox.post(make_person(hub), "message", "m1")
    client = signed_in(make_mentor(hub) if role == "mentor" else make_staff(hub, role))

    assert client.get("/h/bell-street/letters/").status_code == status
    assert client.get(f"/h/bell-street/letters/{letter.pk}/").status_code == status


def test_an_admin_of_another_hub_sees_no_letter(hub):
    letter = outbox.post(make_person(hub), "message", "m1")
    there = make_hub()
    client = signed_in(make_staff(there, "admin"))

    never = client.get(f"/h/{there.slug}/letters/999999/")
    other = client.get(f"/h/{there.slug}/letters/{letter.pk}/")
    stop = client.post(f"/h/{there.slug}/letters/{letter.pk}/stop/")

    assert (other.status_code, stop.status_code) == (404, 404)
    assert len(other.content) == len(never.content)


def test_an_admin_reads_what_is_harmless_and_no_link_of_an_invitation(hub):
    client = signed_in(make_staff(hub, "admin"))
    plain = outbox.post(make_person(hub), "role_granted", "r1", values={"path": "/h/bell-street/people/1/"})
    invitation = outbox.post("ania@example.org", "invitation", "i1", hub=hub, values={"path": "/i/CANARY/"})

    assert (
        "You were given a role in Bell Street Hub" in client.get(f"/h/bell-street/letters/{plain.pk}/").content.decode()
    )
    assert "CANARY" not in client.get(f"/h/bell-street/letters/{invitation.pk}/").content.decode()


def test_a_batch_is_stopped_as_a_whole(hub):
    client = signed_in(make_staff(hub, "admin"))
    people = [make_person(hub, user=False) for _ in range(3)]
    outbox.post_many(people, "role_granted", "news")
    one = Letter.objects.first()
    assert "Letters to several people wait" in client.get("/h/bell-street/letters/").content.decode()

    client.post(f"/h/bell-street/letters/{one.pk}/stop/")

    assert set(Letter.objects.values_list("state", flat=True)) == {"stopped"}


def test_a_page_of_letters_costs_the_same_for_many(hub, django_assert_max_num_queries):
    client = signed_in(make_staff(hub, "admin"))
    for number in range(30):
        outbox.post(make_person(hub, user=False), "message", f"m{number}")
    with django_assert_max_num_queries(14):
        client.get("/h/bell-street/letters/")


# ---- notices ----


def test_notices_are_chosen_by_oneself(hub):
    person = make_person(hub, adult=False)
    client = signed_in(person)
    assert 'value="message"' in client.get("/h/bell-street/notices/").content.decode()

    client.post("/h/bell-street/notices/", {"wanted": ["job_done"]})

    choices = dict(NoticeChoice.objects.values_list("kind", "wanted"))
    assert (choices["message"], choices["job_done"]) == (False, True)
    assert outbox.post(person, "message", "m1") is None
    assert Client().get("/h/bell-street/notices/").status_code == 404
    assert client.post("/h/bell-street/notices/", {"wanted": ["sign_in_code"]}).status_code == 200


def test_one_press_unsubscribes_without_signing_in(hub):
    """As mail programs do it: a POST from outside, without a cookie or a token of ours."""
    person = make_person(hub)
    path = "/" + letters.unsubscribe_url(person, "message").split("/", 3)[3]
    client = Client(enforce_csrf_checks=True)

    assert "Stop these letters" in client.get(path).content.decode()
    assert not NoticeChoice.objects.exists(), "looking changes nothing"
    done = client.post(path, {"List-Unsubscribe": "One-Click"})

    assert NoticeChoice.objects.get().wanted is False
    for token in ("nonsense", path.split("/")[2][:-3] + "xyz"):
        same = Client(enforce_csrf_checks=True).post(f"/u/{token}/")
        assert same.status_code == done.status_code == 200
        assert "Done" in same.content.decode()
    assert NoticeChoice.objects.count() == 1


def test_a_kind_nobody_can_switch_off_stays_on(hub):
    path = "/" + letters.unsubscribe_url(make_person(hub), "invitation").split("/", 3)[3]
    Client().post(path)

    assert not NoticeChoice.objects.exists()


# ---- jobs ----


@pytest.fixture
def job(hub, monkeypatch):
    monkeypatch.setattr(jobs, "_known", {"test.fine": lambda run: "Done."})
    return jobs.start("test.fine", hub=hub, by=make_staff(hub, "lead"))


def test_whoever_started_it_sees_how_far_it_is_and_stops_it(job):
    client, where = signed_in(job.by), f"/h/bell-street/jobs/{job.pk}/"
    Job.objects.update(state="running", phase="Reading, 34 of 100", done=0.34)

    page = client.get(where).content.decode()
    part = client.get(where, headers={"HX-Request": "true"})

    assert "Reading, 34 of 100" in page
    assert 'http-equiv="refresh"' in page
    assert 'hx-trigger="every 2s"' in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "HX-Refresh" not in part.headers
    client.post(f"{where}stop/")
    assert Job.objects.get().stop is True


def test_the_page_around_a_job_is_read_anew_when_it_ends(job):
    jobs.work_one()
    client = signed_in(job.by)

    assert client.get(f"/h/bell-street/jobs/{job.pk}/", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "Done." in client.get(f"/h/bell-street/jobs/{job.pk}/").content.decode()
    assert "ended already" in client.post(f"/h/bell-street/jobs/{job.pk}/stop/", follow=True).content.decode()


def test_somebody_elses_job_is_not_there(job, hub):
    for other in (make_staff(hub, "lead"), make_person(hub)):
        assert signed_in(other).get(f"/h/bell-street/jobs/{job.pk}/").status_code == 404
    assert signed_in(make_staff(hub, "admin")).get(f"/h/bell-street/jobs/{job.pk}/").status_code == 200
    assert Client().post(f"/h/bell-street/jobs/{job.pk}/stop/").status_code == 404


# ---- conversations ----


@pytest.fixture
def talk(hub):
    programme = make_programme(hub)
    young = make_person(hub, "Malik Aziz", adult=False)
    give_role(young, "mentee", programme)
    mentor = make_mentor(hub, programme)
    staff = [make_staff(hub, "organiser", programme), make_staff(hub, "lead", programme)]
    return threads.open_thread(by=None, parties=[young, mentor], observers=staff, programme=programme)


def seat(thread, number):
    return thread.seats.order_by("id")[number].person


def test_somebody_writes_and_the_others_read(talk):
    young, mentor = seat(talk, 0), seat(talk, 1)
    where = f"/h/bell-street/messages/{talk.pk}/"
    client = signed_in(young)
    page = client.get(where).content.decode()
    assert "Two adults can see every message" in page

    first = client.post(where, {"text": "Can we meet on Wednesday?", "once": "k" * 20})
    client.post(where, {"text": "Can we meet on Wednesday?", "once": "k" * 20})

    assert first.status_code == 302
    assert Message.objects.count() == 1
    assert "on Wednesday?" in signed_in(mentor).get(where).content.decode()
    assert "Malik A." in signed_in(seat(talk, 3)).get("/h/bell-street/messages/").content.decode()
    assert client.post(where, {"text": " "}).status_code == 200
    assert client.post(where).status_code == 200


def test_a_name_stands_only_where_the_reader_may_know_it(talk):
    page = signed_in(seat(talk, 1)).get(f"/h/bell-street/messages/{talk.pk}/").content.decode()

    assert "Malik" not in page
    assert "somebody who takes part" in page


def test_a_conversation_is_nobody_elses(talk, hub):
    where = f"/h/bell-street/messages/{talk.pk}/"
    for other in (make_person(hub), make_staff(hub, "admin"), make_staff(hub, "organiser"), make_mentor(hub)):
        client = signed_in(other)
        assert client.get(where).status_code == 404
        assert client.post(where, {"text": "x"}).status_code == 404
        assert "Malik" not in client.get("/h/bell-street/messages/").content.decode()
    safe = signed_in(make_staff(hub, "safeguarding"))
    assert safe.get(where).status_code == 200
    assert safe.post(where, {"text": "x"}).status_code == 403


def test_those_who_watch_pause_it_and_hide_a_message(talk, hub):
    young, lead = seat(talk, 0), seat(talk, 3)
    row = threads.post_message(by=young, thread=talk, text="My number is CANARY")
    where = f"/h/bell-street/messages/{talk.pk}/"
    client = signed_in(lead)

    client.post(f"/h/bell-street/message/{row.pk}/hide/")
    client.post(f"{where}pause/")

    page = signed_in(young).get(where).content.decode()
    assert "CANARY" not in page
    assert "paused" in page
    assert "Send my message" not in page
    assert "paused" in signed_in(young).post(where, {"text": "Hello"}).content.decode()
    assert "CANARY" not in client.get(where).content.decode()
    assert "CANARY" in signed_in(make_staff(hub, "safeguarding")).get(where).content.decode()
    client.post(f"{where}go-on/")
    assert "Send my message" in signed_in(young).get(where).content.decode()


def test_those_who_take_part_do_not_pause_or_hide(talk):
    row = threads.post_message(by=seat(talk, 0), thread=talk, text="Hello")
    for who in (seat(talk, 0), seat(talk, 1)):
        client = signed_in(who)
        assert client.post(f"/h/bell-street/messages/{talk.pk}/pause/").status_code == 403
        assert client.post(f"/h/bell-street/message/{row.pk}/hide/").status_code == 403


def test_whoever_watches_cannot_leave_by_the_page(talk):
    client = signed_in(seat(talk, 3))

    answer = client.post(f"/h/bell-street/messages/{talk.pk}/leave/", follow=True)

    assert "Somebody else has to watch" in answer.content.decode()
    gone = signed_in(seat(talk, 1)).post(f"/h/bell-street/messages/{talk.pk}/leave/", follow=True)
    assert "You left the conversation" in gone.content.decode()


def test_a_conversation_costs_the_same_for_many_messages(talk, django_assert_max_num_queries):
    for number in range(30):
        threads.post_message(by=seat(talk, number % 2), thread=talk, text=f"Message {number}")
    client = signed_in(seat(talk, 0))
    with django_assert_max_num_queries(20):
        client.get(f"/h/bell-street/messages/{talk.pk}/")


# ---- by itself ----


def test_tick_does_what_is_due_and_nothing_twice(hub, talk, capsys):
    from django.contrib.sessions.models import Session

    from upwell_site.core.models import Invitation, Link, Once, Standing

    now, long_ago = timezone.now(), timezone.now() - timedelta(days=400)
    Once.objects.create(hub=hub, key="old", answer="/")
    Once.objects.update(at=now - timedelta(days=31))
    Once.objects.create(hub=hub, key="new", answer="/")
    for model in (Invitation, Link):
        extra = {"address": "a@example.org"} if model is Invitation else {}
        model.objects.create(hub=hub, key_hash="old", expires_at=long_ago, **extra)
        model.objects.create(hub=hub, key_hash="new", expires_at=now - timedelta(days=2), **extra)
    Session.objects.create(session_key="x" * 32, session_data="", expire_date=now - timedelta(days=1))
    Job.objects.create(hub=hub, kind="test.x", state="running", tries=3, lease_until=now - timedelta(minutes=1))
    Letter.objects.create(
        address="a@example.org", kind="test", event="e", message_id="<1@upwell>", state="sending", lease_until=long_ago
    )
    Standing.objects.filter(person=seat(talk, 1), what="check").update(until=timezone.localdate())

    call_command("tick")
    first = capsys.readouterr().out
    call_command("tick")
    second = capsys.readouterr().out

    assert "threads paused: 1" in first
    assert "jobs ended: 1" in first
    assert "letters taken back: 1" in first
    assert "old rows deleted: 3" in first
    assert {line.rpartition(": ")[2] for line in second.splitlines()} == {"0"}
    assert [row.key for row in Once.objects.all()] == ["new"]
    assert not Session.objects.exists()


def test_work_once_does_what_waits(hub, job, post_office, capsys):
    outbox.post(make_person(hub), "message", "m1")
    call_command("work", once=True)

    assert capsys.readouterr().out == "jobs: 1, letters: 1\n"
