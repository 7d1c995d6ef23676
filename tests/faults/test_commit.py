"""A disk that fails when a commit is to be kept: never a yes, a clear page, and what is sent again counts once."""

from __future__ import annotations

import shutil
import sqlite3

import pytest
from django.db import OperationalError, connection

from tests import world as w
from tests.faults import commit
from tests.site.machinery.test_backup import wipe
from upwell_site.core.models import Once, Organisation

pytestmark = [pytest.mark.faults, pytest.mark.slow]
FORM = {"name": "Seacroft Kitchen", "sector": "charity", "level": "community", "once": "k" * 24}


@pytest.mark.skipif(shutil.which("strace") is None, reason=commit.NOT_RUN)
def test_a_sync_that_fails_is_never_a_yes():
    found = commit.Figures()
    commit.one(found, after=12)
    assert not found.wrong
    assert found.refused > 0 and found.acknowledged + found.refused == commit.DEEDS


@pytest.fixture
def emptied(transactional_db):
    """Empty the database afterwards, tables that only grow too."""
    yield
    wipe()


def test_a_commit_that_fails_keeps_nothing_and_the_same_form_counts_afterwards(emptied, monkeypatch):
    """The last step of all: everything was decided, the answer was ready, and the database says no."""
    client = w.make().client("lead")
    client.raise_request_exception = False

    def fails() -> None:
        cause = sqlite3.OperationalError("disk I/O error")
        cause.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
        raise OperationalError("disk I/O error") from cause

    keys = Once.objects.count()
    with monkeypatch.context() as broken:
        broken.setattr(connection, "_commit", fails)
        answer = client.post("/h/here/organisations/add/", FORM)
    assert answer.status_code == 503 and "may not be saved" in answer.content.decode()
    assert (Organisation.objects.filter(name=FORM["name"]).count(), Once.objects.count()) == (0, keys)

    assert client.post("/h/here/organisations/add/", FORM).status_code == 302
    assert Organisation.objects.filter(name=FORM["name"]).count() == 1
