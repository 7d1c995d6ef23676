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


PARTS = [tuple(w.ROLES)[i::10] for i in range(10)]  # two people each, so that processes share the walk evenly


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("people", PARTS, ids=[" ".join(part) for part in PARTS])
def test_everybody_asks_for_everything(people: tuple[str, ...], record_property):
    """Statuses as the table says, denied the same as never existed, nothing shown that may not be seen."""
    walk = routes.Walk(w.make(), [])
    walk.all(people=people)
    record_property("asked", walk.asked)
    assert not walk.wrong, f"{len(walk.wrong)} of {walk.asked} wrong:\n" + "\n".join(walk.wrong[:60])


def test_the_parts_of_the_walk_are_everybody():
    """Nobody is left out of the matrix."""
    assert sorted(who for part in PARTS for who in part) == sorted(w.ROLES)
