"""Very many rows at once, on either database, with the walls standing."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests import world as w
from upwell_site.core import bulk
from upwell_site.listen.models import Statement, Vote, Voter

FIELDS = ("hub", "discussion", "statement", "voter", "value", "at")


@pytest.fixture
def world(db: None) -> w.World:
    return w.make()


def votes(world: w.World, count: int) -> list[tuple[object, ...]]:
    """Return the answers of new voters to one statement."""
    here = world.sides["here"]
    discussion, statement = here.rows["discussion"]["open"], here.rows["statement"]["open"]
    people = Voter.objects.bulk_create(Voter(hub=here.hub, discussion=discussion, number=100 + n) for n in range(count))
    return [(here.hub.pk, discussion.pk, statement.pk, v.pk, n % 3 - 1, timezone.now()) for n, v in enumerate(people)]


def test_rows_arrive_as_they_were_given(world: w.World):
    """More than one statement's worth of rows, and an odd rest."""
    before = Vote.objects.count()
    assert bulk.insert(Vote, FIELDS, iter(votes(world, 1237))) == 1237
    assert Vote.objects.count() == before + 1237
    assert Vote.objects.filter(voter__number__gte=100, value=-1).count() == 413


def test_nothing_is_written_when_one_row_is_of_another_hub(world: w.World):
    """The walls hold for rows that never were model objects; all or nothing."""
    rows = votes(world, 700)
    theirs: Statement = world.sides["there"].rows["statement"]["open"]
    rows[650] = (rows[650][0], rows[650][1], theirs.pk, *rows[650][3:])
    before = Vote.objects.count()
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(Vote, FIELDS, rows)
    assert Vote.objects.count() == before


def test_no_rows_are_no_trouble(db: None):
    """An export without a single vote."""
    assert bulk.insert(Vote, FIELDS, []) == 0
