"""A decision happens once: the same form sent twice gets the first answer."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse, HttpResponseRedirect

from upwell_site.core.models import Once
from upwell_site.core.refused import Refused

KEY = re.compile(r"^[A-Za-z0-9_-]{16,40}$")


def new_key() -> str:
    """Return a key for a form that decides something."""
    return secrets.token_urlsafe(18)


def once(request: Any, decide: Callable[[], str], *, anybody: bool = False) -> HttpResponse:
    """Run `decide` once for the key that the form carries, and go to the address it returns.

    The key and the decision are one transaction: a refused action leaves no key. A form without a usable key gets one,
    so that an old page still works; natural unique keys stand behind it. A key counts for one person and one address:
    in other hands, or on another form of the same page, it is another key. `anybody`: also across signing in.
    """
    key = request.POST.get("once", "")
    key = _bound(request, key if KEY.match(key) else new_key(), anybody=anybody)
    hub_id = request.actor.hub_id
    try:
        with transaction.atomic():
            row = Once.objects.create(hub_id=hub_id, key=key, answer="")
            row.answer = decide()
            row.save(update_fields=["answer"])
    except IntegrityError:
        before = Once.objects.filter(hub_id=hub_id, key=key).first()
        if before is None:
            raise
        return HttpResponseRedirect(before.answer)
    return HttpResponseRedirect(row.answer)


def once_or_say(request: Any, decide: Callable[[], str], back: str, said: Any = "") -> HttpResponse:
    """Decide once and go where it leads, where `said` is said; a refusal is said on the page `back`."""

    def and_say() -> str:
        where = decide()
        if said:
            messages.success(request, str(said))
        return where

    try:
        return once(request, and_say)
    except Refused as no:
        messages.error(request, str(no))
        return HttpResponseRedirect(back)


def _bound(request: Any, key: str, *, anybody: bool) -> str:
    """Return the key as it is kept: what a form carries, whose form it is, and where it goes."""
    who = ""
    if not anybody:
        # a visitor has no session before their first answer: the random key alone tells their form from others
        who = f"user {request.user.pk}" if request.user.is_authenticated else "visitor"
    told = hashlib.sha256("\n".join((who, request.path, key)).encode("utf-8", "replace")).digest()
    return base64.urlsafe_b64encode(told).decode()[:40]
