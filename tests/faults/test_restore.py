"""The drill: backed up while people write, lost, put back. The same rows, and nobody back who was forgotten."""

from __future__ import annotations

import os

import pytest

from tests.faults import restore

pytestmark = [pytest.mark.faults, pytest.mark.slow]
RTO = 60.0  # seconds


def test_the_drill():
    on = "postgres" if os.environ.get("UPWELL_TEST_ON") == "postgres" else "sqlite"
    found = restore.run(500, seed=2, on=on)
    assert found.wrong == []
    assert found.before >= restore.FIRST and found.rows > 1_000 and found.rto < RTO
