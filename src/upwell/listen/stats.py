"""What each group says: counts, how much a statement marks a group, and what everybody or every group agrees on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from upwell.listen.export import Bools
from upwell.listen.votes import Floats, Ints, Votes

Z_90 = 1.2816  # one-sided 90 %, to the digits the published code has
SHOWN = 5  # statements in a list
META_PRIORITY = 49.0
Side = Literal["agree", "disagree"]


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """How many people of each group gave each answer; each of shape (n_groups, n_statements).

    Exact and not for publication: small numbers stand in them. `OpinionGroups.table` is what may be shown.
    """

    agree: Ints
    disagree: Ints
    pass_: Ints
    seen: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Stats:
    """How much each group agrees, and more than the other groups; each of shape (n_groups, n_statements).

    Parameters
    ----------
    pa, pd : ndarray
        Share that agrees, disagrees, of those who saw the statement, with one more of each side: (n+1)/(seen+2).
    pat, pdt : ndarray
        Whether that is more than half, as a z score.
    ra, rd : ndarray
        The share divided by that of the other groups together.
    rat, rdt : ndarray
        Whether that is more than 1, as a z score of two proportions.
    """

    pa: Floats
    pd: Floats
    pat: Floats
    pdt: Floats
    ra: Floats
    rd: Floats
    rat: Floats
    rdt: Floats


@dataclass(frozen=True, slots=True)
class Success:
    """A statement in the list of what all voters agree, or disagree, on: who of how many, share and z score."""

    statement: int
    n_success: int
    n_trials: int
    p_success: float
    p_test: float


@dataclass(frozen=True, slots=True)
class Consensus:
    """What most of all voters agree on, and what most disagree with; strongest first, five of each at most."""

    agree: tuple[Success, ...]
    disagree: tuple[Success, ...]


@dataclass(frozen=True, slots=True)
class Representative:
    """A statement that marks a group: the side it takes, how many of how many, and the scores it was chosen by."""

    statement: int
    side: Side
    n_success: int
    n_trials: int
    p_success: float
    p_test: float
    repness: float
    repness_test: float
    best_agree: bool = False


def count(votes: Votes, group: Ints, n_groups: int) -> Counts:
    """Count the answers in each group; people with group -1 are not counted."""
    inside = group[votes.people] >= 0
    cell = group[votes.people][inside] * votes.n_statements + votes.statement[inside]
    value = votes.value[inside]
    shape = (n_groups, votes.n_statements)
    agree, pass_, disagree = (
        np.bincount(cell[value == v], minlength=n_groups * votes.n_statements).astype(np.int64).reshape(shape)
        for v in (1, 0, -1)
    )
    return Counts(agree, disagree, pass_, agree + disagree + pass_)


def share(success: ArrayLike, trials: ArrayLike) -> Floats:
    """Share with one success and one failure added: (success + 1) / (trials + 2)."""
    return np.asarray((np.asarray(success) + 1.0) / (np.asarray(trials) + 2.0))


def more_than_half(success: ArrayLike, trials: ArrayLike) -> Floats:
    """z score of one proportion against a half, one success added: 2 sqrt(n+1) ((s+1)/(n+1) - 1/2)."""
    s, n = np.asarray(success) + 1.0, np.asarray(trials) + 1.0
    return np.asarray(2.0 * np.sqrt(n) * (s / n - 0.5))


def more_than_others(success: ArrayLike, trials: ArrayLike, other: ArrayLike, other_trials: ArrayLike) -> Floats:
    """z score of two proportions, one added to each of the four counts; 0 where everybody succeeds."""
    s1, n1, s2, n2 = (np.asarray(a) + 1.0 for a in (success, trials, other, other_trials))
    both = (s1 + s2) / (n1 + n2)
    spread = np.sqrt(np.maximum(both * (1.0 - both), 0.0) * (1.0 / n1 + 1.0 / n2))
    return np.divide(s1 / n1 - s2 / n2, spread, out=np.zeros_like(spread), where=spread > 0)


def measure(counts: Counts) -> Stats:
    """The scores of every group on every statement; see `Stats`."""
    a, d, s = counts.agree, counts.disagree, counts.seen
    a_rest, d_rest, s_rest = (c.sum(axis=0) - c for c in (a, d, s))
    pa, pd = share(a, s), share(d, s)
    return Stats(
        pa=pa,
        pd=pd,
        pat=more_than_half(a, s),
        pdt=more_than_half(d, s),
        ra=pa / share(a_rest, s_rest),
        rd=pd / share(d_rest, s_rest),
        rat=more_than_others(a, s, a_rest, s_rest),
        rdt=more_than_others(d, s, d_rest, s_rest),
    )


def group_aware_consensus(counts: Counts) -> Floats:
    """How much every group agrees with a statement: product over groups of (agree + 1) / (seen + 2)."""
    return np.asarray(share(counts.agree, counts.seen).prod(axis=0))


def priority(counts: Counts, extremity: Floats, meta: Bools) -> Floats:
    """How useful one more vote on each statement is; the server draws the next statement in proportion to it."""
    a, p, s = (c.sum(axis=0) for c in (counts.agree, counts.pass_, counts.seen))
    importance = (1.0 - share(p, s)) * (1.0 + extremity) * share(a, s)
    return np.where(meta, META_PRIORITY, (importance * (1.0 + 8.0 * 2.0 ** (-s / 5.0))) ** 2)


def consensus(votes: Votes, left_out: Bools) -> Consensus:
    """What most of all voters, grouped or not, agree and disagree on."""
    seen = votes.per_statement()
    lists = []
    for value in (1, -1):
        success = votes.per_statement(value)
        p, z = share(success, seen), more_than_half(success, seen)
        order = np.argsort(-(p * z), kind="stable")
        fits = (p > 0.5) & (z > Z_90) & ~left_out & (seen > 0)
        chosen = [int(j) for j in order if fits[j]][:SHOWN]
        lists.append(tuple(Success(j, int(success[j]), int(seen[j]), float(p[j]), float(z[j])) for j in chosen))
    return Consensus(*lists)


def representative(counts: Counts, stats: Stats, group: int, usable: Bools) -> tuple[Representative, ...]:
    """The statements that mark a group, five at most: the best agreed one first, agrees before disagrees.

    Parameters
    ----------
    counts, stats
        Of all groups.
    group : int
    usable : ndarray of bool, shape (n_statements,)
        Statements that somebody voted on and that are not left out.
    """
    rows = [_row(counts, stats, group, int(j)) for j in np.flatnonzero(usable)]
    best, best_agree = None, None
    sufficient: list[_Row] = []
    for row in rows:
        if row.significant:
            sufficient.append(row)
        if best is None or max(row.rat, row.rdt) > max(best.rat, best.rdt):
            best = row
        if row.beats(best_agree):
            best_agree = row
    if not sufficient:
        chosen = best_agree or best
        return (chosen.finished(chosen is best_agree),) if chosen else ()
    ranked = sorted((row for row in sufficient if row is not best_agree), key=lambda row: -row.metric)
    listed = [best_agree.finished(True)] if best_agree else []
    listed = (listed + [row.finished(False) for row in ranked])[:SHOWN]
    return tuple(sorted(listed, key=lambda entry: entry.side != "agree"))


@dataclass(frozen=True, slots=True)
class _Row:
    """One group's scores on one statement, as the list of representative statements weighs them."""

    statement: int
    na: int
    nd: int
    ns: int
    pa: float
    pd: float
    pat: float
    pdt: float
    ra: float
    rd: float
    rat: float
    rdt: float

    @property
    def significant(self) -> bool:
        return min(self.rat, self.pat) > Z_90 or min(self.rdt, self.pdt) > Z_90

    @property
    def metric(self) -> float:
        entry = self.finished(False)
        return entry.repness * entry.repness_test * entry.p_success * entry.p_test

    def beats(self, current: _Row | None) -> bool:
        """Whether this is a better statement to agree on than the best so far."""
        if self.na == 0 and self.nd == 0:
            return False
        if current is None:
            return self.pat > Z_90 or (self.ra > 1.0 and self.pa > 0.5)
        if current.ra > 1.0:
            return self.ra * self.rat * self.pa * self.pat > current.ra * current.rat * current.pa * current.pat
        return self.pa * self.pat > current.pa * current.pat

    def finished(self, best_agree: bool) -> Representative:
        """The entry in the list, on the side that marks the group more."""
        if self.rat > self.rdt:
            scores = (self.na, self.ns, self.pa, self.pat, self.ra, self.rat)
            return Representative(self.statement, "agree", *scores, best_agree)
        scores = (self.nd, self.ns, self.pd, self.pdt, self.rd, self.rdt)
        return Representative(self.statement, "disagree", *scores, best_agree)


def _row(counts: Counts, stats: Stats, g: int, j: int) -> _Row:
    number = (int(c[g, j]) for c in (counts.agree, counts.disagree, counts.seen))
    names = ("pa", "pd", "pat", "pdt", "ra", "rd", "rat", "rdt")
    return _Row(j, *number, *(float(getattr(stats, name)[g, j]) for name in names))
