"""The site finds the same groups as the engine does on the same votes, and stores nothing that may not be shown."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.engines.listen.conftest import export_from_json
from tests.factories import listen as made
from upwell import listen
from upwell_site.core.columns import columns
from upwell_site.core.models import Person
from upwell_site.listen import bridge, bringing, marks
from upwell_site.listen.actions import discussions as actions
from upwell_site.listen.models import Discussion, Grouping, Statement, Vote, Voter


def server_export(name: str) -> Any:
    folder = made.POLIS / "exact" / name
    parts = (
        json.loads(gzip.decompress((folder / f"{p}.json.gz").read_bytes())) for p in ("votes", "math-pca2", "comments")
    )
    return export_from_json(*parts)


def stored(town: made.Town, export: Any) -> Discussion:
    return actions.store_export(by=town.organiser, hub=town.hub, title="x", export=export)


@pytest.mark.slow
@pytest.mark.parametrize(
    "source", ["brexit-consensus", "scoop-hivemind.biodiversity", "below-100-ptpts", "above-100-ptpts"]
)
def test_the_sites_groups_are_the_engines(town, source):
    """Votes that went through the database give the same groups as the files, person by person."""
    export = server_export(source) if "ptpts" in source else listen.read_export(made.POLIS / source)
    expected = listen.groups(export)
    found = bridge.groups(stored(town, export))
    assert found.k == len(expected.shown) >= 2
    assert found.group == expected.public_group().tolist()
    assert np.array_equal(np.column_stack([found.x, found.y]), expected.position)
    assert [g["people"] for g in found.result["groups"]] == [int(expected.size[g]) for g in expected.shown]
    assert [e["statement"] for e in found.result["unites"]] == [
        int(expected.statement[e.statement]) for e in expected.unites(5)
    ]
    assert [e["statement"] for e in found.result["divides"]] == [
        int(expected.statement[e.statement]) for e in expected.divides(5)
    ]


def test_a_chosen_number_of_groups_is_the_engines_too(town):
    """The chooser of the page and `--k` of the command cut the same way."""
    export = listen.read_export(made.BREXIT)
    assert bridge.groups(stored(town, export), k=2).group == listen.groups(export, k=2).public_group().tolist()


def test_an_export_comes_in_whole(town):
    """Every statement, person and vote of the files is in the database, in the files' order."""
    export = listen.read_export(made.BREXIT)
    row = bringing.bring_in_export(
        by=town.organiser, hub=town.hub, title="Brexit", files=made.export_files(), public=True
    )
    assert row.state == "closed"
    assert row.public
    texts = list(Statement.objects.filter(discussion=row).order_by("number").values_list("text", flat=True))
    assert texts == [text.strip() for text in export.statements.text]
    people = list(Voter.objects.filter(discussion=row).order_by("pk").values_list("number", flat=True))
    assert people == export.participant.tolist()
    read, _keys = bridge.votes_of(row)
    assert np.array_equal(read.votes.value, export.votes.value)
    assert np.array_equal(read.votes.statement, export.votes.statement)
    assert np.array_equal(read.votes.start, export.votes.start)


def test_a_broken_export_leaves_nothing(town):
    """Nothing is half brought in, and the error names file and row."""
    from upwell import InputError

    files = made.small_export()
    text = gzip.decompress(files["participants-votes.csv.gz"]).replace(b"\n7,4,2,1", b"\n7,4,2,x", 1)
    files["participants-votes.csv"] = text
    del files["participants-votes.csv.gz"]
    with pytest.raises(InputError, match=r"participants-votes\.csv, row \d+"):
        bringing.bring_in_export(by=town.organiser, hub=town.hub, title="x", files=files)
    assert not Discussion.objects.exists()


def test_a_statement_that_is_too_long_leaves_nothing(town):
    """The database of one kind would cut it, of another keep it: we refuse, by its number."""
    from upwell_site.core.refused import Refused

    files = made.small_export()
    files["comments.csv"] = files["comments.csv"].replace(b"Trees, and number 3", b"x" * 1001)
    with pytest.raises(Refused, match="Statement 3"):
        bringing.bring_in_export(by=town.organiser, hub=town.hub, title="x", files=files)
    assert not Discussion.objects.exists()
    assert not Statement.objects.exists()


# ---- what may be shown ----


def counts(result: dict[str, Any]) -> Iterator[int]:
    """Every number of people in a stored result."""
    yield result["people"]
    yield from (group["people"] for group in result["groups"])
    yield from (mark[3] for mark in result["marks"])
    for group in result["groups"]:
        yield from (say[1]["n"] for say in group["says"] if say[0] == "listen.size")
    for row in result["table"]:
        yield from (n for cell in row["counts"] for n in cell if n is not None)


@pytest.mark.parametrize("source", ["brexit-consensus", "scoop-hivemind.biodiversity"])
def test_no_number_under_five_is_stored(town, source):
    """What lies in the database may be copied, sent and published as it is."""
    found = bridge.groups(stored(town, listen.read_export(made.POLIS / source)), k=5)
    numbers = list(counts(found.result))
    assert len(numbers) > 100
    assert min(numbers) >= 5
    assert any(n is None for row in found.result["table"] for cell in row["counts"] for n in cell), "nothing was hidden"


def test_a_planted_small_group_is_nowhere_in_the_result(town):
    """Three people who answer like nobody else stand in no group, no mark, no count, and not in a difference."""
    row = made.discussion(town)
    made.two_camps(row, 12, 8, 3)
    export, _keys = bridge.votes_of(row)
    assert sorted(listen.groups(export, k=3).size.tolist()) == [3, 8, 12], "the plant is not there"
    found = bridge.groups(row, k=3)
    assert [g["people"] for g in found.result["groups"]] == [12, 8]
    assert sum(mark[3] for mark in found.result["marks"]) == 20
    assert found.people == found.result["people"] == 20, "23 would tell that three stand apart"
    assert found.result["more"]
    assert min(counts(found.result)) >= 5
    assert sum(group == -1 for group in found.group) == 3


def test_fewer_than_five_voters_show_nothing(town):
    """Not even how many they are."""
    row = made.discussion(town)
    made.two_camps(row, 4, 0)
    found = bridge.groups(row)
    assert (found.k, found.people, found.votes) == (0, 0, 0)
    assert found.result["marks"] == found.result["groups"] == []


def test_every_mark_stands_for_five_or_more_and_everybody_once():
    """A mark of one person would show where they stand."""
    rng = np.random.default_rng(3)
    position, group = rng.normal(size=(700, 2)), rng.integers(-1, 3, size=700)
    found = marks.marks(position, group)
    assert min(mark.people for mark in found) >= 5
    for g in range(3):
        assert sum(mark.people for mark in found if mark.group == g) == (group == g).sum()
    middle = sum(mark.people * mark.x for mark in found) / (group >= 0).sum()
    assert middle == pytest.approx(position[group >= 0, 0].mean(), abs=0.01)


def test_places_are_kept_only_of_those_who_can_come_back(town):
    """An export's people are numbers: where they stand is not stored beside them."""
    row = bringing.bring_in_export(by=town.organiser, hub=town.hub, title="x", files=made.small_export())
    known = Voter.objects.create(hub=town.hub, discussion=row, number=999, person=town.neighbour)
    for statement in Statement.objects.filter(discussion=row):
        Vote.objects.create(hub=town.hub, discussion=row, statement=statement, voter=known, value=1)
    made.work()
    known.refresh_from_db()
    assert known.x is not None
    assert not Voter.objects.filter(discussion=row, person=None).exclude(x=None).exists()
    assert Grouping.objects.get(discussion=row).k == 2


def test_columns_streams_rows_into_one_array(town):
    """The helper that every bridge reads rows with; empty numbers become NaN."""
    rows = Person.objects.filter(hub=town.hub).order_by("pk")
    found = columns(rows, pk="i8", place__lat="f8")
    assert found["pk"].tolist() == list(rows.values_list("pk", flat=True))
    assert np.isnan(found["place__lat"]).all()
