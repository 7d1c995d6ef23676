"""A full disk: nothing acknowledged is lost, the page says so, reading goes on, a worry gets in."""

from __future__ import annotations

import sqlite3
import sys

import pytest
from django.db import DatabaseError, OperationalError
from django.test import RequestFactory

from tests.faults import disk
from upwell_site.core.door.session import Sessions
from upwell_site.project import errors

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def test_the_disk_fills_up_and_empties_again():
    found = disk.run()
    if found.wrong == [disk.NOT_RUN]:
        pytest.skip(disk.NOT_RUN)
    assert not found.wrong
    assert found.acknowledged >= 13 and found.refused >= 4
    assert (found.read, found.concerns) == (len(disk.PAGES), 3)


def sqlite(code: int) -> sqlite3.OperationalError:
    cause = sqlite3.OperationalError("told by SQLite")
    cause.sqlite_errorcode = code
    return cause


@pytest.mark.parametrize(
    ("cause", "status"),
    [
        (sqlite(sqlite3.SQLITE_FULL), 507),
        (sqlite(sqlite3.SQLITE_IOERR_FSYNC), 503),
        (sqlite(sqlite3.SQLITE_BUSY), 503),
        (type("Full", (Exception,), {"sqlstate": "53100"})(), 507),
        (type("Away", (Exception,), {"sqlstate": "57P01"})(), 503),
        (None, 500),
    ],
)
def test_the_page_says_what_went_wrong_and_asks_the_database_nothing(cause, status):
    """Also when it is only the last step that failed, and when another error came of it."""
    try:
        try:
            if cause is None:
                raise ValueError("canary-words")
            raise OperationalError("canary-words") from cause
        except Exception as problem:
            raise RuntimeError("what came of it") from problem
    except RuntimeError:
        assert sys.exc_info()[1] is not None
        answer = errors.broken(RequestFactory().post("/h/here/safe/tell/"))
    text = answer.content.decode()
    assert answer.status_code == status and "canary" not in text
    assert "may not be saved" in text and (status == 500 or 'href="/h/here/safe/"' in text)


class Session(dict):
    """A session that cannot be kept."""

    accessed = modified = True
    session_key = "k"

    def __init__(self, problem: DatabaseError) -> None:
        self.problem = problem

    def is_empty(self) -> bool:
        return False

    def get_expire_at_browser_close(self) -> bool:
        return True

    def save(self) -> None:
        from django.contrib.sessions.backends.base import UpdateError

        try:
            raise self.problem
        except DatabaseError:
            raise UpdateError  # noqa: B904 - as Django's does, with the problem behind it


def test_a_page_is_shown_whose_session_could_not_be_kept_and_a_form_is_told_why():
    from django.http import HttpResponse

    full = OperationalError("full")
    full.__cause__ = sqlite(sqlite3.SQLITE_FULL)
    keep = Sessions(lambda _: HttpResponse())
    for method in ("get", "post"):
        request = getattr(RequestFactory(), method)("/")
        request.session = Session(full)
        if method == "get":
            assert keep.process_response(request, HttpResponse("read")).content == b"read"
        else:
            with pytest.raises(OperationalError):
                keep.process_response(request, HttpResponse())


def test_a_session_that_was_ended_meanwhile_is_still_a_bad_request():
    from django.contrib.sessions.exceptions import SessionInterrupted
    from django.http import HttpResponse

    request = RequestFactory().get("/")
    request.session = Session(DatabaseError("Forced update did not affect any rows."))
    with pytest.raises(SessionInterrupted):
        Sessions(lambda _: HttpResponse()).process_response(request, HttpResponse())
