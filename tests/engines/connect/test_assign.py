"""The solver finds the best there is, proves it, and the checker notices when anything is wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.graph.python import min_cost_flow

from tests.engines.connect.small import programme
from upwell import InputError
from upwell.connect import Edges, assign, candidates, verify
from upwell.connect._prices import NEVER, highest_prices, lowest_prices, only_claims


def make_edges(matrix: list[list[int]]) -> Edges:
    """Return the pairs of a table of scores in which 0 means not allowed."""
    table = np.array(matrix, dtype=np.int32).reshape(len(matrix), -1)
    ptr = np.concatenate([[0], np.cumsum((table > 0).sum(axis=1))]).astype(np.int64)
    return Edges(ptr, np.nonzero(table)[1].astype(np.int32), table[table > 0], table.shape[1])


def by_trying_all(matrix: list[list[int]], capacity: list[int], bonus: int = 0) -> int:
    """Return the best sum by trying everything."""
    if not matrix:
        return 0
    best = by_trying_all(matrix[1:], capacity, bonus)
    for mentor, score in enumerate(matrix[0]):
        if score and capacity[mentor]:
            left = [*capacity[:mentor], capacity[mentor] - 1, *capacity[mentor + 1 :]]
            best = max(best, score + bonus + by_trying_all(matrix[1:], left, bonus))
    return best


def by_flow(edges: Edges, capacity: np.ndarray, bonus: int = 0) -> int:
    """Return the best sum by OR-tools' min-cost flow, which knows nothing of us."""
    n, m = edges.n_mentees, edges.n_mentors
    source, sink = n + m, n + m + 1
    flow = min_cost_flow.SimpleMinCostFlow()
    ones = np.ones(len(edges.idx), dtype=np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(
        edges.rows(), n + edges.idx, ones, -(edges.score.astype(np.int64) + bonus)
    )
    people, offers = np.arange(n), np.arange(m) + n
    flow.add_arcs_with_capacity_and_unit_cost(np.full(n, source), people, np.ones(n, np.int64), np.zeros(n, np.int64))
    flow.add_arcs_with_capacity_and_unit_cost(offers, np.full(m, sink), capacity, np.zeros(m, np.int64))
    flow.add_arc_with_capacity_and_unit_cost(source, sink, n, 0)
    flow.set_node_supply(source, n)
    flow.set_node_supply(sink, -n)
    assert flow.solve() == flow.OPTIMAL
    return -flow.optimal_cost()


TABLES = st.integers(1, 5).flatmap(
    lambda m: st.tuples(
        st.lists(st.lists(st.sampled_from([0, 0, 1, 2, 3, 5, 8, 9]), min_size=m, max_size=m), min_size=1, max_size=5),
        st.lists(st.integers(0, 2), min_size=m, max_size=m),
    )
)


def test_a_worked_example() -> None:
    """Taking the best pair first (9) would leave 0 for the other: the best sum is 8 + 7."""
    edges = make_edges([[9, 8], [7, 0]])
    chosen = assign(edges, np.array([1, 1]))
    assert chosen.mentor_of.tolist() == [1, 0]
    assert (chosen.value, chosen.bound, chosen.proved) == (15, 15, True)
    assert chosen.prices.tolist() == [1, 0]  # one more place with the first would add 9 - 8


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(TABLES, st.integers(0, 3))
def test_no_choice_is_better(table: tuple[list[list[int]], list[int]], seed: int) -> None:
    matrix, capacity = table
    edges, places = make_edges(matrix), np.array(capacity)
    chosen = assign(edges, places, seed=seed)
    verdict = verify(edges, places, chosen)
    assert chosen.value == verdict.primal == verdict.dual == by_trying_all(matrix, capacity)
    assert chosen.proved


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(TABLES)
def test_most_people_comes_first_when_asked(table: tuple[list[list[int]], list[int]]) -> None:
    matrix, capacity = table
    edges, places = make_edges(matrix), np.array(capacity)
    chosen = assign(edges, places, goal="most_people")
    people, total = divmod(by_trying_all(matrix, capacity, 1000), 1000)
    verdict = verify(edges, places, chosen)
    assert (verdict.matched, verdict.primal, verdict.gap) == (people, total, 0)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(TABLES)
def test_prices_are_what_a_place_is_worth(table: tuple[list[list[int]], list[int]]) -> None:
    """Lowest: what one more place adds. Highest: what one fewer costs. People are told things on this ground."""
    matrix, capacity = table
    edges, places = make_edges(matrix), np.array(capacity)
    chosen = assign(edges, places)
    high = highest_prices(edges, chosen.mentor_of, chosen.locked, places, 0)
    for mentor in range(len(capacity)):
        more, fewer = list(capacity), list(capacity)
        more[mentor] += 1
        assert chosen.prices[mentor] == by_trying_all(matrix, more) - chosen.value
        if capacity[mentor]:
            fewer[mentor] -= 1
            assert high[mentor] == chosen.value - by_trying_all(matrix, fewer)
        else:
            assert high[mentor] == NEVER


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("goal", ["total", "most_people"])
def test_the_optimum_is_that_of_an_unrelated_solver(seed: int, goal: str) -> None:
    asking, offering = programme(seed, n=150, m=90)
    edges = candidates(asking, offering)
    chosen = assign(edges, offering.capacity, goal=goal)
    verdict = verify(edges, offering.capacity, chosen)
    assert verdict.gap == 0
    assert verdict.primal + chosen.bonus * verdict.matched == by_flow(edges, offering.capacity, chosen.bonus)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(TABLES, st.randoms(use_true_random=False))
def test_the_order_of_people_does_not_matter(table: tuple[list[list[int]], list[int]], random: object) -> None:
    """First come never wins."""
    matrix, capacity = table
    before = assign(make_edges(matrix), np.array(capacity)).value
    rows = list(range(len(matrix)))
    columns = list(range(len(capacity)))
    random.shuffle(rows)  # type: ignore[attr-defined]
    random.shuffle(columns)  # type: ignore[attr-defined]
    shuffled = [[matrix[row][column] for column in columns] for row in rows]
    assert assign(make_edges(shuffled), np.array([capacity[column] for column in columns])).value == before


def test_the_seed_decides_between_equals() -> None:
    edges = make_edges([[5], [5], [5], [5]])
    winners = {int(assign(edges, np.array([1]), seed=seed).mentor_of.argmax()) for seed in range(30)}
    assert len(winners) == 4
    again = [assign(edges, np.array([1]), seed=7).mentor_of.tolist() for _ in range(2)]
    assert again[0] == again[1]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_locked_pairs_stay_and_the_rest_is_still_best(table: tuple[list[list[int]], list[int]]) -> None:
    matrix, capacity = table
    pairs = [(i, j) for i, row in enumerate(matrix) for j, score in enumerate(row) if score and capacity[j]]
    if not pairs:
        return
    mentee, mentor = pairs[len(pairs) // 2]
    edges, places = make_edges(matrix), np.array(capacity)
    chosen = assign(edges, places, locked=[(mentee, mentor)])
    left = [*capacity]
    left[mentor] -= 1
    rest = by_trying_all(matrix[:mentee] + matrix[mentee + 1 :], left)
    assert chosen.mentor_of[mentee] == mentor
    assert verify(edges, places, chosen).gap == 0
    assert chosen.value == matrix[mentee][mentor] + rest


def test_nobody_and_nothing_are_fine() -> None:
    assert assign(make_edges([[0, 0]]), np.array([1, 1])).value == 0
    empty = Edges(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int32), 0)
    assert verify(empty, np.zeros(0, np.int64), assign(empty, np.zeros(0, np.int64))).matched == 0


def test_the_checker_notices_every_planted_fault() -> None:
    edges, places = make_edges([[9, 8], [7, 0], [6, 5]]), np.array([1, 1])
    good = assign(edges, places)
    assert verify(edges, places, good).gap == 0
    with pytest.raises(InputError, match="not allowed"):
        verify(edges, places, replace(good, mentor_of=np.array([0, 1, -1])))
    with pytest.raises(InputError, match="too many"):
        verify(edges, places, replace(good, mentor_of=np.array([0, 0, 1])))
    with pytest.raises(InputError, match="below 0"):
        verify(edges, places, replace(good, prices=good.prices - 100))
    assert verify(edges, places, replace(good, mentor_of=np.array([0, -1, 1]))).gap > 0
    assert verify(edges, places, replace(good, prices=good.prices + 2)).gap > 0
    assert verify(edges, places, replace(good, prices=good.prices * 0)).gap > 0


def test_prices_of_a_match_that_is_not_the_best_do_not_exist() -> None:
    """A certificate cannot be made for a wrong answer."""
    edges = make_edges([[9, 8], [7, 0]])
    poor = np.array([0, -1])
    prices = lowest_prices(edges, poor, np.zeros(2, bool), 0)
    assert (
        verify(edges, np.array([1, 1]), replace(assign(edges, np.array([1, 1])), mentor_of=poor, prices=prices)).gap > 0
    )


@pytest.mark.parametrize(("moving", "sure"), [(7, False), (6, True)])
def test_a_place_that_somebody_else_may_take_as_well_is_no_promise(moving: int, sure: bool) -> None:
    """One more place with mentor 0 adds 5 by mentee 1 coming in, or `moving` - 2 by mentee 2 moving over."""
    edges = make_edges([[9, 0], [5, 0], [moving, 2]])
    chosen = assign(edges, np.array([1, 1]))
    assert chosen.mentor_of.tolist() == [0, -1, 1]
    claims = only_claims(edges, chosen.mentor_of, chosen.locked, chosen.prices, 0)
    assert claims[1].tolist() == ([0] if sure else [])
