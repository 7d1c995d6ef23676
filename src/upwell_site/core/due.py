"""When an answer is due: the law's months, and a clock that stands while we wait for the person.

As the Information Commissioner counts: the same day of the month after, or that month's last day where it has no such
day; when that is a Saturday or Sunday, the next Monday. Bank holidays differ by nation and are not counted as days off:
so an answer is never late for them, and the hub may have a day more than this says.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta

EXTENDED = 3  # months in all, once told why
ACKNOWLEDGE = 30  # days for a complaint, the day it came included
BREACH = timedelta(hours=72)
SATURDAY = 5


def months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def working_day(day: date) -> date:
    """Return `day`, or the Monday after when it is a Saturday or Sunday."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day


def answer_due(opened: date, *, extended: bool = False, stood: int = 0) -> date:
    """Return the last day for an answer; `stood`: days the clock stood still while we waited for the person."""
    return working_day(months_after(opened, EXTENDED if extended else 1) + timedelta(days=stood))


def acknowledge_due(opened: date) -> date:
    """Return the last day to say that a complaint has come. A weekend moves it to nothing later."""
    return opened + timedelta(days=ACKNOWLEDGE - 1)
