"""Reading a conversation as Polis exports it: checked on the way in, so that what follows can trust it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from upwell._kit.errors import InputError
from upwell._kit.progress import Progress, silent
from upwell.listen import _comments, _grid
from upwell.listen._sign import Sign, find_sign
from upwell.listen.files import gather
from upwell.listen.votes import Ints, Votes

Bools = NDArray[np.bool_]
NOT_STATED = -1
NO_GROUP = -1


@dataclass(frozen=True, slots=True, eq=False)
class Statements:
    """What people voted on, one entry for each statement, in rising order of `id`.

    Parameters
    ----------
    id : ndarray of int64, shape (n_statements,)
    text : tuple of str
    moderated : ndarray of int64
        1 accepted, 0 not looked at, -1 rejected.
    seed, meta : ndarray of bool
        Written by the organisers; about the conversation itself.
    author : ndarray of int64
        The participant who wrote it, -1 if not stated.
    """

    id: Ints
    text: tuple[str, ...]
    moderated: Ints
    seed: Bools
    meta: Bools
    author: Ints

    @property
    def left_out(self) -> Bools:
        """Rejected by moderators or about the conversation itself: no part in groups and lists."""
        return np.asarray((self.moderated == -1) | self.meta)


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """A conversation: its statements, the numbers of the people who voted, and their votes.

    Parameters
    ----------
    statements : Statements
    participant : ndarray of int64, shape (n_people,)
        The export's numbers of the people; names are never in it.
    votes : Votes
        1 agree, 0 pass, -1 disagree, whatever the export stored.
    published_group : ndarray of int64 or None, shape (n_people,)
        The group the export states for each person, -1 for none; None if it states no groups.
    sign : str
        How the export stored its votes: "agree=+1", or "agree=-1" and they were turned.
    summary : mapping of str to str
        summary.csv; empty if it is missing.
    """

    statements: Statements
    participant: Ints
    votes: Votes
    published_group: Ints | None
    sign: Sign
    summary: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """What a file of votes says: people and statements by their numbers, and stated totals of each person."""

    file: str
    participant: Ints
    statement: Ints
    votes: Votes
    group: Ints | None = None
    stated: tuple[Ints, Ints] | None = None
    first_row: Ints | None = None  # of each statement, in a file with a row for each vote


def read_export(
    source: str | Path | Mapping[str, bytes], *, sign: Sign | None = None, progress: Progress = silent
) -> Export:
    """Read a Polis export: who voted what, on which statements.

    Parameters
    ----------
    source : path or mapping of str to bytes
        Folder or zip of the export, or file name -> content (see `open_zip`). Each file may be gzipped. Needed:
        ``comments.csv`` and one of ``participants-votes.csv`` (used if there) and ``votes.csv`` (each person's
        last vote on a statement counts).
    sign : {"agree=+1", "agree=-1"}, optional
        Which number means agree in this export; found out from stated totals if not given.
    progress : callable
        Told what is being read; may raise `Cancelled`.

    Returns
    -------
    Export

    Raises
    ------
    InputError
        A file is missing, is another one, or a row cannot be used (file, row and column are named), or it is not
        clear which number means agree.

    Examples
    --------
    >>> files = {"comments.csv": b"comment-id,agrees,disagrees,comment-body\\n7,1,0,More trees, more shade\\n",
    ...          "votes.csv": b"timestamp,comment-id,voter-id,vote\\n1,7,0,1\\n"}
    >>> export = read_export(files)
    >>> export.statements.text, export.votes.value.tolist()
    (('More trees, more shade',), [1])
    """
    found = gather(source)
    if "comments.csv" not in found:
        raise InputError("comments.csv is missing. Give all files of the export.", allowed=tuple(sorted(found)))
    progress("reading", 0.0)
    statements, stated = _read_comments(*found["comments.csv"])
    if "participants-votes.csv" in found:
        table = _read_matrix(*found["participants-votes.csv"], progress)
    elif "votes.csv" in found:
        table = _read_votes(*found["votes.csv"], progress)
    else:
        raise InputError("participants-votes.csv and votes.csv are missing. Give one of them.")
    if not table.votes.value.size:
        raise InputError("There are no votes in this file.", file=table.file)
    votes = _on_statements(table, statements, found["comments.csv"][0])
    checks = {found["comments.csv"][0]: stated} | ({table.file: table.stated} if table.stated else {})
    stored = find_sign(votes, checks, sign)
    progress("reading", 1.0)
    return Export(
        statements=statements,
        participant=table.participant,
        votes=votes if stored == "agree=+1" else votes.flipped(),
        published_group=table.group,
        sign=stored,
        summary=_read_summary(*found["summary.csv"]) if "summary.csv" in found else {},
    )


def _read_comments(file: str, data: bytes) -> tuple[Statements, tuple[Ints, Ints]]:
    """The statements in order of their number, and the agrees and disagrees stated for each."""
    columns, rows, starts = _comments.records(file, data)
    if not rows:
        raise InputError("There are no statements in this file.", file=file)

    def numbers(name: str, blank: int | None) -> Ints:
        return _comments.number_column(file, columns, rows, starts, name, blank)

    number = numbers("comment-id", None)
    _refuse_doubled(file, "comment-id", number, starts)
    moderated = numbers("moderated", 0)
    if (odd := np.flatnonzero(np.abs(moderated) > 1)).size:
        raise InputError(
            "Write 1, 0 or -1.", file=file, row=starts[odd[0]], column="moderated", value=int(moderated[odd[0]])
        )
    agrees, disagrees = numbers("agrees", NOT_STATED), numbers("disagrees", NOT_STATED)
    author = numbers("author-id", -1)
    seed, meta = (_comments.flag_column(file, columns, rows, starts, name) for name in ("is-seed", "is-meta"))
    body, order = columns.index(_comments.BODY), np.argsort(number)
    text = tuple(rows[i][body] for i in order)
    statements = Statements(number[order], text, moderated[order], seed[order], meta[order], author[order])
    return statements, (agrees[order], disagrees[order])


def _refuse_doubled(file: str, column: str, number: Ints, starts: list[int] | None = None) -> None:
    """Refuse a number that stands in two rows."""
    order = np.argsort(number, kind="stable")
    again = np.flatnonzero(np.diff(number[order]) == 0)
    if again.size:
        row = int(order[again[0] + 1])
        at = starts[row] if starts else row + 2
        raise InputError(
            "This number stands in an earlier row too. Keep one.", file=file, row=at, column=column, value=number[row]
        )


def _read_matrix(file: str, data: bytes, progress: Progress) -> _Table:
    """participants-votes.csv: a row for each person, a column for each statement."""
    columns, rest = _grid.heading(file, data, ("participant",))
    at = np.array([i for i, name in enumerate(columns) if name.isdecimal()], dtype=np.int64)
    if not at.size:
        raise InputError("No column is the number of a statement. Is this the right file?", file=file, row=1)
    named = [name for name in ("participant", "group-id", "n-agree", "n-disagree") if name in columns]
    numbers: dict[str, list[Ints]] = {name: [] for name in named}
    triples, n, read = [], 0, 0
    for block in _grid.blocks(file, columns, rest):
        for name in named:
            blank = None if name == "participant" else NO_GROUP
            numbers[name].append(_grid.whole_numbers(block, columns.index(name), blank=blank))
        row, place, value = _grid.vote_cells(block, at)
        triples.append((row + n, place, value))
        n, read = n + len(block.begin), read + len(block.data)
        progress("reading", min(read / len(data), 1.0))
    if not n:
        raise InputError("There are no people in this file.", file=file)
    column = {name: np.concatenate(parts) for name, parts in numbers.items()}
    _refuse_doubled(file, "participant", column["participant"])
    who, what, vote = (np.concatenate(part) for part in zip(*triples, strict=True))
    votes = Votes.from_triples(who, what, vote, n_people=n, n_statements=len(at))
    group = column.get("group-id")
    stated = (column["n-agree"], column["n-disagree"]) if {"n-agree", "n-disagree"} <= column.keys() else None
    statement = np.array([int(columns[i]) for i in at], dtype=np.int64)
    return _Table(
        file, column["participant"], statement, votes, group if group is not None and group.max() >= 0 else None, stated
    )


def _read_votes(file: str, data: bytes, progress: Progress) -> _Table:
    """votes.csv: a row for each vote; the last of each person on a statement counts."""
    columns, rest = _grid.heading(file, data, ("comment-id", "voter-id", "vote"))
    names = [name for name in ("timestamp", "comment-id", "voter-id", "vote") if name in columns]
    parts: dict[str, list[Ints]] = {name: [] for name in names}
    read = 0
    for block in _grid.blocks(file, columns, rest):
        for name in names:
            parts[name].append(_grid.whole_numbers(block, columns.index(name)))
        if (odd := np.flatnonzero(np.abs(parts["vote"][-1]) > 1)).size:
            _grid.check_vote(block, int(odd[0]), columns.index("vote"), int(parts["vote"][-1][odd[0]]))
        read += len(block.data)
        progress("reading", min(read / len(data), 1.0))
    if not parts["vote"]:
        raise InputError("There are no votes in this file.", file=file)
    column = {name: np.concatenate(found) for name, found in parts.items()}
    people, who = np.unique(column["voter-id"], return_inverse=True)
    numbers, first, what = np.unique(column["comment-id"], return_index=True, return_inverse=True)
    # Files may run from new to old, so time decides; rows of the same moment count in the order they stand in.
    when = column.get("timestamp", np.zeros(len(who)))
    order = np.argsort(when, kind="stable")
    votes = Votes.from_triples(
        who[order], what[order], column["vote"][order], n_people=len(people), n_statements=len(numbers)
    )
    return _Table(file, people, numbers, votes, first_row=first + 2)


def _on_statements(table: _Table, statements: Statements, comments_file: str) -> Votes:
    """The votes with their columns in the order of `statements`; refused if one is about an unknown statement."""
    place = np.searchsorted(statements.id, table.statement)
    place[place == len(statements.id)] = 0
    if (unknown := np.flatnonzero(statements.id[place] != table.statement)).size:
        number = int(table.statement[unknown[0]])
        raise InputError(
            f"This file has votes on statement {number}, which {comments_file} does not list. Export both again.",
            file=table.file,
            row=int(table.first_row[unknown[0]]) if table.first_row is not None else 1,
            column=str(number) if table.first_row is None else "comment-id",
        )
    votes = table.votes
    return Votes.from_triples(
        votes.people,
        place[votes.statement],
        votes.value,
        n_people=votes.n_people,
        n_statements=len(statements.id),
    )


def _read_summary(file: str, data: bytes) -> dict[str, str]:
    """summary.csv: key, value in each row; the value may hold commas."""
    pairs = (line.partition(",") for line in data.decode("utf-8", "replace").splitlines() if line.strip())
    return {key.strip().strip('"'): value.strip().strip('"').replace('""', '"') for key, _, value in pairs}
