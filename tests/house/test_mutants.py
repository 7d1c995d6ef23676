"""The watches can see: for every planted hole, the suite turns red."""

from __future__ import annotations

from itertools import islice

import pytest

from tests import world as w
from tests.house import mutants, routes
from tests.house.test_never import broken_sentences
from tests.house.test_permissions import disagreements
from tests.house.test_walls import crossings


def red(watch: str, world: w.World) -> list[str]:
    """Ask one watch what it finds wrong; the first thing is enough."""
    if watch == "walls":
        return crossings(world)
    if watch == "table":
        return list(islice(disagreements(world), 1))
    if watch == "never":
        return broken_sentences(world)
    if watch == "undeclared":
        return routes.undeclared()
    walk = routes.Walk(world, [])
    walk.all(only="planted")
    return walk.wrong


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("hole", mutants.HOLES)
def test_a_planted_hole_turns_the_suite_red(hole: str):
    """A watch that cannot see a hole guards nothing."""
    plant, watch = mutants.HOLES[hole]
    world = w.make()
    with plant():
        assert red(watch, world), f"{watch} did not see: {hole}"
