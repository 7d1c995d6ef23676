"""Addresses by name, for pages that exist; nothing where a page does not exist (yet)."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse

from upwell_site.core import policy
from upwell_site.core.policy import Actor


def link(name: str, *args: Any) -> str:
    """Return the address of a page, or "" when there is no such page: a menu never pretends."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def open_to(actor: Actor | None, cell: str) -> bool:
    """Whether this actor's roles let them open a page of the hub or site that needs `cell`."""
    return actor is not None and policy.may(actor, cell)
