"""A decision happens once: the same form sent twice gets the first answer."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpResponse, HttpResponseRedirect

from upwell_site.core.models import Once

KEY = re.compile(r"^[A-Za-z0-9_-]{16,40}$")


def new_key() -> str:
    """Return a key for a form that decides something."""
    return secrets.token_urlsafe(18)


def once(request: Any, decide: Callable[[], str]) -> HttpResponse:
    """Run `decide` once for the key that the form carries, and go to the address it returns.

    The key and the decision are one transaction: a refused action leaves no key. A form without a usable key gets one,
    so that an old page still works; natural unique keys stand behind it.
    """
    key = request.POST.get("once", "")
    if not KEY.match(key):
        key = new_key()
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
