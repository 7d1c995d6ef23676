"""What must hold for any votes at all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from upwell import listen

pytestmark = pytest.mark.slow  # many examples each

CELLS = st.sampled_from([1.0, 1.0, -1.0, -1.0, 0.0, float("nan")])
TABLES = arrays.arrays(np.float64, st.tuples(st.integers(2, 30), st.integers(1, 8)), elements=CELLS).filter(
    lambda table: not np.isnan(table).all()
)
SEEDS = st.integers(0, 10_000)


def labels_for(table, seed):
    labels = np.random.default_rng(seed).integers(-1, 3, size=len(table))
    labels[0] = 0
    return labels


@settings(max_examples=40, deadline=None)
@given(TABLES, SEEDS)
def test_the_order_of_people_changes_no_count_and_no_score(table, seed):
    labels = labels_for(table, seed)
    order = np.random.default_rng(seed).permutation(len(table))
    one, two = listen.groups(table, labels=labels), listen.groups(table[order], labels=labels[order])
    for name in ("agree", "disagree", "pass_", "seen"):
        assert np.array_equal(getattr(one.counts, name), getattr(two.counts, name))
    assert np.array_equal(one.group_aware_consensus, two.group_aware_consensus)
    assert one.consensus == two.consensus
    assert one.table() == two.table()
    assert [one.representative(g) for g in range(one.k)] == [two.representative(g) for g in range(two.k)]


@settings(max_examples=40, deadline=None)
@given(TABLES, SEEDS)
def test_exchanging_agree_and_disagree_exchanges_the_scores(table, seed):
    labels = labels_for(table, seed)
    one, two = listen.groups(table, labels=labels), listen.groups(-table, labels=labels)
    assert np.array_equal(one.counts.agree, two.counts.disagree)
    assert np.array_equal(one.stats.rat, two.stats.rdt)
    assert [e.statement for e in one.consensus.agree] == [e.statement for e in two.consensus.disagree]


@settings(max_examples=40, deadline=None)
@given(TABLES)
def test_everybody_with_votes_is_placed_or_has_too_few(table):
    result = listen.groups(table)
    n_votes = (~np.isnan(table)).sum(axis=1)
    placed = result.group >= 0
    assert not placed[n_votes == 0].any()
    assert result.size.sum() == placed.sum()
    active = (~np.isnan(table)).any(axis=0).sum()
    assert placed[n_votes >= min(7, active)].all() or placed.sum() == 15
    assert (result.size > 0).all()
    assert np.isfinite(result.position).all()


@settings(max_examples=40, deadline=None)
@given(TABLES, SEEDS)
def test_nothing_small_is_ever_shown(table, seed):
    result = listen.groups(table, labels=labels_for(table, seed))
    shown = result.table()
    assert all(size >= 5 for size in shown.size)
    for cells in (shown.agree, shown.disagree, shown.pass_, shown.seen):
        assert all(number is None or number >= 5 for row in cells for number in row)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.sampled_from([-1, 0, 1])), max_size=40))
def test_the_last_vote_counts(rows):
    votes = listen.Votes.from_triples(*np.array(rows).reshape(-1, 3).T, n_people=4, n_statements=5)
    kept = dict(
        zip(zip(votes.people.tolist(), votes.statement.tolist(), strict=True), votes.value.tolist(), strict=True)
    )
    assert kept == {(i, j): v for i, j, v in rows}


@settings(max_examples=40, deadline=None)
@given(TABLES, st.booleans())
def test_what_is_written_is_read_back(table, inverted):
    """Written as either file, with either sign, the same votes come back."""
    sign = "agree=-1" if inverted else "agree=+1"
    stored = -table if inverted else table
    comments = "comment-id,comment-body\n" + "".join(f"{j},text, with a comma\n" for j in range(table.shape[1]))
    heading = ",".join(["participant", *map(str, range(table.shape[1]))])
    rows = [",".join([str(i), *("" if np.isnan(v) else str(int(v)) for v in row)]) for i, row in enumerate(stored)]
    matrix = "\n".join([heading, *rows])
    export = listen.read_export(
        {"comments.csv": comments.encode(), "participants-votes.csv": matrix.encode()}, sign=sign
    )
    again = np.full(table.shape, np.nan)
    again[export.votes.people, export.votes.statement] = export.votes.value
    assert np.array_equal(again, table, equal_nan=True)
