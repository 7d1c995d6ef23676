"""What is asked for in a browser is slow, and needs Chromium."""

from __future__ import annotations

import pytest

from tests.browser.place import mark


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mark(items)
