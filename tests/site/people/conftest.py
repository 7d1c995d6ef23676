"""The room of these tests, and a quick way to ask for a page as somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.people import Room, make_room
from tests.factories.signin import sign_in
from upwell_site.core import walls
from upwell_site.core.models import Person


@pytest.fixture
def room(db: None) -> Room:
    return make_room()


class As:
    """A browser signed in as one person."""

    def __init__(self, room: Room, person: Person | None, second_factor: bool = True) -> None:
        self.room, self.client = room, Client()
        if person is not None:
            sign_in(self.client, person, second_factor)

    def address(self, route: str, *rows: Any, hub: str | None = None) -> str:
        numbers = [getattr(row, "pk", row) for row in rows]
        return reverse(route, args=[hub or self.room.hub.slug, *numbers])

    def get(self, route: str, *rows: Any, query: str = "") -> Any:
        return self.client.get(self.address(route, *rows) + query)

    def post(self, route: str, *rows: Any, **data: Any) -> Any:
        return self.client.post(self.address(route, *rows), data)

    def post_and_read(self, route: str, *rows: Any, **data: Any) -> str:
        """Post, follow to the next page and return its words."""
        answer = self.client.post(self.address(route, *rows), data, follow=True)
        assert answer.status_code == 200
        return answer.content.decode()


@pytest.fixture
def as_(room: Room) -> Callable[..., As]:
    return lambda person=None, second_factor=True: As(room, person, second_factor)


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """Commit for real, for threads. The log's wall is down while the tables are emptied; it is put up again after."""
    yield
    walls.take_down()
