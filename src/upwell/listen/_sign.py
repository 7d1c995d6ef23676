"""Deciding whether 1 means agree or disagree in an export, from the totals the same export states."""

from __future__ import annotations

from typing import Literal

import numpy as np

from upwell._kit.errors import InputError
from upwell.listen.votes import Ints, Votes

Sign = Literal["agree=+1", "agree=-1"]
SIGNS: tuple[Sign, ...] = ("agree=+1", "agree=-1")
# Stated totals differ a little from the votes for up to half of all statements in real exports, but lie nearer to
# the right reading for over 95 of 100; scrambled totals come out near 50.
CLEAR = 0.8


def find_sign(votes: Votes, stated: dict[str, tuple[Ints, Ints]], asked: Sign | None) -> Sign:
    """The sign these votes are stored with.

    Parameters
    ----------
    votes : Votes
        As stored.
    stated : dict
        File name -> stated numbers of agrees and disagrees: of statements for comments.csv, else of people;
        below 0 where nothing is stated.
    asked : str or None
        What the caller says; then nothing is checked.

    Raises
    ------
    InputError
        `asked` is no sign, or the totals do not tell clearly.
    """
    if asked is not None:
        if asked not in SIGNS:
            raise InputError("Say which number means agree.", column="sign", value=asked, allowed=SIGNS)
        return asked
    said = {}
    for file, (agrees, disagrees) in stated.items():
        counted = _counts(votes, by_statement=len(agrees) == votes.n_statements and "comments" in file)
        straight, inverted = _nearer(agrees, disagrees, *counted)
        if straight + inverted:
            said[file] = straight / (straight + inverted)
    if said and min(said.values()) >= CLEAR:
        return "agree=+1"
    if said and max(said.values()) <= 1 - CLEAR:
        return "agree=-1"
    raise InputError(_why(said) + " Ask where the export came from, then say it with --sign (or sign=).", allowed=SIGNS)


def _counts(votes: Votes, *, by_statement: bool) -> tuple[Ints, Ints]:
    """Numbers of 1 and of -1 for each statement or each person."""
    where, size = (votes.statement, votes.n_statements) if by_statement else (votes.people, votes.n_people)
    plus = np.bincount(where[votes.value == 1], minlength=size).astype(np.int64)
    return plus, np.bincount(where[votes.value == -1], minlength=size).astype(np.int64)


def _nearer(agrees: Ints, disagrees: Ints, plus: Ints, minus: Ints) -> tuple[int, int]:
    """How many rows lie nearer to 1 = agree, and how many nearer to -1 = agree; ties tell nothing."""
    known = (agrees >= 0) & (disagrees >= 0)
    as_it_stands = np.abs(agrees - plus) + np.abs(disagrees - minus)
    turned = np.abs(agrees - minus) + np.abs(disagrees - plus)
    return int((known & (as_it_stands < turned)).sum()), int((known & (turned < as_it_stands)).sum())


def _why(said: dict[str, float]) -> str:
    if not said:
        return "Nothing in this export tells whether 1 means agree or disagree: no totals stand beside the votes."
    parts = [f"{round(100 * share)} in 100 rows of {file} fit 1 = agree" for file, share in said.items()]
    return f"It is not clear whether 1 means agree or disagree: {', '.join(parts)}."
