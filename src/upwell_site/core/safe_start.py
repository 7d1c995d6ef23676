"""What must be true before the site serves anybody."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from upwell_site.core import walls


def check() -> None:
    """Refuse to serve when a wall between hubs is missing, or when demo doors would stand open to others."""
    if gone := walls.missing():
        raise ImproperlyConfigured(
            f"{len(gone)} walls between hubs are missing in the database (the first: {gone[0]}). "
            "Run `upwell-site migrate` to put them up again."
        )
