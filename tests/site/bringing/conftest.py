"""The small hub, and a driver that brings a list in through the pages as a person would."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase

from tests.factories.bringing import small_world
from tests.factories.signin import sign_in_user as sign_in
from upwell_site.core.models import Batch


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.DIR = tmp_path


@pytest.fixture
def here(db: Any) -> Any:
    return small_world("here")


@pytest.fixture
def there(db: Any) -> Any:
    return small_world("there")


class Driver:
    """Somebody at the pages of bringing in."""

    def __init__(self, world: Any, person: Any) -> None:
        self.client, self.world = Client(), world
        self.root = f"/h/{world.hub.slug}/bring-in/"
        sign_in(self.client, person.user)

    def upload(self, kind: str, body: bytes | str, name: str = "list.csv", where: Any = None) -> Any:
        """Upload a list; return the answer after the redirect."""
        body = body.encode("utf-8") if isinstance(body, str) else body
        if where is None:
            where = {"people": "", "organisations": ""}.get(kind, str(self.world.round.pk))
        data = {"where": where, "file": SimpleUploadedFile(name, body)}
        return self.client.post(f"{self.root}list/{kind}/", data, follow=True)

    @property
    def batch(self) -> Batch:
        """The newest batch."""
        return Batch.objects.filter(hub=self.world.hub).order_by("-id")[0]

    def post(self, page: str, **data: Any) -> Any:
        with TestCase.captureOnCommitCallbacks(execute=True):
            return self.client.post(f"{self.root}{self.batch.pk}/{page}/", data, follow=True)

    def bring_in(self, kind: str, body: bytes | str, **more: Any) -> Batch:
        """Upload a list without problems and bring it in."""
        answer = self.upload(kind, body, **more)
        assert answer.status_code == 200
        assert self.batch.found.get("problems") == [], self.batch.found
        self.post("load")
        assert self.batch.state == "done", self.batch.found
        return self.batch


@pytest.fixture
def admin(here: Any) -> Driver:
    return Driver(here, here.admin)


@pytest.fixture
def lead(here: Any) -> Driver:
    return Driver(here, here.lead)


@pytest.fixture
def organiser(here: Any) -> Driver:
    return Driver(here, here.organiser)


def words_of(answer: Any) -> str:
    """Return a page's words, without marks and doubled spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())
