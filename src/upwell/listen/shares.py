"""How many in 100 of each group agree, with how sure that is; and the statements that unite or divide the groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from upwell.listen.export import Bools
from upwell.listen.public import MINIMUM, hidden_counts, told_range
from upwell.listen.stats import Counts, Side, Stats
from upwell.listen.votes import Floats, Ints

Z_90_TWO_SIDED = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class GroupShare:
    """How many in 100 of a group, of those who saw a statement, give an answer; whole numbers.

    Parameters
    ----------
    group : int
        Position in `OpinionGroups.names`.
    low, high : int
        The share itself. They differ where small numbers are hidden: "at least 88", "at most 10".
    likely_low, likely_high : int
        Wilson's 90 % interval, for people of that group in general: from `low`'s lower to `high`'s upper end.
    """

    group: int
    low: int
    high: int
    likely_low: int
    likely_high: int


@dataclass(frozen=True, slots=True)
class StatementShares:
    """A statement that unites or divides, and the agreement of each shown group.

    What the lists are ordered by is not told: it would give hidden numbers away.

    Parameters
    ----------
    statement : int
        Position in the statements.
    shares : tuple of GroupShare
    between : tuple of int
        Lowest and highest agreement of a group, in 100.
    """

    statement: int
    shares: tuple[GroupShare, ...]
    between: tuple[int, int]


def wilson(success: ArrayLike, trials: ArrayLike, z: float = Z_90_TWO_SIDED) -> tuple[Floats, Floats]:
    """Between which shares the true one likely lies, when `success` of `trials` people agreed.

    Parameters
    ----------
    success, trials : array_like of int, same shape
        Trials above 0.
    z : float
        Two-sided normal quantile; 90 % if not given.

    Returns
    -------
    low, high : ndarray of float in [0, 1]

    Examples
    --------
    >>> low, high = wilson(8, 10)
    >>> round(float(low), 3), round(float(high), 3)
    (0.541, 0.931)

    References
    ----------
    Wilson (1927), doi:10.1080/01621459.1927.10502953.
    """
    n = np.asarray(trials, dtype=np.float64)
    p = np.asarray(success, dtype=np.float64) / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return np.clip(middle - half, 0.0, 1.0), np.clip(middle + half, 0.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class ToldShares:
    """The shares of one answer that may be told, of the shown groups; each of shape (n_shown, n_statements)."""

    shown: Ints
    low: Ints
    high: Ints
    seen: Ints

    def tell(self, row: int, statement: int) -> GroupShare | None:
        """One group's share of a statement; None where nothing may be said."""
        low, high, n = (int(a[row, statement]) for a in (self.low, self.high, self.seen))
        if low < 0:
            return None
        ends = float(wilson(low, n)[0]), float(wilson(high, n)[1])
        return GroupShare(int(self.shown[row]), *(_in_100(value) for value in (low / n, high / n, *ends)))


def _in_100(value: float) -> int:
    return int(np.floor(100.0 * value + 0.5))


def told_shares(counts: Counts, size: Ints, side: Side, minimum: int = MINIMUM) -> ToldShares:
    """Ranges of the shares that agree, or disagree, in every group that may be shown."""
    shown = np.flatnonzero(size >= minimum)
    visible = Counts(*(c[shown] for c in (counts.agree, counts.disagree, counts.pass_, counts.seen)))
    low, high = told_range(visible, *hidden_counts(visible, minimum), 0 if side == "agree" else 1, minimum)
    return ToldShares(shown, low, high, visible.seen)


def unites(counts: Counts, size: Ints, consensus: Floats, usable: Bools, limit: int) -> tuple[StatementShares, ...]:
    """Statements on which more than half of every shown group agree, highest group-aware consensus first."""
    told = told_shares(counts, size, "agree")
    if not len(told.shown):
        return ()
    half: Bools = np.all((told.low >= 0) & (2 * told.low > told.seen), axis=0)
    order = np.argsort(-consensus, kind="stable")
    chosen = [int(j) for j in order if half[j] and usable[j]][:limit]
    return tuple(_entry(told, j) for j in chosen)


def divides(counts: Counts, size: Ints, stats: Stats, usable: Bools, limit: int) -> tuple[StatementShares, ...]:
    """Statements on which agreement differs most between the shown groups.

    The spread is that of (agree + 1) / (seen + 2), so that a few early votes do not look like a deep divide.
    """
    told = told_shares(counts, size, "agree")
    if len(told.shown) < 2:
        return ()
    pa = stats.pa[told.shown]
    spread = pa.max(axis=0) - pa.min(axis=0)
    fit: Bools = np.all(told.low >= 0, axis=0) & usable
    order = np.argsort(-spread, kind="stable")
    chosen = [int(j) for j in order if fit[j]][:limit]
    return tuple(_entry(told, j) for j in chosen)


def _entry(told: ToldShares, statement: int) -> StatementShares:
    shares = [share for row in range(len(told.shown)) if (share := told.tell(row, statement)) is not None]
    return StatementShares(statement, tuple(shares), _between(shares))


def _between(shares: Sequence[GroupShare]) -> tuple[int, int]:
    return min(share.low for share in shares), max(share.high for share in shares)
