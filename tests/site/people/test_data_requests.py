"""Asking about one's own data: who may, how the clock runs, what letters say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.factories.people import Room, give_role, make_person
from upwell_site.core import letters, needs
from upwell_site.core.actions import data_requests as actions
from upwell_site.core.due import answer_due
from upwell_site.core.models import DataRequest, Event, Letter
from upwell_site.core.policy import Actor
from upwell_site.core.refused import Refused

Kind, State = DataRequest.Kind, DataRequest.State
SECRET = "my former husband works at the school"


@pytest.fixture
def asked(room: Room) -> DataRequest:
    return actions.ask(by=room.listed, person=room.listed, kind="erase", words=SECRET)


def at(monkeypatch: Any, days: int) -> None:
    """Let `days` pass."""
    now = timezone.now() + timedelta(days=days)
    monkeypatch.setattr(timezone, "now", lambda: now)


def test_one_asks_and_sees_the_day(room: Room, as_: Any):
    page = as_(room.listed).post_and_read("person_ask", room.listed, kind="access", words="")
    row = DataRequest.objects.get()
    assert (row.person, row.by, row.due) == (room.listed, room.listed, answer_due(timezone.localdate()))
    assert f"{row.due.day} " in page
    assert "The clock has started" in page
    assert as_(room.listed).get("you_requests").content.decode().count("See what is kept about me") == 1


def test_a_child_asks_too(room: Room, as_: Any):
    as_(room.child).post("person_ask", room.child, kind="complain", words="You told my school.")
    assert DataRequest.objects.get().person == room.child


def test_what_nobody_could_act_on_is_asked_again(room: Room, as_: Any):
    page = as_(room.listed).post_and_read("person_ask", room.listed, kind="correct", words="  ")
    assert "Please write a few words" in page
    assert not DataRequest.objects.exists()


def test_nobody_but_an_admin_asks_for_somebody_else(room: Room, as_: Any):
    assert as_(room.lead).post("person_ask", room.mentor, kind="access").status_code == 403
    as_(room.admin).post("person_ask", room.mentor, kind="access")
    assert Letter.objects.get(to=room.mentor).kind == "data_request"


def test_only_the_person_and_admins_read_it(room: Room, as_: Any, asked: DataRequest):
    for who, status in ((room.listed, 200), (room.admin, 200), (room.lead, 404), (room.safe, 404), (room.mentor, 404)):
        assert as_(who).get("data_request", asked).status_code == status, who.name
    assert SECRET not in as_(room.lead).get("person", room.mentor).content.decode()


def test_an_admin_answers_and_the_person_reads_it(room: Room, as_: Any, asked: DataRequest):
    admin = as_(room.admin)
    assert SECRET in admin.get("data_request", asked).content.decode()
    admin.post("data_request_answer", asked, do="carry_out")
    page = as_(room.listed).get("data_request", asked).content.decode()
    assert "To be carried out" in page
    admin.post("data_request_answer", asked, do="answer", words="Your talks are gone. Your roles stay for 7 years.")
    page = as_(room.listed).get("data_request", asked).content.decode()
    assert "Your talks are gone" in page
    asked.refresh_from_db()
    assert (asked.state, asked.answered_by) == (State.DONE, room.admin)


def test_letters_and_the_log_say_nothing_of_it(room: Room, as_: Any, asked: DataRequest):
    as_(room.admin).post("data_request_answer", asked, do="refuse", words="No, because of the law on accounts.")
    sent = list(Letter.objects.order_by("pk"))
    assert [(letter.to, letter.kind) for letter in sent] == [
        (room.admin, "data_request_desk"),
        (room.listed, "data_request"),
    ]
    for letter in sent:
        text = letters.write(letter)
        whole = f"{text.subject} {text.body}"
        for word in (SECRET, "accounts", "Take out", "erase", "refuse", "Liz Listed asked"):
            assert word not in whole
        assert letter.values.keys() == {"path"}
    assert all(set(event.numbers) == set() for event in Event.objects.filter(to__startswith="core.datarequest"))


def test_nobody_answers_their_own(room: Room, as_: Any):
    row = actions.ask(by=room.admin, person=room.admin, kind="access")
    with pytest.raises(Refused):
        actions.answer(by=room.admin, row=row, words="Here you are.")
    assert "Do this" not in as_(room.admin).get("data_request", row).content.decode()


def test_the_clock_stands_while_the_hub_asks_back(room: Room, asked: DataRequest, monkeypatch: Any):
    first = asked.due
    opened = asked.opened_on
    at(monkeypatch, 10)
    row = actions.ask_back(by=room.admin, row=asked, question="Do you mean all of it?")
    at(monkeypatch, 30)
    row.refresh_from_db()
    assert not row.is_late
    with pytest.raises(Refused):
        actions.answer(by=room.admin, row=row, words="done")
    row = actions.reply(by=room.listed, row=row, words="Yes, all of it.")
    assert row.stood == 30
    assert row.due == answer_due(opened, stood=30) > first
    row = actions.ask_back(by=room.admin, row=row, question="Also your votes?")
    at(monkeypatch, 5)
    row = actions.reply(by=room.listed, row=row, words="Also those.")
    assert row.stood == 35
    assert row.due == answer_due(opened, stood=35)
    assert "Yes, all of it.\n\nAlso those." in row.reply


def test_two_months_more_with_a_reason_and_in_time(room: Room, asked: DataRequest, monkeypatch: Any):
    with pytest.raises(Refused):
        actions.extend(by=room.admin, row=asked, why=" ")
    row = actions.extend(by=room.admin, row=asked, why="Five people hold parts of it.")
    assert row.due == answer_due(asked.opened_on, extended=True)
    with pytest.raises(Refused):
        actions.extend(by=room.admin, row=row, why="And more.")
    late = actions.ask(by=room.listed, person=room.listed, kind="access")
    at(monkeypatch, 40)
    late.refresh_from_db()
    assert late.is_late
    with pytest.raises(Refused):
        actions.extend(by=room.admin, row=late, why="We forgot.")


def test_a_complaint_is_acknowledged_then_answered(room: Room, as_: Any):
    row = actions.ask(by=room.listed, person=room.listed, kind="complain", words="You lost my form.")
    assert (row.due - row.opened_on).days == 29
    assert row.waits_for_receipt
    row = actions.acknowledge(by=room.admin, row=row)
    assert row.due == answer_due(timezone.localdate())
    with pytest.raises(Refused):
        actions.acknowledge(by=room.admin, row=row)
    for no in (actions.ask_back, actions.extend):
        with pytest.raises(Refused):
            no(by=room.admin, row=row, **{"question" if no is actions.ask_back else "why": "Why?"})


def test_one_takes_it_back(room: Room, as_: Any, asked: DataRequest):
    with pytest.raises(Refused):
        actions.take_back(by=room.admin, row=asked)
    as_(room.listed).post("data_request_reply", asked, take_back="yes")
    asked.refresh_from_db()
    assert asked.state == State.TAKEN_BACK
    with pytest.raises(Refused):
        actions.answer(by=room.admin, row=asked, words="too late")


def test_the_desk_puts_overdue_first_then_soonest(room: Room, as_: Any):
    today = timezone.localdate()
    for days, kind in ((20, "access"), (-1, "object"), (3, "correct"), (-9, "erase")):
        DataRequest.objects.create(hub=room.hub, person=room.mentor, kind=kind, due=today + timedelta(days=days))
    actions.open_breach(by=room.safe, hub=room.hub, words="A phone was lost.")
    page = as_(room.admin).get("data_requests").content.decode()
    order = ["Take out what you know", "Stop using", "Put something right", "Something went wrong", "See what is kept"]
    places = [page.rindex(words) for words in order]
    assert page.count("Overdue<") == 2
    assert places[0] < places[1] < min(places[2], places[4])
    assert as_(room.lead).get("data_requests").status_code == 404


def test_home_says_what_waits(room: Room, asked: DataRequest):
    admin, person = (
        Actor(room.hub.pk, room.admin.pk, {"admin": None}),
        Actor(room.hub.pk, room.listed.pk, {"user": None}),
    )
    (need,) = needs.data_requests(room.admin, admin)
    assert (need.title, need.order) == ("1 request about people’s data waits", 25)
    DataRequest.objects.update(due=timezone.localdate() - timedelta(days=1))
    (need,) = needs.data_requests(room.admin, admin)
    assert "1 is overdue" in need.text
    assert need.order < 5
    assert list(needs.data_requests(room.listed, person)) == []
    actions.ask_back(by=room.admin, row=asked, question="Which one?")
    (need,) = needs.data_requests(room.listed, person)
    assert "asks you something" in need.title


def test_the_same_form_twice_is_one_request(room: Room, as_: Any):
    one = as_(room.listed)
    for _again in range(2):
        one.post("person_ask", room.listed, kind="access", once="k" * 20)
    assert DataRequest.objects.count() == 1


def test_there_is_an_end_to_asking(room: Room):
    for _n in range(actions.AT_ONCE):
        actions.ask(by=room.listed, person=room.listed, kind="access")
    with pytest.raises(Refused):
        actions.ask(by=room.listed, person=room.listed, kind="access")


# ---- a breach ----


def test_a_breach_has_72_hours_from_when_it_was_noticed(room: Room, as_: Any):
    page = as_(room.safe).post_and_read("breach_add", words="A laptop was stolen.", hours="5")
    row = DataRequest.objects.get()
    left = row.due_at - timezone.now()
    assert timedelta(hours=66) < left <= timedelta(hours=67)
    assert "ico.org.uk" in page
    as_(room.admin).post("data_request_answer", row, ticking="yes", steps=["stop", "ico"])
    row.refresh_from_db()
    assert row.steps == ["stop", "ico"]
    as_(room.admin).post("data_request_answer", row, do="answer", words="Reported; nobody was harmed.")
    assert "It is stopped" in as_(room.admin).get("data_request", row).content.decode()


def test_a_breach_is_late_by_the_hour(room: Room, monkeypatch: Any):
    row = actions.open_breach(by=room.admin, hub=room.hub, words="x", noticed_at=timezone.now() - timedelta(hours=71))
    assert not row.is_late
    later: datetime = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert row.is_late


def test_a_breach_that_lies_ahead_is_refused(room: Room):
    with pytest.raises(Refused):
        actions.open_breach(by=room.admin, hub=room.hub, words="x", noticed_at=timezone.now() + timedelta(hours=1))


def test_leads_and_people_know_nothing_of_it(room: Room, as_: Any):
    row = actions.open_breach(by=room.admin, hub=room.hub, words="x")
    for who in (room.lead, room.organiser, room.mentor, room.listed):
        assert as_(who).get("data_request", row).status_code == 404
        assert as_(who).get("breach_add").status_code == 404


def test_whoever_runs_the_machine_starts_the_hours(room: Room, capsys: Any):
    call_command("breach", room.hub.slug, "The disk was copied.", hours=2)
    row = DataRequest.objects.get()
    assert (row.by, row.kind) == (None, Kind.BREACH)
    assert "Report it by" in capsys.readouterr().out
    assert Letter.objects.get(to=room.admin).kind == "data_request_desk"


def test_only_admins_of_today_are_told(room: Room):
    past = make_person(room.hub, "Past Admin")
    give_role(past, "admin", since=timezone.localdate() - timedelta(days=9), until=timezone.localdate())
    actions.ask(by=room.listed, person=room.listed, kind="access")
    assert [letter.to for letter in Letter.objects.all()] == [room.admin]
