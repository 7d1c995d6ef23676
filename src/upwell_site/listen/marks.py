"""The marks of the picture: each stands for at least five people of one group, none for a person.

A position sums up somebody's votes. A mark for one person would let whoever knows a few of their answers find them and
read off the rest, so the picture shows means of five people or more: the people of a group are halved, again and again,
across the wider side of where they stand, as long as both halves keep enough people (the idea of k-anonymous
micro-aggregation: LeFevre et al. 2006, "Mondrian multidimensional k-anonymity", doi:10.1109/ICDE.2006.101).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEWEST = 5  # people in a mark
MOST_MARKS = 120  # in a picture; more cannot be told apart
DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark: where, and how many people."""

    group: int
    x: float
    y: float
    people: int


def marks(position: NDArray[np.float64], group: NDArray[np.int64]) -> list[Mark]:
    """Return the marks of everybody with a group.

    Parameters
    ----------
    position : ndarray, shape (n_people, 2)
    group : ndarray of int, shape (n_people,)
        -1 for people who are in no group that may be shown.
    """
    inside = int((group >= 0).sum())
    least = max(FEWEST, -(-inside // MOST_MARKS))
    found: list[Mark] = []
    for g in np.unique(group[group >= 0]).tolist():
        own = position[group == g]
        for members in _halve(own, least):
            x, y = (round(float(value), DECIMALS) + 0.0 for value in own[members].mean(axis=0))
            found.append(Mark(g, x, y, len(members)))
    return found


def _halve(points: NDArray[np.float64], least: int) -> list[NDArray[np.int64]]:
    """Split people into parts of `least` to twice as many, near ones together; one part if they are fewer."""
    whole, todo = [], [np.arange(len(points))]
    while todo:
        part = todo.pop()
        if len(part) < 2 * least:
            whole.append(part)
            continue
        wide, tall = np.ptp(points[part], axis=0)
        order = part[np.argsort(points[part, 0 if wide >= tall else 1], kind="stable")]
        middle = len(order) // 2
        todo += [order[middle:], order[:middle]]
    return whole
