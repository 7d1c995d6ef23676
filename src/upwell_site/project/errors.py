"""What somebody reads when a page is not there, or when the site could not keep what they sent."""

from __future__ import annotations

import re
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.defaults import page_not_found

from upwell_site.sealed.reserve import is_full

FULL, NOT_KEPT, BROKEN = 507, 503, 500
IN_HUB = re.compile(r"/h/[-a-zA-Z0-9_]+/")
PAGES = {FULL: "507.html", NOT_KEPT: "503.html", BROKEN: "500.html"}


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that nothing is here, in the same bytes whether an address is closed or never was."""
    request.resolver_match = None  # the frame's help link would tell which page it is
    return page_not_found(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    """Say what went wrong: no room, no answer from the database or its disk, or a fault of ours. Asks for nothing."""
    status = _why(sys.exc_info()[1])
    hub = IN_HUB.match(request.path_info)
    page = loader.get_template(PAGES[status]).render({"safe_url": f"{hub[0]}safe/" if hub else "/safe/"})
    return HttpResponse(page, status=status)


def _why(problem: BaseException | None) -> int:
    """Return the status for a problem, looking also at what it came from."""
    why, seen = BROKEN, 0
    while problem is not None and seen < 10:
        if isinstance(problem, (OperationalError, OSError)) and is_full(problem):
            return FULL
        if isinstance(problem, (OperationalError, InterfaceError)):
            why = NOT_KEPT
        problem, seen = problem.__cause__ or problem.__context__, seen + 1
    return why
