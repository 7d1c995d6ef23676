"""Sessions on a disk that is full, or a database that is away: what can be read is read."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

log = logging.getLogger("upwell.session")
READS = {"GET", "HEAD"}


class Sessions(SessionMiddleware):
    """As Django's, but it does not call it a bad request when the database could not keep the session.

    Opening a page changes the session only when something was said on it ("Kept."): that is said once more next time.
    A form that was sent gets the page of what really went wrong.
    """

    def process_response(self, request: HttpRequest, response: Any) -> HttpResponse:
        """Keep the session, if that is possible."""
        try:
            return super().process_response(request, response)
        except SessionInterrupted as problem:
            why = _database(problem)
            if why is None:  # ended meanwhile, as by signing out elsewhere
                raise
            if request.method not in READS:
                raise why from why.__cause__
            log.error("a session was not kept: %s", type(why).__name__)
            kept: HttpResponse = response
            return kept


def _database(problem: BaseException | None) -> DatabaseError | None:
    """Return the fault of the database that a problem came from; None when a session was only gone."""
    while problem is not None:
        if isinstance(problem, DatabaseError) and problem.__cause__ is not None:
            return problem
        problem = problem.__cause__ or problem.__context__
    return None
