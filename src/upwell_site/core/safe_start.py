"""What must be true before the site serves anybody."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from upwell_site.core import ledger, walls
from upwell_site.core.door.loopback import far_hosts
from upwell_site.core.models import Site


def check() -> None:
    """Refuse to serve when a wall between hubs is missing, or when demo doors would stand open to others."""
    if gone := walls.missing():
        raise ImproperlyConfigured(
            f"{len(gone)} walls between hubs are missing in the database (the first: {gone[0]}). "
            "Run `upwell-site migrate` to put them up again."
        )
    check_forgotten()
    if not Site.is_example():
        return
    if far := far_hosts():
        raise ImproperlyConfigured(
            f"This database is an example: its doors are open to everybody. UPWELL_HOSTS names {', '.join(far)}, "
            "by which others could reach it. Leave UPWELL_HOSTS out, or run `upwell-site remove-example` first."
        )
    if settings.TRUSTED_HOPS:
        raise ImproperlyConfigured(
            "This database is an example: its doors are open to everybody. UPWELL_PROXY says that a proxy stands in "
            "front of it. Leave UPWELL_PROXY out, or run `upwell-site remove-example` first."
        )


def check_forgotten() -> None:
    """Refuse to serve, send or work while people who were forgotten are back: the database is older than that."""
    if back := ledger.back_again():
        raise ImproperlyConfigured(
            f"People who were forgotten are in this database again ({len(back)}): it is older than their wish. "
            "Run `upwell-site forget-again` before anybody is let in."
        )
