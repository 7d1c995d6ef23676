"""Prices of places, found from an optimal match alone.

A price is a shadow price of the assignment problem. Two of the possible sets matter: the lowest, where a
price is what one more place would add to the total, and the highest, where it is what the total would lose
with one place fewer. Both are least (greatest) fixed points, found by Bellman and Ford's relaxation over
the alternating paths of the match (Demange, Gale and Sotomayor 1986, https://doi.org/10.1086/261411).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from upwell.connect._candidates import Edges

NEVER = np.int64(1) << np.int64(61)  # the price of a place that cannot be had

Ints = NDArray[np.int64]


def _edges_of(edges: Edges, rows: Ints) -> tuple[Ints, Ints]:
    """Return (places in the edge list, row of each) for some mentees."""
    counts = edges.ptr[rows + 1] - edges.ptr[rows]
    owner = np.repeat(rows, counts)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    return edges.ptr[owner] + offset, owner


def _own_values(edges: Edges, mentor_of: Ints, bonus: int) -> Ints:
    """Return what each match is worth, bonus included; 0 for the unmatched."""
    rows = edges.rows()
    hit = edges.idx == mentor_of[rows]
    value = np.zeros(edges.n_mentees, dtype=np.int64)
    value[rows[hit]] = edges.score[hit].astype(np.int64) + bonus
    return value


def lowest_prices(edges: Edges, mentor_of: Ints, fixed: NDArray[np.bool_], bonus: int) -> Ints:
    """Return what one more place at each mentor would add to the total; 0 where places are left."""
    own = _own_values(edges, mentor_of, bonus)
    prices = np.zeros(edges.n_mentors, dtype=np.int64)
    free = ~fixed
    rows = np.nonzero(free)[0]
    for _ in range(edges.n_mentors + 2):
        at, owner = _edges_of(edges, rows)
        paid = np.where(mentor_of[owner] >= 0, prices[mentor_of[owner]], 0)
        before = prices.copy()
        np.maximum.at(prices, edges.idx[at], edges.score[at].astype(np.int64) + bonus - own[owner] + paid)
        risen = np.nonzero(prices > before)[0]
        if not len(risen):
            return prices
        rows = np.nonzero(free & np.isin(mentor_of, risen))[0]
    raise AssertionError("prices rise without end: the match was not optimal")


def highest_prices(edges: Edges, mentor_of: Ints, fixed: NDArray[np.bool_], places: Ints, bonus: int) -> Ints:
    """Return what the total would lose with one place fewer at each mentor.

    A newcomer whom nobody else expects, worth v with mentor j, is matched by every best choice exactly
    when v is more than this. `places` are those left after locks; a mentor without any has `NEVER`.
    """
    own = _own_values(edges, mentor_of, bonus)
    taken = np.bincount(mentor_of[(mentor_of >= 0) & ~fixed], minlength=edges.n_mentors)
    prices = np.where(taken < places, np.int64(0), NEVER)
    rows = np.nonzero((mentor_of >= 0) & ~fixed)[0]
    at, owner = _edges_of(edges, rows)
    elsewhere = edges.idx[at] != mentor_of[owner]
    at, owner = at[elsewhere], owner[elsewhere]
    worth, other = edges.score[at].astype(np.int64) + bonus, edges.idx[at]
    for _ in range(edges.n_mentors + 2):
        best = np.zeros(edges.n_mentees, dtype=np.int64)
        np.maximum.at(best, owner, worth - prices[other])
        before = prices.copy()
        np.minimum.at(prices, mentor_of[rows], own[rows] - best[rows])
        if np.array_equal(prices, before):
            return prices
    raise AssertionError("prices fall without end: the match was not optimal")


def only_claims(edges: Edges, mentor_of: Ints, fixed: NDArray[np.bool_], prices: Ints, bonus: int) -> dict[int, Ints]:
    """Tell, for each unmatched mentee, the mentors whose one more place would surely give them a mentor.

    One more place at j goes to whoever reaches j along pairs that cost nothing at the lowest prices (the
    place itself, or one that somebody leaves for it). If only one unmatched person does, it is theirs;
    unless somebody who has a mentor could as well move there and leave an empty place behind.
    """
    rows = edges.rows()
    worth = edges.score.astype(np.int64) + bonus
    payoff = np.zeros(edges.n_mentees, dtype=np.int64)
    np.maximum.at(payoff, rows, worth - prices[edges.idx])
    tight = (payoff[rows] + prices[edges.idx] == worth) & ~fixed[rows] & (prices[edges.idx] > 0)
    goes_to: dict[int, list[int]] = {}
    for row, mentor in zip(rows[tight].tolist(), edges.idx[tight].tolist(), strict=True):
        goes_to.setdefault(row, []).append(mentor)
    sits_with: dict[int, list[int]] = {}
    placed = np.nonzero((mentor_of >= 0) & ~fixed)[0]
    for row in placed.tolist():
        sits_with.setdefault(int(mentor_of[row]), []).append(row)
    alone = np.nonzero((mentor_of < 0) & ~fixed)[0].tolist()
    reached = {row: _reach([row], goes_to, sits_with) for row in alone if row in goes_to}
    movers = placed[prices[mentor_of[placed]] == 0]
    claims = np.zeros(edges.n_mentors, dtype=np.int64)
    claims[_reach(movers.tolist(), goes_to, sits_with)] += 1
    for mentors in reached.values():
        claims[mentors] += 1
    return {row: mentors[claims[mentors] == 1] for row, mentors in reached.items()}


def _reach(starts: list[int], goes_to: dict[int, list[int]], sits_with: dict[int, list[int]]) -> Ints:
    seen: set[int] = set()
    waiting = list(starts)
    while waiting:
        for mentor in goes_to.get(waiting.pop(), ()):
            if mentor not in seen:
                seen.add(mentor)
                waiting.extend(sits_with.get(mentor, ()))
    return np.array(sorted(seen), dtype=np.int64)
