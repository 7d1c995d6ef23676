"""The house stands: migrations run, walls are up."""

import pytest

from upwell_site.core import walls


@pytest.mark.django_db
def test_every_wall_stands_after_the_migrations():
    assert walls.missing() == []
