"""Headers that stand on every response, also on errors and static files."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

ALWAYS = {
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noarchive",
}
# Addresses that are keys themselves: what they open is nobody else's, also before anybody has signed in.
BY_KEY = ("/invitation/", "/l/", "/u/")


class Headers:
    """Adds what every response carries; what somebody sees signed in is stored nowhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        if not response.headers.get("Cache-Control"):
            response.headers["Cache-Control"] = "no-store" if _personal(request) else "private, no-cache"
        return response


def _personal(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    session = getattr(request, "session", None)
    if request.path_info.startswith(BY_KEY):
        return True
    try:
        return bool((user is not None and user.is_authenticated) or (session is not None and not session.is_empty()))
    except DatabaseError:  # who it is cannot be asked: the error page still has its headers, and nobody keeps it
        return True
