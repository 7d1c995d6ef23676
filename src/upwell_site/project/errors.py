"""What somebody reads when a page is not there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.defaults import page_not_found


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that nothing is here, in the same bytes whether an address is closed or never was."""
    request.resolver_match = None  # the frame's help link would tell which page it is
    return page_not_found(request, exception)
