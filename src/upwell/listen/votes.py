"""Who voted what on which statement, kept as a sparse table: a blank is not a pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upwell._kit.errors import InputError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """Every person's vote on every statement they saw.

    Only votes are stored, so a conversation of 100,000 people and 1,000 statements fits in memory.
    Row `i` has the statements ``statement[start[i]:start[i + 1]]``, in rising order, each once.

    Parameters
    ----------
    n_people, n_statements : int
        Size of the table.
    start : ndarray of int64, shape (n_people + 1,)
        Where each person's votes begin.
    statement : ndarray of int32, shape (n_votes,)
        Position of the statement.
    value : ndarray of int8, shape (n_votes,)
        1 agree, -1 disagree, 0 pass.
    """

    n_people: int
    n_statements: int
    start: Ints
    statement: NDArray[np.int32]
    value: NDArray[np.int8]

    @classmethod
    def from_triples(
        cls, person: ArrayLike, statement: ArrayLike, value: ArrayLike, *, n_people: int, n_statements: int
    ) -> Votes:
        """Build the table from one row per vote; a later row for the same person and statement replaces an earlier.

        Parameters
        ----------
        person, statement : array_like of int, shape (n_rows,)
            Positions, from 0.
        value : array_like of int, shape (n_rows,)
            1 agree, -1 disagree, 0 pass.
        n_people, n_statements : int
            Size of the table.

        Raises
        ------
        InputError
            A vote is not -1, 0 or 1, or a position lies outside the table.

        Examples
        --------
        >>> Votes.from_triples([0, 0, 0], [1, 0, 1], [1, 0, -1], n_people=1, n_statements=2).value.tolist()
        [0, -1]
        """
        who, what, vote = (np.asarray(a) for a in (person, statement, value))
        if who.size and (min(who.min(), what.min()) < 0 or who.max() >= n_people or what.max() >= n_statements):
            raise InputError("A vote stands outside the table of people and statements.")
        if not np.isin(vote, (-1, 0, 1)).all():
            raise InputError("A vote is 1 (agree), 0 (pass) or -1 (disagree).", allowed=("1", "0", "-1"))
        key = who.astype(np.int64) * n_statements + what.astype(np.int64)
        order = np.argsort(key, kind="stable")
        key = key[order]
        last = np.append(key[1:] != key[:-1], True) if key.size else np.zeros(0, dtype=bool)
        row, column = np.divmod(key[last], max(n_statements, 1))
        start = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=n_people)))).astype(np.int64)
        return cls(n_people, n_statements, start, column.astype(np.int32), vote[order][last].astype(np.int8))

    @classmethod
    def from_matrix(cls, matrix: ArrayLike) -> Votes:
        """Build the table from a small matrix of 1, 0 and -1 with NaN where a person saw nothing.

        Raises
        ------
        InputError
            The matrix has not two dimensions, or holds another number.

        Examples
        --------
        >>> Votes.from_matrix([[1, float("nan")], [0, -1]]).people.tolist()
        [0, 1, 1]
        """
        table = np.asarray(matrix, dtype=np.float64)
        if table.ndim != 2:
            raise InputError("Give a table with one row for each person and one column for each statement.")
        who, what = np.nonzero(~np.isnan(table))
        n, m = table.shape
        return cls.from_triples(who, what, table[who, what], n_people=n, n_statements=m)

    @property
    def people(self) -> Ints:
        """The person of each vote, shape (n_votes,)."""
        return np.repeat(np.arange(self.n_people), np.diff(self.start))

    @property
    def per_person(self) -> Ints:
        """How many votes each person gave, shape (n_people,)."""
        return np.diff(self.start)

    def per_statement(self, value: int | None = None) -> Ints:
        """How many people saw each statement, or gave this vote to it; shape (n_statements,)."""
        chosen = self.statement if value is None else self.statement[self.value == value]
        return np.bincount(chosen, minlength=self.n_statements).astype(np.int64)

    def flipped(self) -> Votes:
        """The same votes with agree and disagree exchanged."""
        return Votes(self.n_people, self.n_statements, self.start, self.statement, -self.value)
