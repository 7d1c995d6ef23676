"""What the machinery's pages share: one decision with its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from upwell_site.core.actor import Request
from upwell_site.core.once import once_or_say


def decided(request: Request, where: str, decide: Callable[[], Any], said: str, *, back: str = "") -> HttpResponse:
    """Do something once and go to `where`, which says that it was done; to `back` (or there too) with why not."""

    def do() -> str:
        decide()
        return where

    return once_or_say(request, do, back or where, said)
