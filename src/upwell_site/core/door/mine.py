"""What belongs to a sign-in, whichever hubs it is in. Only ever asked about the sign-in of the request itself."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from upwell_site.core.models import Hub, Person


def persons_of(user: Any) -> QuerySet[Person]:
    """Return who a sign-in is, hub by hub."""
    rows: QuerySet[Person] = Person.objects.filter(user_id=user.pk, emptied_at__isnull=True)
    return rows.select_related("hub").order_by("hub__name", "pk")


def hub_of(user: Any, number: object) -> Hub | None:
    """Return a hub by number, when the sign-in belongs to it."""
    row = persons_of(user).filter(hub_id=number).first() if isinstance(number, int) else None
    return row.hub if row else None


def second_steps_of(user: Any) -> list[Authenticator]:
    """Return the passkeys, app and printed codes of a sign-in."""
    return list(Authenticator.objects.filter(user_id=user.pk).order_by("pk"))
