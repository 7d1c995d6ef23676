"""B1 and B2: every address x everybody x method x rows of both hubs is decided by the table; no canary leaks."""

from __future__ import annotations

import pytest

from tests import world as w
from tests.house import routes


@pytest.mark.django_db
def test_every_address_is_in_the_table_or_in_the_list_of_outsiders():
    """An address that declares nothing would be open to anybody."""
    assert routes.undeclared() == []


@pytest.mark.django_db
def test_every_argument_carries_its_resources_name():
    """The guard finds the row by the argument's name."""
    assert routes.misnamed() == []


@pytest.mark.slow
@pytest.mark.django_db
def test_everybody_asks_for_everything(record_property):
    """Statuses as the table says, denied the same as never existed, nothing shown that may not be seen."""
    walk = routes.Walk(w.make(), [])
    walk.all()
    record_property("asked", walk.asked)
    print(f"{walk.asked} requests")
    assert not walk.wrong, f"{len(walk.wrong)} of {walk.asked} wrong:\n" + "\n".join(walk.wrong[:60])
