"""The formulas are the Polis server's: given the same votes, and its groups, every number it published comes out."""

import numpy as np
import pytest

from upwell import listen

POSITION = 1e-9  # the server iterates 100 times, we solve exactly: they agree to about 1e-14
PRODUCT = 1e-12  # products of a few fractions: rounding only
SCORE = 1e-6  # the server rounds some of its z scores to 8 digits


@pytest.fixture(scope="module")
def result(server):
    return listen.groups(server.export, labels=server.labels)


@pytest.fixture(scope="module")
def turn(server, result):
    """What to multiply our two directions with: the server stores agree as -1, and a component has no sign."""
    theirs = np.array(server.math["pca"]["comps"])
    return -np.sign((theirs * result.component).sum(axis=1))


def test_components_and_means(server, result, turn):
    assert np.abs(-turn[:, None] * result.component - server.math["pca"]["comps"]).max() < POSITION
    assert np.abs(-result.mean - server.math["pca"]["center"]).max() < POSITION


def test_people_stand_where_the_server_puts_them(server, result, turn):
    """Its small clusters are means of people's positions, and most are one person."""
    place = {number: i for i, number in enumerate(result.participant.tolist())}
    base = server.math["base-clusters"]
    for members, x, y in zip(base["members"], base["x"], base["y"], strict=True):
        ours = result.position[[place[m] for m in members]].mean(axis=0) * turn
        assert np.abs(ours - (x, y)).max() < POSITION


def test_statements_stand_where_the_server_puts_them(server, result, turn):
    theirs = np.array(server.math["pca"]["comment-projection"])
    assert np.abs(result.statement_position.T * turn[:, None] - theirs).max() < POSITION
    assert np.abs(result.extremity - server.math["pca"]["comment-extremity"]).max() < POSITION


def test_counts_of_groups(server, result):
    for g, name in enumerate(result.names):
        theirs = server.math["group-votes"][name]
        assert result.size[g] == theirs["n-members"]
        for j, number in enumerate(result.statement.tolist()):
            cell = theirs["votes"][str(number)]
            ours = (result.counts.agree[g, j], result.counts.disagree[g, j], result.counts.seen[g, j])
            assert ours == (cell["A"], cell["D"], cell["S"])


def test_group_aware_consensus(server, result):
    theirs = [server.math["group-aware-consensus"][str(number)] for number in result.statement.tolist()]
    assert np.abs(result.group_aware_consensus - theirs).max() < PRODUCT


def test_priorities(server, result):
    theirs = np.array([server.math["comment-priorities"][str(number)] for number in result.statement.tolist()])
    assert np.allclose(result.priority, theirs, rtol=POSITION, atol=0)


def test_consensus_lists(server, result):
    for side in ("agree", "disagree"):
        theirs, ours = server.math["consensus"][side], getattr(result.consensus, side)
        assert [(result.statement[e.statement], e.n_success, e.n_trials) for e in ours] == [
            (e["tid"], e["n-success"], e["n-trials"]) for e in theirs
        ]
        for mine, its in zip(ours, theirs, strict=True):
            assert (mine.p_success, mine.p_test) == pytest.approx((its["p-success"], its["p-test"]), abs=SCORE)


def test_representative_lists(server, result):
    for g, name in enumerate(result.names):
        theirs, ours = server.math["repness"][name], result.representative(g)
        assert [(result.statement[e.statement], e.side, e.n_success, e.n_trials, e.best_agree) for e in ours] == [
            (e["tid"], e["repful-for"], e["n-success"], e["n-trials"], e.get("best-agree", False)) for e in theirs
        ]
        for mine, its in zip(ours, theirs, strict=True):
            assert (mine.p_success, mine.p_test, mine.repness, mine.repness_test) == pytest.approx(
                (its["p-success"], its["p-test"], its["repness"], its["repness-test"]), abs=SCORE
            )


def test_the_check_can_fail(server):
    """With one vote turned, consensus and positions are not the server's any more."""
    votes = server.export.votes
    value = votes.value.copy()
    value[np.flatnonzero(value == 1)[0]] = -1
    changed = listen.Votes(votes.n_people, votes.n_statements, votes.start, votes.statement, value)
    result = listen.groups(changed, labels=server.labels)
    assert np.abs(np.abs(result.component) - np.abs(server.math["pca"]["comps"])).max() > POSITION
