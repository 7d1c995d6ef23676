"""Each formula on an example small enough to work out by hand."""

import math

import numpy as np
import pytest

import upwell
from upwell import listen
from upwell.listen import _clusters, stats
from upwell.listen._positions import positions

NAN = float("nan")
ROUNDING = 1e-12


def votes(matrix):
    return listen.Votes.from_matrix(matrix)


def none(n):
    return np.zeros(n, dtype=bool)


# Positions


def test_two_people_who_differ_on_one_statement():
    """Means 0 and 1, so only the first statement varies: the component is (1, 0). The second person saw one of two
    statements and is moved out by sqrt(2)."""
    placed = positions(votes([[1, 1], [-1, NAN]]), none(2))
    assert placed.mean.tolist() == [0, 1]
    assert np.allclose(placed.component, [[1, 0], [0, 0]], atol=ROUNDING)
    assert np.allclose(placed.people, [[1, 0], [-math.sqrt(2), 0]], atol=ROUNDING)
    assert np.allclose(placed.explained, [1, 0])
    # somebody who only agreed: sqrt(2 statements) x (1 - mean) x component
    assert np.allclose(placed.statements, [[math.sqrt(2), 0], [0, 0]], atol=ROUNDING)


def test_a_statement_left_out_counts_as_a_pass_of_everybody():
    """Three statements are seen by the first, two by the second: sqrt(3/3) and sqrt(3/2)."""
    placed = positions(votes([[1, 1, 1], [-1, NAN, NAN]]), np.array([False, False, True]))
    assert placed.mean.tolist() == [0, 1, 0]
    assert np.allclose(placed.people[:, 0], [1, -math.sqrt(1.5)], atol=ROUNDING)


def test_a_statement_nobody_saw_changes_nothing():
    one = positions(votes([[1, 1], [-1, NAN]]), none(2))
    two = positions(votes([[1, 1, NAN], [-1, NAN, NAN]]), np.array([False, False, True]))
    assert np.allclose(one.people, two.people, atol=ROUNDING)


def test_two_components_by_hand():
    """Corners of a rectangle: the first statement varies with everybody, the second only within one pair."""
    placed = positions(votes([[1, 1], [1, -1], [-1, 0], [-1, 0]]), none(2))
    assert np.allclose(np.abs(placed.component), [[1, 0], [0, 1]], atol=ROUNDING)
    assert np.allclose(placed.explained, [4 / 6, 2 / 6])
    assert np.allclose(placed.people, [[1, 1], [1, -1], [-1, 0], [-1, 0]], atol=ROUNDING)


def test_large_and_small_tables_are_solved_alike(monkeypatch):
    """The iteration for many statements gives the eigenvectors of the dense table."""
    rng = np.random.default_rng(1)
    table = rng.choice([1.0, -1.0, 0.0, NAN], size=(60, 40), p=[0.4, 0.3, 0.1, 0.2])
    table[:30, :10] = 1.0
    dense = positions(votes(table), none(40))
    monkeypatch.setattr("upwell.listen._positions.DENSE_UP_TO", 10)
    assert np.abs(positions(votes(table), none(40)).people - dense.people).max() < 1e-9


def test_people_who_all_agree_stand_in_one_place():
    result = listen.groups(np.ones((20, 3)))
    assert np.array_equal(result.position, np.zeros((20, 2)))
    assert (result.k, result.size.tolist()) == (1, [20])
    assert str(result.headline()) == "People answer much alike. We see 1 group."


# Who takes part, and clusters


def test_seven_votes_or_all_there_are():
    table = np.full((20, 9), NAN)
    table[:, :7] = 1
    table[3, 6] = NAN
    assert np.flatnonzero(~_clusters.taking_part(votes(table))).tolist() == [3]
    assert _clusters.taking_part(votes(np.ones((20, 3)))).all()


def test_the_most_active_fifteen_if_fewer_gave_enough():
    table = np.full((30, 9), NAN)
    for person in range(30):
        table[person, : person % 3] = 1  # 0, 1 or 2 votes
    inside = np.flatnonzero(_clusters.taking_part(votes(table))).tolist()
    assert inside == sorted([*range(2, 30, 3), *range(1, 15, 3)])


def test_kmeans_by_hand():
    """Starts from the first two different points (0, 0) and (1, 0); settles on {0, 1} and {10, 11}."""
    points = np.array([[0.0, 0], [0, 0], [1, 0], [10, 0], [11, 0]])
    centre, member = _clusters.kmeans(points, np.array([1.0, 1, 1, 1, 3]), 2, 20)
    assert member.tolist() == [0, 0, 0, 1, 1]
    assert np.allclose(centre, [[1 / 3, 0], [(10 + 33) / 4, 0]])


def test_kmeans_stops_when_asked():
    """After one round the far points still belong to the cluster that began at (1, 0), with all of (1, 0) and on."""
    points = np.array([[0.0, 0], [1, 0], [10, 0], [11, 0]])
    assert _clusters.kmeans(points, np.ones(4), 2, 1)[1].tolist() == [0, 1, 1, 1]


def test_a_cluster_that_loses_all_its_points_is_dropped():
    """The third start lies between the two others, which take its points in the second round."""
    points = np.array([[0.0, 0], [4, 0], [2, 0]] + [[1.9, 0]] * 1 + [[0.0, 0], [4, 0]])
    centre, member = _clusters.kmeans(points, np.array([1.0, 1, 1, 1, 50, 50]), 3, 20)
    assert len(centre) == len(set(member.tolist()))


def test_silhouette_by_hand():
    """Points 0, 1 | 4: the first has own distance 1, other 4: 3/4; the second 1 and 3: 2/3; one alone counts 0."""
    points = np.array([[0.0, 0], [1, 0], [4, 0]])
    assert _clusters.silhouette(points, np.array([0, 0, 1])) == pytest.approx((3 / 4 + 2 / 3 + 0) / 3)
    assert _clusters.silhouette(points, np.array([0, 0, 0])) == 0.0


def test_number_of_groups_tried_grows_with_the_places_people_stand_in():
    """k runs from 2 to min(5, 2 + places // 12)."""
    rng = np.random.default_rng(0)
    for n, most in ((11, 2), (12, 3), (24, 4), (36, 5), (90, 5)):
        found = _clusters.cluster(rng.normal(size=(n, 2)), np.ones(n, dtype=bool), None)
        assert sorted(found.silhouette) == list(range(2, most + 1))


def test_the_clearest_number_of_groups_is_taken():
    centres = np.repeat([[0, 0], [50, 0], [0, 50]], 20, axis=0)
    found = _clusters.cluster(centres + np.random.default_rng(0).normal(size=(60, 2)), np.ones(60, dtype=bool), None)
    assert max(found.silhouette, key=found.silhouette.get) == 3
    assert len(set(found.group.tolist())) == 3


# Scores


def test_shares_and_z_scores():
    """3 of 4: share (3+1)/(4+2); z = 2 sqrt(5) (4/5 - 1/2)."""
    assert stats.share(3, 4) == pytest.approx(4 / 6)
    assert stats.more_than_half(3, 4) == pytest.approx(2 * math.sqrt(5) * 0.3)
    assert stats.more_than_half(0, 0) == pytest.approx(1.0)  # (0+1)/(0+1) - 1/2, times 2


def test_two_proportions():
    """3 of 4 against 1 of 9: 4/5 - 2/10 over sqrt(.4 x .6 x (1/5 + 1/10)), with 6/15 = .4 together."""
    z = stats.more_than_others(3, 4, 1, 9)
    assert z == pytest.approx(0.6 / math.sqrt(0.4 * 0.6 * 0.3))
    assert stats.more_than_others(4, 4, 9, 9) == 0  # everybody agrees: no spread to divide by


GROUPS = [[1, -1, 0], [1, -1, NAN], [1, 1, NAN], [-1, 1, 1], [NAN, 1, 1]]
LABELS = [0, 0, 0, 1, 1]


@pytest.fixture
def by_hand():
    return listen.groups(GROUPS, labels=LABELS)


def test_counts(by_hand):
    assert by_hand.counts.agree.tolist() == [[3, 1, 0], [0, 2, 2]]
    assert by_hand.counts.disagree.tolist() == [[0, 2, 0], [1, 0, 0]]
    assert by_hand.counts.pass_.tolist() == [[0, 0, 1], [0, 0, 0]]
    assert by_hand.counts.seen.tolist() == [[3, 3, 1], [1, 2, 2]]
    assert by_hand.total.agree.tolist() == [[3, 3, 2]]


def test_representativeness(by_hand):
    """First statement: 3 of 3 agree in one group, 0 of 1 in the other."""
    assert by_hand.stats.pa[:, 0] == pytest.approx([4 / 5, 1 / 3])
    assert by_hand.stats.ra[:, 0] == pytest.approx([(4 / 5) / (1 / 3), (1 / 3) / (4 / 5)])
    assert by_hand.stats.pd[:, 0] == pytest.approx([1 / 5, 2 / 3])
    assert by_hand.stats.rd[:, 0] == pytest.approx([(1 / 5) / (2 / 3), (2 / 3) / (1 / 5)])
    both = (4 + 1) / (4 + 2)
    assert by_hand.stats.rat[0, 0] == pytest.approx((1 - 1 / 2) / math.sqrt(both * (1 - both) * (1 / 4 + 1 / 2)))


def test_group_aware_consensus(by_hand):
    assert by_hand.group_aware_consensus == pytest.approx([4 / 5 * 1 / 3, 2 / 5 * 3 / 4, 1 / 3 * 3 / 4])


def test_priority():
    """8 agree, 1 pass of 10 seen, extremity 0.5: ((1 - 2/12) x 1.5 x 9/12 x (1 + 8 x 2^-2))^2; 49 about ourselves."""
    counts = stats.Counts(*(np.array([[n, n]]) for n in (8, 1, 1, 10)))
    expected = ((1 - 2 / 12) * 1.5 * (9 / 12) * (1 + 8 / 4)) ** 2
    assert stats.priority(counts, np.array([0.5, 0.5]), np.array([False, True])) == pytest.approx([expected, 49])


def test_consensus_by_hand():
    """9 of 10 agree: p = 10/12, z = 2 sqrt(11)(10/11 - 1/2) = 2.71. 5 of 10 is no consensus; left out is left out."""
    table = np.ones((10, 4))
    table[0, 0] = -1
    table[:5, 1] = -1
    table[:, 2] = -1
    found = stats.consensus(votes(table), np.array([False, False, False, True]))
    assert [(e.statement, e.n_success, e.n_trials) for e in found.agree] == [(0, 9, 10)]
    assert found.agree[0].p_test == pytest.approx(2 * math.sqrt(11) * (10 / 11 - 1 / 2))
    assert [(e.statement, e.n_success) for e in found.disagree] == [(2, 10)]


def test_a_statement_marks_a_group_by_agreeing_or_by_disagreeing():
    table = np.zeros((40, 3))
    table[:20, 0], table[20:, 0] = 1, -1
    table[:20, 1], table[20:, 1] = -1, 1
    table[:, 2] = 1
    result = listen.groups(table, labels=[0] * 20 + [1] * 20)
    # The statement everybody agrees with marks nobody (z of the difference is 0), and the best agreed comes first.
    assert [(e.statement, e.side, e.best_agree) for e in result.representative(0)] == [
        (0, "agree", True),
        (1, "disagree", False),
    ]
    assert [(e.statement, e.side, e.best_agree) for e in result.representative(1)] == [
        (1, "agree", True),
        (0, "disagree", False),
    ]


def test_a_group_without_a_clear_mark_has_its_best_agreed_statement():
    result = listen.groups([[1, 0], [1, 0], [1, 0], [1, 0]], labels=[0, 0, 1, 1])
    assert [(e.statement, e.side, e.best_agree) for e in result.representative(0)] == [(0, "disagree", True)]


# Options


def test_groups_are_named_from_the_largest(exports):
    result = listen.groups(exports["brexit-consensus"])
    assert result.names == ("A", "B", "C")
    assert sorted(result.size, reverse=True) == result.size.tolist()


def test_given_labels_keep_their_names():
    result = listen.groups(np.eye(6), labels=["10", "9", "", "9", "b", "10"])
    assert result.names == ("9", "10", "b")
    assert result.group.tolist() == [1, 0, -1, 0, 2, 1]
    assert (result.mode, result.base.tolist()) == ("given", [-1] * 6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "best"}, "not known"),
        ({"k": 0}, "1 to 20"),
        ({"k": 7}, "only 3 different places"),
        ({"k": 2, "labels": [0] * 6}, "not both"),
        ({"labels": [0] * 5}, "6 people"),
        ({"labels": [""] * 6}, "Nobody"),
        ({"labels": ["=A"] * 6}, "letter or number"),
        ({"labels": ["A" * 21] * 6}, "letter or number"),
    ],
)
def test_options_that_cannot_be(options, message):
    with pytest.raises(upwell.InputError, match=message):
        listen.groups([[1, -1]] * 2 + [[-1, 1]] * 2 + [[0, 1]] * 2, **options)


@pytest.mark.parametrize("matrix", [[[NAN, NAN]], [1, 0], [[2, 0]], [[0.5, 0]]])
def test_tables_that_are_no_votes(matrix):
    with pytest.raises(upwell.InputError):
        listen.groups(matrix)


def test_stopping():
    def stop(phase, done):
        raise upwell.Cancelled

    with pytest.raises(upwell.Cancelled):
        listen.groups(GROUPS, progress=stop)
