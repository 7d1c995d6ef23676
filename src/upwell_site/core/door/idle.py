"""Sessions that end: staff after 30 minutes away, everybody after 12 hours."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core.actor import NEEDS_SECOND_FACTOR, SECOND_FACTORS
from upwell_site.core.models import Membership, User

SALT = "upwell.seen"
FRESH = 60  # seconds for which the cookie is not written anew


class Idle:
    """Ends sessions that were left alone.

    When somebody was last here is kept in a signed cookie of their own, tied to the session: a page that is only looked
    at writes nothing into the database.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and (why := _over(request)):
            logout(request)
            messages.info(request, why)
            to = request.get_full_path() if request.method in {"GET", "HEAD"} else "/"
            return redirect_to_login(to)
        response = self.get_response(request)
        _mark(request, response)
        return response


def _over(request: HttpRequest) -> str:
    """Return why this session ends now, or nothing."""
    records = get_authentication_records(request, request.user)
    times = [float(record.get("at", 0)) for record in records] or [time.time()]
    now = time.time()
    if now - min(times) > settings.SESSION_COOKIE_AGE:
        return _("You were signed in for a long time. Please sign in again.")
    strong = any(record.get("method") in SECOND_FACTORS for record in records)
    if not strong or now - max(_seen(request), *times, 0) <= settings.IDLE_MINUTES * 60:
        return ""
    return _("You were away for a while. Please sign in again.") if _is_staff(request.user) else ""


def _is_staff(user: Any) -> bool:
    """Whether somebody looks after others anywhere. Asked only when a session was left alone."""
    if not isinstance(user, User):
        return False
    live = Membership.objects.filter(person__user=user, granted_at__isnull=False, role__in=NEEDS_SECOND_FACTOR)
    today = timezone.localdate()
    return user.is_operator or live.filter(Q(until__isnull=True) | Q(until__gt=today)).exists()


def _name() -> str:
    return "__Host-seen" if settings.SESSION_COOKIE_SECURE else "seen"


def _tie(request: HttpRequest) -> str:
    return signing.Signer(salt=SALT).signature(request.session.session_key or "")


def _seen(request: HttpRequest) -> float:
    try:
        tie, at = signing.loads(request.COOKIES.get(_name(), ""), salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return 0.0
    return float(at) if tie == _tie(request) else 0.0


def _mark(request: HttpRequest, response: HttpResponse) -> None:
    """Remember that somebody was here, at most once a minute."""
    if not request.user.is_authenticated:
        if _name() in request.COOKIES:
            response.delete_cookie(_name(), samesite="Lax")
        return
    now = time.time()
    if now - _seen(request) < FRESH:
        return
    value = signing.dumps([_tie(request), int(now)], salt=SALT)
    response.set_cookie(_name(), value, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax", path="/")
