"""A hub and its people; real votes, brought in once a test."""

from __future__ import annotations

import pytest

from tests.factories import listen as made


@pytest.fixture
def town(db):
    """One hub: an organiser, a lead, an admin, a neighbour, somebody of 14."""
    return made.town()


@pytest.fixture
def yards(town):
    """An open, public discussion with two camps, its groups worked out."""
    row = made.discussion(town)
    made.two_camps(row)
    from upwell_site.core import jobs

    jobs.start("listen.regroup", hub=town.hub, about=row)
    made.work()
    return row
