"""All pairs that may be matched, with their scores: what the solver is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from upwell._kit.progress import Progress, silent
from upwell.connect.compare import FULL_SCORE, Programme, prepare
from upwell.connect.people import Mentees, Mentors
from upwell.connect.rules import Rules

_PAIRS_A_BLOCK = 1_000_000  # about 60 MB at work

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Edges:
    """Allowed pairs, row by row (compressed sparse rows).

    Parameters
    ----------
    ptr : ndarray (n + 1,), int64
        The pairs of mentee i are entries ``ptr[i]`` to ``ptr[i + 1]``.
    idx : ndarray (pairs,), int32
        Mentors, rising within a row.
    score : ndarray (pairs,), int32
        1 to 1,000,000.
    n_mentors : int
    """

    ptr: NDArray[np.int64]
    idx: NDArray[np.int32]
    score: NDArray[np.int32]
    n_mentors: int

    @property
    def n_mentees(self) -> int:
        """How many mentees there are, those without a pair included."""
        return len(self.ptr) - 1

    def rows(self) -> NDArray[np.int64]:
        """Return the mentee of every pair."""
        return np.repeat(np.arange(self.n_mentees), np.diff(self.ptr))


def candidates(
    mentees: Mentees,
    mentors: Mentors,
    *,
    rules: Rules = Rules(),  # noqa: B008 (frozen)
    forbidden: Sequence[Pair] = (),
    progress: Progress = silent,
) -> Edges:
    """Return every pair the rules allow, with its score.

    Parameters
    ----------
    mentees, mentors : Mentees, Mentors
        n and m people.
    rules : Rules
    forbidden : sequence of (mentee, mentor)
        Positions of pairs that must not be.
    progress : callable
        Called with ("comparing", share done).

    Returns
    -------
    Edges

    Examples
    --------
    >>> import numpy as np
    >>> same = dict(lat=np.array([53.8]), lon=np.array([-1.5]), tags=({"maths"},), languages=({"en"},),
    ...             slots=({"tue-eve"},), organisation=("",), travel_km=np.array([5.0]), mode=("in-person",))
    >>> candidates(Mentees(**same), Mentors(**same, capacity=np.array([1]), cleared=np.array([True]))).score
    array([833333], dtype=int32)
    """
    return find_edges(prepare(mentees, mentors, rules), forbidden=forbidden, progress=progress)


def find_edges(
    programme: Programme, *, forbidden: Sequence[Pair] = (), locked: Sequence[Pair] = (), progress: Progress = silent
) -> Edges:
    """Compare block by block; `locked` pairs are there whatever the rules say."""
    n, m = len(programme.mentees.lat), len(programme.mentors.lat)
    step = max(1, _PAIRS_A_BLOCK // max(1, m))
    counts, mentor, score = [np.zeros(0, dtype=np.int64)], [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
    ruled_out, kept = _by_row(forbidden), _by_row(locked)
    for start in range(0, n, step):
        progress("comparing", start / n)
        stop = min(n, start + step)
        facts = programme.facts(programme.mentees.take(slice(start, stop)))
        allowed = facts.allowed()
        for row in range(start, stop):
            allowed[row - start, ruled_out.get(row, [])] = False
            allowed[row - start, kept.get(row, [])] = True
        counts.append(allowed.sum(axis=1))
        mentor.append(np.nonzero(allowed)[1].astype(np.int32))
        score.append(facts.score[allowed].astype(np.int32))
    progress("comparing", 1.0)
    ptr = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64)
    return Edges(ptr, np.concatenate(mentor), np.concatenate(score), m)


def _by_row(pairs: Sequence[Pair]) -> dict[int, list[int]]:
    rows: dict[int, list[int]] = {}
    for mentee, mentor in pairs:
        rows.setdefault(mentee, []).append(mentor)
    return rows


__all__ = ["FULL_SCORE", "Edges", "Pair", "candidates", "find_edges"]
