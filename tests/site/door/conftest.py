"""Limits begin anew in each test of the door."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from upwell_site.core import walls


@pytest.fixture(autouse=True)
def _fresh_limits(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        cache.clear()


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """Commit for real: for threads, and for what happens only after a commit. The log's wall is down while emptying."""
    yield
    walls.take_down()
