"""Dates of birth from lists, by the rule of `actions.people.claim_born`: a list may only raise protection."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from upwell_site.core.models import Person
from upwell_site.core.models.person import adult_day


def claimed(person: Person | None, born: date, by: Person | None) -> dict[str, Any]:
    """Return the fields that a date of birth from a list changes; nothing when it says what we know.

    A date that makes somebody young counts at once. One that makes somebody adult is kept as claimed until a second
    person confirms it.
    """
    if person is not None and born in (person.born, person.born_claimed):
        return {}
    if adult_day(born) > timezone.localdate():
        return {
            "born": born,
            "born_by": by,
            "adult_on": adult_day(born),
            "born_claimed": None,
            "born_claimed_by": None,
            "listed": False,
        }
    return {"born_claimed": born, "born_claimed_by": by}
