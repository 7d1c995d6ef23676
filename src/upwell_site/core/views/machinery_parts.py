"""What the machinery's pages share: one decision with its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect

from upwell_site.core.actor import Request
from upwell_site.core.once import once
from upwell_site.core.refused import Refused


def decided(request: Request, where: str, decide: Callable[[], Any], said: str, *, back: str = "") -> HttpResponse:
    """Do something once and go to `where`, which says that it was done; to `back` (or there too) with why not."""

    def and_say() -> str:
        decide()
        messages.success(request, said)
        return where

    try:
        return once(request, and_say)
    except Refused as no:
        messages.error(request, str(no))
        return HttpResponseRedirect(back or where)
