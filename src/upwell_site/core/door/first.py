"""Who may make the first start from a page: somebody on this machine, or with the key that the console printed."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from upwell_site.core.door.loopback import from_here

GIVEN = "start-key"


def start_key() -> str:
    """Return the key of the first start. Of use only while the database is empty."""
    return salted_hmac("upwell.start", "first", algorithm="sha256").hexdigest()[:32]


def may_start(request: HttpRequest) -> bool:
    """Whether this request may make the first start."""
    return from_here(request) or request.session.get(GIVEN) is True


def take_key(request: HttpRequest, key: str) -> bool:
    """Remember that somebody knew the key."""
    if not hmac.compare_digest(key.strip().encode(), start_key().encode()):
        return False
    request.session.cycle_key()
    request.session[GIVEN] = True
    return True


def mail_is_set() -> bool:
    """Whether a mail server was named."""
    return bool(settings.EMAIL_HOST)
