"""One writer of the event log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Model

from upwell_site.core.models import Event, Person

if TYPE_CHECKING:
    from upwell_site.core.models import Hub


def ref(row: Model) -> str:
    """Return the name of a row in text: "listen.note:7"."""
    return f"{row._meta.label_lower}:{row.pk}"


def log(
    by: Person | None, did: str, to: Model | None = None, *, hub: Hub | None = None, **numbers: int | float | bool
) -> Event:
    """Write down that `by` did something, in the caller's transaction. Numbers only: words never enter the log."""
    if wrong := [key for key, value in numbers.items() if not isinstance(value, int | float | bool)]:
        raise TypeError(f"the event log takes numbers only: {', '.join(wrong)}")
    hub_id = hub.pk if hub else by.hub_id if by else getattr(to, "hub_id", None)
    return Event.objects.create(hub_id=hub_id, by=by, did=did, to=ref(to) if to else "", numbers=numbers)
