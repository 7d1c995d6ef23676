"""The one way out for mail: a letter is a row first, sent later by the sender, outside every transaction."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from upwell_site.core.events import ref
from upwell_site.core.models import Hub, Letter, NoticeChoice, Person

DELAY = timedelta(minutes=10)  # time to press stop, for anything that goes to more than one person
ALWAYS = frozenset({"sign_in_code", "invitation", "sign_in_notice"})  # kinds nobody can switch off


def post(
    to: Person | str,
    kind: str,
    event: str,
    *,
    hub: Hub | None = None,
    about: Model | None = None,
    values: dict[str, Any] | None = None,
    batch: str = "",
    after: datetime | None = None,
) -> Letter | None:
    """Put a letter in the outbox, in the caller's transaction; each change (`event`) is told to each person once.

    Letters with the same `batch` go to more than one person: they wait ten minutes and can be stopped together.
    Returns None when this was told already, or the person does not want this kind.
    """
    person = to if isinstance(to, Person) else None
    if person and kind not in ALWAYS and _unwanted(person, kind):
        return None
    letter = Letter(
        hub_id=person.hub_id if person else hub.pk if hub else None,
        to=person,
        address="" if person else str(to),
        kind=kind,
        event=event,
        values=values or {},
        about=ref(about) if about else "",
        batch=batch,
        after=after or timezone.now() + (DELAY if batch else timedelta()),
        message_id=f"<{secrets.token_hex(16)}@upwell>",
    )
    try:
        with transaction.atomic():
            letter.save()
    except IntegrityError:
        return None
    return letter


def _unwanted(person: Person, kind: str) -> bool:
    return NoticeChoice.objects.filter(hub_id=person.hub_id, person=person, kind=kind, wanted=False).exists()
