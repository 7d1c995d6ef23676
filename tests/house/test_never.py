"""What must never be, in sentences: something other than the table has to watch the table."""

from __future__ import annotations

import pytest
from django.apps import apps

from tests import world as w
from tests.house.never import NEVER
from tests.house.test_permissions import actor_of
from upwell_site.core import policy


@pytest.mark.django_db
def test_never():
    """All sentences at once: W is made once."""
    broken = broken_sentences(w.make())
    assert broken == []


def broken_sentences(world: w.World) -> list[str]:
    """Return the sentences that do not hold."""
    broken = []
    for sentence, who, cell, row in NEVER:
        resource, _, action = cell.partition(".")
        thing = world.sides["here"].rows[resource][row]
        actor = actor_of(world, who)
        rows = policy.visible(apps.get_model(policy.table()[resource].model)._default_manager.all(), actor, action)
        if policy.can(actor, action, thing) or rows.filter(pk=thing.pk).exists():
            broken.append(sentence)
    return broken


def test_there_are_at_least_forty_sentences_each_once():
    """The bar of the issue, and no sentence written twice."""
    assert len({s for s, *_ in NEVER}) == len(NEVER) >= 40


@pytest.mark.django_db
def test_no_cell_reaches_into_the_other_hub():
    """B2 for every cell of the table, for everybody, on every row of the other hub."""
    world = w.make()
    there = world.sides["there"]
    leaks = []
    for who in w.ROLES:
        actor = actor_of(world, who)
        for resource in policy.table().values():
            if not resource.model or resource.name == "place":
                continue
            model = apps.get_model(resource.model)
            theirs = [row.pk for row in there.rows[resource.name].values()]
            for action in resource.actions:
                if policy.visible(model._default_manager.all(), actor, action).filter(pk__in=theirs).exists():
                    leaks.append(f"{who} {resource.name}.{action}")
    assert leaks == []
