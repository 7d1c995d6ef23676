"""Every page of the room opens for whoever it is for, and is the same "not found" for everybody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories.people import Room, give_role
from upwell_site.core.models import HubText, Member, Membership, Session, Training

pytestmark = pytest.mark.django_db


def pages(room: Room) -> list[tuple[str, tuple[object, ...]]]:
    training = Training.objects.create(
        hub=room.hub,
        name="Before you start",
        programme=room.programme,
        pages=["# Hello\n\nRead *this*.", "Then this."],
        check_questions=[{"question": "Which?", "answers": ["this", "that"], "right": 0}],
        pass_mark=1,
    )
    session = Session.objects.create(
        hub=room.hub, training=training, starts_at=timezone.now() + timedelta(days=3), where="The hall"
    )
    HubText.objects.create(hub=room.hub, kind="conduct", text="Be *kind*.")
    HubText.objects.create(hub=room.hub, kind="privacy", text="We keep little.")
    role = Membership.objects.get(person=room.mentor)
    return [
        ("people", ()),
        ("person_add", ()),
        ("people_ages", ()),
        ("person", (room.mentor,)),
        ("person_edit", (room.mentor,)),
        ("person_born", (room.mentor,)),
        ("role_add", (room.mentor,)),
        ("roles", ()),
        ("role", (role,)),
        ("role_end", (role,)),
        ("organisations", ()),
        ("organisation_add", ()),
        ("organisation", (room.organisation,)),
        ("organisation_edit", (room.organisation,)),
        ("programmes", ()),
        ("programme_add", ()),
        ("programme", (room.programme,)),
        ("programme_edit", (room.programme,)),
        ("programme_standing", (room.programme,)),
        ("trainings", ()),
        ("training_add", ()),
        ("training", (training,)),
        ("training_page", (training,)),
        ("training_check", (training,)),
        ("training_edit", (training,)),
        ("session_add", (training,)),
        ("session", (session,)),
        ("session_attendance", (session,)),
        ("you", ()),
        ("code", ()),
        ("networks", ()),
        ("notice", ()),
    ]


def closed(route: str) -> int:
    """A page about something public is forbidden; everything else was never there."""
    return 403 if route in {"programme_edit", "programme_standing"} else 404


@pytest.mark.slow
def test_every_page_opens_for_an_admin_and_has_one_heading(room, as_):
    """A page that does not render is the first thing a hub would meet."""
    admin = as_(room.admin)
    for route, rows in pages(room):
        answer = admin.get(route, *rows)
        assert answer.status_code == 200, route
        html = answer.content.decode()
        assert html.count("<h1") == 1, route
        assert "style=" not in html and "<c-" not in html and "{%" not in html, route


@pytest.mark.slow
def test_nothing_opens_for_a_visitor_but_what_is_public(room, as_):
    visitor = as_()
    public = {"programmes", "programme", "notice"}
    for route, rows in pages(room):
        assert visitor.get(route, *rows).status_code == (200 if route in public else closed(route)), route


@pytest.mark.slow
def test_nothing_opens_for_an_admin_of_another_hub_but_what_is_public(room, as_):
    """Own rights end at the hub's wall."""
    stranger = as_(room.stranger)
    public = {"programmes", "programme", "notice", "you"}
    for route, rows in pages(room):
        assert stranger.get(route, *rows).status_code == (200 if route in public else closed(route)), route


@pytest.mark.slow
def test_an_empty_form_never_breaks_a_page(room, as_):
    admin = as_(room.admin)
    give_role(room.admin, "organiser")
    for route, rows in pages(room):
        assert admin.post(route, *rows).status_code in {200, 302, 403, 404, 405}, route


def test_staff_without_a_second_factor_are_asked_for_it(room, as_):
    """An organiser who only typed a code is not an organiser yet."""
    answer = as_(room.admin, second_factor=False).get("people")
    assert answer.status_code == 302


def test_somebody_else_who_is_signed_in_reads_how_to_join(room, as_):
    html = as_(room.stranger).get("you").content.decode()
    assert "not one of this hub" in html


def test_networks_are_listed_only_for_a_hub_that_belongs_to_one(room, as_):
    Member.objects.create(hub=room.there, member=room.hub, since=timezone.localdate())
    assert "There" in as_(room.mentor).get("networks").content.decode()
