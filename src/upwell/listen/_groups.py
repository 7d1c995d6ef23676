"""Opinion groups: people who answer alike, where they stand, what each group says and what all groups agree on."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upwell._kit.errors import InputError
from upwell._kit.progress import Progress, silent
from upwell._kit.say import Say
from upwell.listen import _clusters, _sentences, public, stats
from upwell.listen import shares as told
from upwell.listen._positions import Positions, positions
from upwell.listen.export import Bools, Export
from upwell.listen.stats import Consensus, Counts, Representative, Side, Stats
from upwell.listen.votes import Floats, Ints, Votes

Mode = Literal["polis"]
MODES: tuple[Mode, ...] = ("polis",)
MAX_K = 20
NAME_LENGTH = 20


@dataclass(frozen=True, slots=True, eq=False)
class OpinionGroups:
    """Groups of people who answer alike.

    The columns are exact and for computing. Show people only what the methods return: they keep numbers of fewer
    than five people back (`upwell.listen.public` states the rule).

    Parameters
    ----------
    mode : str
        "polis", or "given" if the groups were given.
    seed : int
    names : tuple of str, length n_groups
        A, B, … from the largest group; or the labels that were given.
    participant : ndarray of int64, shape (n_people,)
    position : ndarray of float, shape (n_people, 2)
        x and y. Only distances mean something; the directions have no good or bad end.
    group : ndarray of int64, shape (n_people,)
        Position in `names`; -1 for people with too few votes to be placed.
    statement : ndarray of int64, shape (n_statements,)
        Numbers of the statements.
    left_out : ndarray of bool, shape (n_statements,)
    mean : ndarray of float, shape (n_statements,)
        Mean vote in [-1, 1], 0 for statements left out.
    component : ndarray of float, shape (2, n_statements)
    explained : ndarray of float, shape (2,)
        Share of the variance of the votes along each component, [0, 1].
    statement_position : ndarray of float, shape (n_statements, 2)
        Where somebody would stand who only agreed with this statement.
    extremity : ndarray of float, shape (n_statements,)
        Its distance from the middle.
    base : ndarray of int64, shape (n_people,)
        Small cluster of each person, -1 for none; all -1 if the groups were given.
    base_position : ndarray of float, shape (n_base, 2)
    base_size : ndarray of int64, shape (n_base,)
    silhouette : mapping of int to float
        For each number of groups tried, how clearly they stand apart, [-1, 1].
    size : ndarray of int64, shape (n_groups,)
    counts, total : Counts
        Of each group; of all voters, shape (1, n_statements).
    stats : Stats
    consensus : Consensus
        What most of all voters agree, and disagree, on.
    group_aware_consensus : ndarray of float, shape (n_statements,)
    priority : ndarray of float, shape (n_statements,)
        How useful one more vote is.
    """

    mode: str
    seed: int
    names: tuple[str, ...]
    participant: Ints
    position: Floats
    group: Ints
    statement: Ints
    left_out: Bools
    mean: Floats
    component: Floats
    explained: Floats
    statement_position: Floats
    extremity: Floats
    base: Ints
    base_position: Floats
    base_size: Ints
    silhouette: Mapping[int, float]
    size: Ints
    counts: Counts
    total: Counts
    stats: Stats
    consensus: Consensus
    group_aware_consensus: Floats
    priority: Floats

    @property
    def k(self) -> int:
        """Number of groups, those too small to show included."""
        return len(self.names)

    @property
    def usable(self) -> Bools:
        """Statements that somebody voted on and that are not left out, shape (n_statements,)."""
        return np.asarray(~self.left_out & (self.total.seen[0] > 0))

    @property
    def shown(self) -> tuple[int, ...]:
        """Groups that may be shown: five people or more."""
        return tuple(int(g) for g in np.flatnonzero(self.size >= public.MINIMUM))

    def representative(self, group: int) -> tuple[Representative, ...]:
        """The statements that mark a group, five at most. Exact counts: `describe` is what may be shown."""
        return stats.representative(self.counts, self.stats, group, self.usable)

    def table(self, minimum: int = public.MINIMUM) -> public.PublicTable:
        """The counts of each group that may be shown; numbers that are too small, or would tell one, are None."""
        return public.public_table(self.counts, self.total, self.size, self.names, minimum)

    def public_group(self, minimum: int = public.MINIMUM) -> Ints:
        """`group` with -1 for everybody whose group is too small to show, shape (n_people,)."""
        small = np.append(self.size < minimum, True)
        return np.where(small[self.group], -1, self.group)

    def unites(self, limit: int = 5) -> tuple[told.StatementShares, ...]:
        """Statements that more than half of every shown group agree with, strongest first."""
        return told.unites(self.counts, self.size, self.group_aware_consensus, self.usable, limit)

    def divides(self, limit: int = 5) -> tuple[told.StatementShares, ...]:
        """Statements on which the shown groups differ most, widest first."""
        return told.divides(self.counts, self.size, self.stats, self.usable, limit)

    def shares(self, statement: int, side: Side = "agree") -> tuple[told.GroupShare | None, ...]:
        """How many in 100 of each shown group agree, or disagree, with a statement; None where it may not be told."""
        may = told.told_shares(self.counts, self.size, side)
        return tuple(may.tell(row, statement) for row in range(len(may.shown)))

    def headline(self) -> Say:
        """One sentence: how many groups there are."""
        return _sentences.headline(self)

    def describe(self, group: int) -> list[Say]:
        """Size of a group and what marks it, in sentences; nothing for a group too small to show."""
        return _sentences.describe(self, group)

    def describe_unites(self, limit: int = 5) -> list[Say]:
        """`unites` in sentences."""
        return [_sentences.between(self, entry, unites=True) for entry in self.unites(limit)]

    def describe_divides(self, limit: int = 5) -> list[Say]:
        """`divides` in sentences."""
        return [_sentences.between(self, entry, unites=False) for entry in self.divides(limit)]


def groups(
    source: Export | Votes | ArrayLike,
    *,
    mode: Mode = "polis",
    k: int | None = None,
    labels: Sequence[str] | Sequence[int] | NDArray[np.int64] | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> OpinionGroups:
    """Find groups of people who answer alike, and what each of them says.

    Never use a group to decide about a person: it sums up answers to a few statements, changes with the next votes,
    and two people of one group may differ on much.

    Parameters
    ----------
    source : Export, Votes or array_like of shape (n_people, n_statements)
        The votes; in an array 1 agree, -1 disagree, 0 pass, NaN not seen.
    mode : {"polis"}
        By which method; "polis" follows the formulas that the Polis server uses, from a cold start.
    k : int, optional
        Number of groups; the clearest of 2 to 5 if not given.
    labels : sequence of str or int, length n_people, optional
        Groups to use as they are; "" or -1 for people in no group.
    seed : int
        Start of the iteration on large conversations.
    progress : callable
        Told what is being done; may raise `Cancelled`.

    Returns
    -------
    OpinionGroups

    Raises
    ------
    InputError
        There are no votes, an option is unknown, or more groups are asked for than can be.

    Examples
    --------
    >>> result = groups([[1, 1, -1]] * 6 + [[-1, -1, 1]] * 5)
    >>> str(result.headline()), result.size.tolist()
    ('People answer in 2 different ways. We see 2 groups.', [6, 5])

    References
    ----------
    Small et al. (2021), "Polis: scaling deliberation by mapping high dimensional opinion spaces", Recerca 26(2),
    doi:10.6035/recerca.5516. The formulas are those of the server of compdemocracy/polis in 2024.
    """
    _check_options(mode, k, labels)
    votes, participant, statement, left_out, meta = _columns(source)
    if not votes.value.size:
        raise InputError("There are no votes to group people by.")
    progress("positions", 0.0)
    placed = positions(votes, left_out, seed=seed)
    progress("groups", 0.4)
    if labels is None:
        found = _clusters.cluster(placed.people, _clusters.taking_part(votes), k)
        group, names = _largest_first(found.group)
    else:
        group, names = _given(labels, votes.n_people)
        found = _clusters.Clusters(group, np.full_like(group, -1), np.empty((0, 2)), np.empty(0, dtype=np.int64), {})
    progress("statements", 0.8)
    result = _result(
        "given" if labels is not None else mode, seed, votes, participant, statement, left_out, meta, placed, found,
        group, names,
    )  # fmt: skip
    progress("statements", 1.0)
    return result


def _check_options(mode: str, k: int | None, labels: object) -> None:
    if mode not in MODES:
        raise InputError("This way of grouping is not known.", column="mode", value=mode, allowed=MODES)
    if k is not None and labels is not None:
        raise InputError("Ask for a number of groups or give the groups, not both.", column="k", value=k)
    if k is not None and not 1 <= k <= MAX_K:
        raise InputError(f"Ask for 1 to {MAX_K} groups.", column="k", value=k)


def _columns(source: Export | Votes | ArrayLike) -> tuple[Votes, Ints, Ints, Bools, Bools]:
    """Votes, numbers of people, numbers of statements, which are left out, which are about the conversation."""
    if isinstance(source, Export):
        of = source.statements
        return source.votes, source.participant, of.id, of.left_out, of.meta
    votes = source if isinstance(source, Votes) else Votes.from_matrix(source)
    none = np.zeros(votes.n_statements, dtype=bool)
    return votes, np.arange(votes.n_people), np.arange(votes.n_statements), none, none


def _largest_first(group: Ints) -> tuple[Ints, tuple[str, ...]]:
    """Groups numbered from the largest, equals by their first person; named A, B, …"""
    present, first, size = np.unique(group[group >= 0], return_index=True, return_counts=True)
    order = present[np.lexsort((first, -size))]
    rank = np.full(int(group.max(initial=-1)) + 2, -1, dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[group], tuple(string.ascii_uppercase[: len(order)])


def _given(labels: Sequence[str] | Sequence[int] | NDArray[np.int64], n_people: int) -> tuple[Ints, tuple[str, ...]]:
    """Groups in order of their labels, whole numbers as numbers."""
    if len(labels) != n_people:
        raise InputError(f"There are {n_people} people. Give one group for each.", value=len(labels))
    text = ["" if label in (-1, "-1") else str(label).strip() for label in labels]
    names = sorted(
        set(text) - {""}, key=lambda name: (not name.isdecimal(), int(name) if name.isdecimal() else 0, name)
    )
    if not names:
        raise InputError("Nobody is in a group. Name a group for at least one person.", column="group")
    for name in names:
        if len(name) > NAME_LENGTH or not (name.isprintable() and name[0].isalnum()):
            message = f"Begin a group's name with a letter or number and keep to {NAME_LENGTH} signs."
            raise InputError(message, column="group", value=name)
    place = {name: g for g, name in enumerate(names)} | {"": -1}
    return np.array([place[name] for name in text], dtype=np.int64), tuple(names)


def _result(
    mode: str,
    seed: int,
    votes: Votes,
    participant: Ints,
    statement: Ints,
    left_out: Bools,
    meta: Bools,
    placed: Positions,
    found: _clusters.Clusters,
    group: Ints,
    names: tuple[str, ...],
) -> OpinionGroups:
    """Count and score the answers of the groups found."""
    counts = stats.count(votes, group, len(names))
    extremity = np.hypot(*placed.statements.T)
    return OpinionGroups(
        mode=mode,
        seed=seed,
        names=names,
        participant=participant,
        position=placed.people,
        group=group,
        statement=statement,
        left_out=left_out,
        mean=placed.mean,
        component=placed.component,
        explained=placed.explained,
        statement_position=placed.statements,
        extremity=extremity,
        base=found.base,
        base_position=found.base_position,
        base_size=found.base_size,
        silhouette=found.silhouette,
        size=np.bincount(group[group >= 0], minlength=len(names)).astype(np.int64),
        counts=counts,
        total=stats.count(votes, np.zeros(votes.n_people, dtype=np.int64), 1),
        stats=stats.measure(counts),
        consensus=stats.consensus(votes, left_out),
        group_aware_consensus=stats.group_aware_consensus(counts),
        priority=stats.priority(counts, extremity, meta),
    )
