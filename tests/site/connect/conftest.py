"""The room every test of connect begins in."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import connect as f
from tests.factories.signin import sign_in


@pytest.fixture
def room(db):
    """A hub with a mentoring programme, its lead and one person of every other kind."""
    return f.room()


@pytest.fixture
def client_of():
    """A browser in which somebody has signed in."""

    def open_for(who):
        client = Client()
        sign_in(client, who)
        return client

    return open_for


@pytest.fixture
def lead(room, client_of):
    """The lead's browser."""
    return client_of(room.lead)


def key(number: int = 0) -> str:
    """A key of a form, as long as a real one."""
    return f"key-of-a-form-{number:04d}"
