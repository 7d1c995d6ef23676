"""Due dates: hand-worked days, and 400 start days against a count day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from upwell_site.core.due import acknowledge_due, answer_due, months_after, working_day

D = date


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        (D(2026, 9, 3), D(2026, 10, 5)),  # 3 October is a Saturday
        (D(2025, 9, 3), D(2025, 10, 3)),  # the Commissioner's own example
        (D(2025, 3, 31), D(2025, 4, 30)),  # April has no 31st
        (D(2026, 1, 31), D(2026, 3, 2)),  # 28 February is a Saturday
        (D(2028, 1, 31), D(2028, 2, 29)),  # a leap year
        (D(2027, 1, 29), D(2027, 3, 1)),  # no 29 February; the 28th is a Sunday
        (D(2026, 12, 15), D(2027, 1, 15)),
        (D(2026, 11, 25), D(2026, 12, 25)),  # Christmas: bank holidays are not counted as days off
    ],
)
def test_one_month_by_hand(opened: date, due: date):
    assert answer_due(opened) == due


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        (D(2026, 11, 30), D(2027, 3, 1)),  # 28 February 2027 is a Sunday
        (D(2027, 11, 30), D(2028, 2, 29)),
        (D(2026, 6, 1), D(2026, 9, 1)),
    ],
)
def test_two_months_more_by_hand(opened: date, due: date):
    assert answer_due(opened, extended=True) == due


@pytest.mark.parametrize(
    ("opened", "stopped", "resumed", "due"),
    [
        # asked on 1 June, due 1 July; stopped on the 11th with 20 days left; goes on on 1 July: 21 July
        (D(2026, 6, 1), D(2026, 6, 11), D(2026, 7, 1), D(2026, 7, 21)),
        # stopped on the last day with none left; goes on on a Saturday: due on Monday
        (D(2026, 6, 1), D(2026, 7, 1), D(2026, 7, 4), D(2026, 7, 6)),
        # stopped and resumed on the same day: nothing changes
        (D(2026, 6, 1), D(2026, 6, 11), D(2026, 6, 11), D(2026, 7, 1)),
        # a month rolled over a weekend gives no more than the days that were left: 31 October is a Saturday
        (D(2026, 9, 30), D(2026, 10, 20), D(2026, 10, 30), D(2026, 11, 9)),
    ],
)
def test_the_clock_goes_on_with_the_days_left(opened: date, stopped: date, resumed: date, due: date):
    assert answer_due(opened, stood=(resumed - stopped).days) == due


def counted(opened: date, months: int, stood: int) -> date:
    """Return the due day by walking day by day, without a month's arithmetic."""
    day, passed = opened, 0
    while passed < months:
        day += timedelta(days=1)
        if day.day == 1:
            passed += 1
    while day.day < opened.day and (day + timedelta(days=1)).month == day.month:
        day += timedelta(days=1)
    for _day in range(stood):
        day += timedelta(days=1)
    while day.strftime("%a") in {"Sat", "Sun"}:
        day += timedelta(days=1)
    return day


def test_four_hundred_start_days(record_property):
    """From November before a leap year to the December after it begins; stops of none to sixty days."""
    wrong, asked = [], 0
    for n in range(400):
        opened = D(2027, 11, 1) + timedelta(days=n)
        for extended, months in ((False, 1), (True, 3)):
            for stood in (0, 1, 2, 13, 60):
                asked += 1
                if answer_due(opened, extended=extended, stood=stood) != counted(opened, months, stood):
                    wrong.append((opened, extended, stood))
    record_property("asked", asked)
    assert wrong == []


def test_years_that_look_like_leap_years():
    assert months_after(D(2099, 12, 31), 2) == D(2100, 2, 28)
    assert months_after(D(1999, 12, 31), 2) == D(2000, 2, 29)


def test_a_complaint_is_acknowledged_on_the_thirtieth_day_at_the_latest():
    """The day it came is the first of the thirty; a weekend moves nothing."""
    assert acknowledge_due(D(2026, 6, 1)) == D(2026, 6, 30)
    assert all((acknowledge_due(D(2026, 1, 1) + timedelta(days=n)) - D(2026, 1, 1)).days == n + 29 for n in range(400))


def test_a_working_day_is_left_alone():
    assert [working_day(D(2026, 6, n)).day for n in range(1, 9)] == [1, 2, 3, 4, 5, 8, 8, 8]
