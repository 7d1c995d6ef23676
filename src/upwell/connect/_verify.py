"""Check a match and its certificate without the solver: plain loops over whole numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from upwell._kit.errors import InputError
from upwell.connect._assign import Assignment
from upwell.connect._candidates import Edges


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checker found.

    Parameters
    ----------
    primal : int
        The sum of scores, added up again.
    dual : int
        The bound that the prices give, added up again.
    gap : int
        ``dual - primal``; 0 proves that no better match exists.
    matched : int
        How many people have a mentor.
    """

    primal: int
    dual: int
    gap: int
    matched: int


def verify(edges: Edges, capacity: NDArray[np.int64], assignment: Assignment) -> Verdict:
    """Check that every pair is allowed, nobody has too many, and add up both sides of the proof.

    Deliberately slow and simple (standard Python, no array arithmetic, nothing of the solver), so that
    it can be read in a minute and trusted.

    Parameters
    ----------
    edges : Edges
    capacity : ndarray (m,), int64
    assignment : Assignment

    Returns
    -------
    Verdict

    Raises
    ------
    InputError
        The match breaks a rule, or a price is below 0.

    Examples
    --------
    >>> from upwell.connect import assign
    >>> edges = Edges(np.array([0, 1, 2]), np.array([0, 0], np.int32), np.array([7, 5], np.int32), 1)
    >>> verify(edges, np.array([1]), assign(edges, np.array([1])))
    Verdict(primal=7, dual=7, gap=0, matched=1)
    """
    ptr, idx, score = edges.ptr.tolist(), edges.idx.tolist(), edges.score.tolist()
    prices, mentor_of, locked = assignment.prices.tolist(), assignment.mentor_of.tolist(), assignment.locked.tolist()
    places = [int(c) for c in capacity]
    bonus, primal, dual, matched, freely = assignment.bonus, 0, 0, 0, 0
    if min(prices, default=0) < 0:
        raise InputError("A price is below 0, so the proof does not hold.")
    for mentee, mentor in enumerate(mentor_of):
        row = dict(zip(idx[ptr[mentee] : ptr[mentee + 1]], score[ptr[mentee] : ptr[mentee + 1]], strict=True))
        if mentor >= 0:
            if mentor not in row:
                raise InputError(f"Mentee {mentee} is matched with mentor {mentor}, which is not allowed.")
            matched += 1
            primal += row[mentor]
            places[mentor] -= 1
        if locked[mentee]:
            dual += row[mentor]
            continue
        freely += mentor >= 0
        dual += max(0, max((s + bonus - prices[j] for j, s in row.items()), default=0))
        if mentor >= 0:
            dual += prices[mentor]  # the places taken; those left over are added below
    for mentor, left in enumerate(places):
        if left < 0:
            raise InputError(f"Mentor {mentor} has {-left} people too many.")
        dual += left * prices[mentor]
    dual -= bonus * freely
    return Verdict(primal, dual, dual - primal, matched)
