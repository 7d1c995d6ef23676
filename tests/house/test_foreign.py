"""A number that a form did not offer opens nothing: not another hub's row, nor one that the person may not choose."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection, transaction

from tests import world as w
from tests.house.forms import Field, Form, forms
from upwell_site.core.models import Event
from upwell_site.core.tenancy import Walled

PEOPLE = ("admin", "lead", "organiser", "safe", "convenor", "adult", "linkholder", "operator")
if not os.environ.get("UPWELL_LONG"):  # the short form of every day
    PEOPLE = ("admin", "lead", "adult")
NO_ROW = {"version", "k", "count", "answer", "csrfmiddlewaretoken", "once"}  # numbers that name no row


def chosen(form: Form) -> Iterator[Field]:
    """Yield the questions of a form that are answered with the number of a row."""
    for one in form.fields.values():
        values = [value for value in (*one.offered, *one.sent) if value]
        numbers = all(value.isdecimal() for value in values)
        if (
            one.kind in {"select", "radio", "checkbox", "hidden", "button"}
            and one.name not in NO_ROW
            and values
            and numbers
        ):
            yield one


def foreign(world: w.World) -> set[str]:
    """Return the numbers of the rows of the other hub that no row of this one has, of every kind."""
    here, there = (world.sides[name].hub.pk for name in w.HUBS)
    mine, theirs = set(), set()
    for model in apps.get_models():
        if issubclass(model, Walled):
            mine |= set(model._default_manager.filter(hub=here).values_list("pk", flat=True))
            theirs |= set(model._default_manager.filter(hub=there).values_list("pk", flat=True))
    return {str(number) for number in theirs - mine} | {"987654321"}


@pytest.mark.django_db
def test_a_number_that_was_not_offered_changes_nothing():
    """ASVS 8.2.2: every choice of every form, sent with rows of the other hub: refused, and nothing is written down."""
    world = w.make()
    others = sorted(foreign(world))
    wrong, tried, fields = [], 0, 0
    for form in forms(world, *PEOPLE):
        client = world.client(form.who)
        client.raise_request_exception = False
        for one in chosen(form):
            fields += 1
            for number in others[:: max(1, len(others) // 4)]:
                if number in (*one.offered, *one.sent):
                    continue
                tried += 1
                events = Event.objects.count()
                with transaction.atomic():
                    send = client.post if form.method == "post" else client.get
                    answer = send(form.to, form.data(**{one.name: number}))
                    did = Event.objects.count() - events if not connection.needs_rollback else 0
                    transaction.set_rollback(True)
                if answer.status_code >= 500 or did:
                    wrong.append(f"{form.who} {form.to} {one.name}={number}: {answer.status_code}, wrote {did}")
    assert wrong == []
    assert (fields > 10, tried > 30) == (True, True), (fields, tried)


UNSEEN = (  # who, where, what is sent; in each, the programme is B, which this person may not choose
    ("lead", "/h/here/rounds/add/", {"name": "Sly round"}),
    ("lead", "/h/here/discussions/new/", {"title": "Sly", "sentences": "One.\nTwo."}),
    ("organiser", "/h/here/discussions/new/", {"title": "Sly", "sentences": "One.\nTwo."}),
    ("organiser", "/h/here/talks/add/", {"who": "nobody", "share": "no", "how": "door", "on": "2026-01-01"}),
    ("lead", "/h/here/people/add/", {"name": "Sly Person"}),
    ("organiser", "/h/here/people/add/", {"name": "Sly Person"}),
    ("lead", "/h/here/trainings/add/", {"name": "Sly", "pages": "One", "pass_mark": "0"}),
    ("organiser", "/h/here/invitations/", {"address": "sly@example.org", "role": "mentee"}),
    ("lead", "/h/here/invitations/", {"address": "sly@example.org", "role": "organiser"}),
)


@pytest.mark.django_db
@pytest.mark.parametrize(("who", "to", "data"), UNSEEN)
def test_a_programme_of_others_cannot_be_chosen(who: str, to: str, data: dict[str, str]):
    """It can be seen, because it is public; one's role does not reach into it."""
    world = w.make()
    programmes = world.sides["here"].rows["programme"]
    before, client = Event.objects.count(), world.client(who)
    client.post(to, {**data, "programme": programmes["B"].pk})
    assert Event.objects.count() == before
    client.post(to, {**data, "programme": programmes["A"].pk})
    assert Event.objects.count() > before  # the same with one's own: it was the programme that was refused
