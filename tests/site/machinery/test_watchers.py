"""One more adult who sees a conversation: who may add one, and who counts as one."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories.machinery import give_role, make_mentor, make_person, make_programme, make_staff
from tests.factories.signin import sign_in
from upwell_site.core import threads
from upwell_site.core.models import Letter
from upwell_site.core.refused import Refused

pytestmark = pytest.mark.django_db


def signed_in(person):
    client = Client()
    sign_in(client, person)
    return client


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


def page_of_watchers(talk):
    return f"/h/bell-street/messages/{talk.pk}/watch/"


def test_a_paused_conversation_goes_on_once_a_lead_adds_somebody(hub, talk):
    organiser, lead = seat(talk, 2), seat(talk, 3)
    organiser.memberships.update(until=timezone.localdate())
    assert threads.review() == 1
    deputy = make_staff(hub, "deputy")
    client = signed_in(lead)
    assert page_of_watchers(talk) in client.get(f"/h/bell-street/messages/{talk.pk}/").content.decode()
    page = client.get(page_of_watchers(talk)).content.decode()
    assert f'value="{deputy.pk}"' in page
    assert "Deputy safeguarding lead" in page
    assert deputy.name not in page  # a lead does not know who it is, only that they may
    form = {"person": deputy.pk, "once": "w" * 20}
    for _ in range(2):
        assert client.post(page_of_watchers(talk), form).status_code == 302
    assert list(talk.seats.filter(person=deputy).values_list("seat", flat=True)) == ["observer"]
    letter = Letter.objects.get(to=deputy)
    assert (letter.kind, letter.values) == ("message", {"path": f"/h/bell-street/messages/{talk.pk}/"})
    client.post(f"/h/bell-street/messages/{talk.pk}/go-on/", {"once": "g" * 20})
    talk.refresh_from_db()
    assert talk.paused_at is None
    assert threads.lacks(talk) == []


def test_only_who_counts_is_offered_and_nobody_else_is_taken(hub, talk):
    other = make_programme(hub)
    no = [
        make_person(hub),
        make_person(hub, adult=False),
        make_staff(hub, "admin"),
        make_staff(hub, "lead", other),
        seat(talk, 1),
        seat(talk, 2),
    ]
    blind = make_person(hub, user=False)
    give_role(blind, "organiser", talk.programme)
    client = signed_in(make_staff(hub, "safeguarding"))
    page = client.get(page_of_watchers(talk)).content.decode()
    for one in (*no, blind):
        assert f'value="{one.pk}"' not in page
        assert client.post(page_of_watchers(talk), {"person": one.pk, "once": f"n{one.pk:020d}"}).status_code == 200
    assert client.post(page_of_watchers(talk)).status_code == 200
    for one in (no[0], blind, no[3]):
        with pytest.raises(Refused):
            threads.add_watcher(by=seat(talk, 3), thread=talk, person=one)
    assert talk.seats.count() == 4


@pytest.mark.parametrize(("number", "status"), [(0, 403), (1, 403), (2, 403)])
def test_others_in_the_conversation_add_nobody(talk, number, status):
    client = signed_in(seat(talk, number))
    assert client.get(page_of_watchers(talk)).status_code == status
    assert page_of_watchers(talk) not in client.get(f"/h/bell-street/messages/{talk.pk}/").content.decode()


def test_a_lead_who_does_not_sit_in_it_does_not_know_of_it(hub, talk):
    for lead in (make_staff(hub, "lead", talk.programme), make_staff(hub, "admin")):
        assert signed_in(lead).get(page_of_watchers(talk)).status_code == 404
