"""Choose the pairs whose scores sum to the most, and the prices that prove it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from upwell._kit.errors import InputError
from upwell._kit.progress import Progress, silent
from upwell.connect._candidates import FULL_SCORE, Edges, Pair
from upwell.connect._prices import lowest_prices

MAX_CELLS = 200_000_000  # of one dense block: 1.6 GB

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who is matched with whom, and the certificate.

    Parameters
    ----------
    mentor_of : ndarray (n,), int64
        The mentor of each mentee, -1 for none.
    locked : ndarray (n,), bool
        Whether somebody fixed this pair beforehand.
    prices : ndarray (m,), int64
        What one more place at each mentor would add to the total. With them anybody can check, in one
        pass over the pairs, that nothing better exists: see `verify`.
    bonus : int
        What a match counts beyond its score; 0, or with ``goal="most_people"`` more than all scores
        together. Prices include it.
    value : int
        The sum of scores.
    bound : int
        No choice of as many pairs (with ``goal="total"``: no choice at all) has a larger sum.
    proved : bool
        Whether ``value == bound``.
    """

    mentor_of: Ints
    locked: NDArray[np.bool_]
    prices: Ints
    bonus: int
    value: int
    bound: int
    proved: bool


def assign(
    edges: Edges,
    capacity: Ints,
    *,
    locked: Sequence[Pair] = (),
    goal: str = "total",
    seed: int = 0,
    progress: Progress = silent,
) -> Assignment:
    """Match so that the sum of scores is the largest possible; nobody must be matched.

    Exact. Each separate part of the graph is solved as a dense assignment problem in which a mentor
    stands once for each place, and prices are then found from the solution alone.

    Parameters
    ----------
    edges : Edges
        n mentees, m mentors; locked pairs must be among them.
    capacity : ndarray (m,), int64
        Places of each mentor.
    locked : sequence of (mentee, mentor)
        Pairs to keep.
    goal : {"total", "most_people"}
    seed : int
        Decides between equally good choices, so that being first in the file gives no advantage.
    progress : callable
        Called with ("matching", share done).

    Returns
    -------
    Assignment

    Raises
    ------
    InputError
        A part is larger than this solver takes (about 10,000 mentees with 16,000 places in one part).

    References
    ----------
    D. F. Crouse (2016), On implementing 2D rectangular assignment algorithms, IEEE Transactions on
    Aerospace and Electronic Systems 52(4), https://doi.org/10.1109/TAES.2016.140952

    Examples
    --------
    >>> import numpy as np
    >>> edges = Edges(np.array([0, 2, 3]), np.array([0, 1, 0], np.int32), np.array([9, 8, 5], np.int32), 2)
    >>> chosen = assign(edges, np.array([1, 1]))
    >>> chosen.mentor_of, chosen.value, chosen.bound
    (array([1, 0]), 13, 13)
    """
    mentor_of = np.full(edges.n_mentees, -1, dtype=np.int64)
    fixed = np.zeros(edges.n_mentees, dtype=bool)
    places = np.asarray(capacity, dtype=np.int64).copy()
    for mentee, mentor in locked:
        mentor_of[mentee], fixed[mentee] = mentor, True
        places[mentor] -= 1
    if (places < 0).any():
        raise InputError("More pairs are locked with a mentor than they have places.", column="capacity")
    bonus = FULL_SCORE * edges.n_mentees + 1 if goal == "most_people" else 0
    parts = list(_parts(edges, places, ~fixed))
    rng = np.random.default_rng(seed)
    for done, (rows, mentors) in enumerate(parts):
        progress("matching", done / len(parts))
        _solve_part(edges, places, rows, mentors, bonus, rng, mentor_of)
    progress("matching", 1.0)
    prices = lowest_prices(edges, mentor_of, fixed, bonus)
    value = int(chosen_scores(edges, mentor_of).sum())
    bound = upper_bound(edges, places, mentor_of, fixed, prices, bonus)
    return Assignment(mentor_of, fixed, prices, bonus, value, bound, value == bound)


def chosen_scores(edges: Edges, mentor_of: Ints) -> Ints:
    """Return each mentee's score in this match, 0 for none."""
    score = np.zeros(edges.n_mentees, dtype=np.int64)
    rows = edges.rows()
    hit = edges.idx == mentor_of[rows]
    score[rows[hit]] = edges.score[hit]
    return score


def upper_bound(edges: Edges, places: Ints, mentor_of: Ints, fixed: NDArray[np.bool_], prices: Ints, bonus: int) -> int:
    """Return the dual value less the bonus of those matched; `places` are those left after locks."""
    rows = edges.rows()
    surplus = edges.score.astype(np.int64) + bonus - prices[edges.idx]
    payoff = np.zeros(edges.n_mentees, dtype=np.int64)
    np.maximum.at(payoff, rows, surplus)
    locked_value = int(chosen_scores(edges, mentor_of)[fixed].sum())
    matched_freely = int(((mentor_of >= 0) & ~fixed).sum())
    # Python integers: a bonus times many places may not fit in 64 bits.
    priced = [int(p) * int(c) for p, c in zip(prices, places, strict=True) if p]
    return int(payoff[~fixed].sum()) + sum(priced) + locked_value - bonus * matched_freely


def _parts(edges: Edges, places: Ints, free: NDArray[np.bool_]) -> Iterator[tuple[Ints, Ints]]:
    """Yield (mentees, mentors) of each connected part that has pairs to choose from."""
    rows = edges.rows()
    live = free[rows] & (places[edges.idx] > 0)
    n, total = edges.n_mentees, edges.n_mentees + edges.n_mentors
    links = csr_array((np.ones(int(live.sum()), np.int8), (rows[live], edges.idx[live] + n)), shape=(total, total))
    _, label = connected_components(links, directed=False)
    busy = np.zeros(total, dtype=bool)
    busy[rows[live]] = busy[edges.idx[live] + n] = True
    nodes = np.nonzero(busy)[0]
    nodes = nodes[np.argsort(label[nodes], kind="stable")]
    cuts = np.nonzero(np.diff(label[nodes]))[0] + 1
    for part in np.split(nodes, cuts) if len(nodes) else []:
        yield part[part < n], part[part >= n] - n


def _solve_part(
    edges: Edges, places: Ints, rows: Ints, mentors: Ints, bonus: int, rng: np.random.Generator, mentor_of: Ints
) -> None:
    """Fill in `mentor_of` for one part."""
    columns = np.repeat(mentors, np.minimum(places[mentors], len(rows)))
    if len(rows) * len(columns) > MAX_CELLS:
        raise InputError(
            f"{len(rows):,} mentees and {len(columns):,} places hang together, more than this version can match at "
            "once. Match one area at a time, or set max_travel_km in the rules."
        )
    rows, columns = rng.permutation(rows), rng.permutation(columns)
    # Rows of the matrix are the fewer of the two, or the solver would copy it. Numbers are whole and far
    # below 2**53, so float64 is exact. A pair that is not allowed costs nothing, like staying alone.
    transposed = len(rows) > len(columns)
    cost = np.zeros((len(columns), len(rows)) if transposed else (len(rows), len(columns)))
    line = np.zeros(edges.n_mentors)
    for at, row in enumerate(rows):
        span = slice(edges.ptr[row], edges.ptr[row + 1])
        line[edges.idx[span]] = -(edges.score[span].astype(np.float64) + bonus)
        if transposed:
            cost[:, at] = line[columns]
        else:
            cost[at] = line[columns]
        line[edges.idx[span]] = 0.0
    first, second = linear_sum_assignment(cost)
    real = cost[first, second] < 0
    chosen_rows, chosen_columns = (second, first) if transposed else (first, second)
    mentor_of[rows[chosen_rows[real]]] = columns[chosen_columns[real]]
