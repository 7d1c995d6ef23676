"""Where somebody goes after the door."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from upwell_site.core.models import Hub


def home_url(hub: Hub) -> str:
    """Return the first page of a hub for somebody who belongs to it."""
    for name in ("home", "hub"):
        try:
            return reverse(name, args=[hub.slug])
        except NoReverseMatch:
            continue
    return f"/h/{hub.slug}/"
