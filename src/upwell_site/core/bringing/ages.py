"""Dates of birth from lists, by the rule of `actions.people.claim_born`: a list may only raise protection."""

from __future__ import annotations

from datetime import date
from typing import Any

from upwell_site.core.models import Person
from upwell_site.core.models.person import adult_day


def claimed(person: Person | None, born: date, by: Person | None, today: date) -> dict[str, Any]:
    """Return the fields that a date of birth from a list changes; nothing when it says what we know.

    A date that makes somebody young counts at once. One that makes somebody adult is kept as claimed until a second
    person confirms it.
    """
    if adult_day(born) <= today:
        told = person is not None and born in (person.born, person.born_claimed)
        return {} if told else {"born_claimed": born, "born_claimed_by": by}
    young = {"born": born, "adult_on": adult_day(born), "born_claimed": None, "listed": False}
    if person is not None and all(getattr(person, name) == value for name, value in young.items()):
        return {}
    return {**young, "born_by": by, "born_claimed_by": None}
