"""Fast reading of CSV tables of whole numbers: cells are found by their commas, without a string for each."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from upwell._kit.errors import InputError
from upwell.listen.votes import Ints

COMMA, NEWLINE, MINUS, ZERO, ONE, NINE = (ord(c) for c in ",\n-019")
BLOCK = 8 * 1024 * 1024  # bytes read at once: the positions of the cells take about eight times that
MAX_DIGITS = 18  # what int64 holds for certain


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some whole rows of a table: where each cell begins and how long it is, shape (rows, columns)."""

    file: str
    columns: list[str]
    first_row: int
    data: bytes
    begin: Ints
    length: Ints

    def text(self, row: int, column: int) -> str:
        at = int(self.begin[row, column])
        return self.data[at : at + int(self.length[row, column])].decode("utf-8", "replace").strip()

    def fault(self, message: str, row: int, column: int, allowed: tuple[str, ...] = ()) -> InputError:
        """The error to raise about one cell."""
        at = {"file": self.file, "column": self.columns[column]}
        return InputError(message, row=self.first_row + row, value=self.text(row, column), allowed=allowed, **at)


def heading(file: str, data: bytes, needed: tuple[str, ...]) -> tuple[list[str], bytes]:
    """The names of the columns, and the rows below them; refused when a needed column is not there."""
    line, _, rest = data.partition(b"\n")
    names = [name.strip() for name in next(csv.reader([line.decode("utf-8", "replace")]), [])]
    if missing := [name for name in needed if name not in names]:
        message = f"The heading has no column {', '.join(missing)}. Is this the right file?"
        raise InputError(message, file=file, row=1, value=names[0] if names else None)
    if doubled := [name for name, times in Counter(names).items() if times > 1]:
        raise InputError("This column stands in the heading twice.", file=file, row=1, column=doubled[0])
    return names, rest


def blocks(file: str, columns: list[str], rest: bytes) -> Iterator[Block]:
    """Cut the rows into blocks; a row with more or fewer cells than the heading is refused."""
    if b'"' in rest:
        rest = _unquoted(file, rest)
    rest = rest.rstrip(b"\n ") + b"\n"
    at, row = 0, 2
    while at < len(rest) and len(rest) > 1:
        end = rest.find(b"\n", min(at + BLOCK, len(rest) - 1)) + 1
        block = _block(file, columns, row, rest[at:end])
        yield block
        row, at = row + len(block.begin), end


def _unquoted(file: str, rest: bytes) -> bytes:
    """The same table without quotation marks; a comma or line break inside a cell becomes a space."""
    out = io.StringIO()
    try:
        for cells in csv.reader(io.StringIO(rest.decode("utf-8", "replace"), newline="")):
            out.write(",".join(" ".join(cell.replace(",", " ").split()) for cell in cells) + "\n")
    except csv.Error as problem:
        raise InputError("This file cannot be read as CSV. Export it again.", file=file) from problem
    return out.getvalue().encode()


def _block(file: str, columns: list[str], first_row: int, data: bytes) -> Block:
    codes = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero((codes == COMMA) | (codes == NEWLINE))
    last_in_row = np.flatnonzero(codes[ends] == NEWLINE)
    cells = np.diff(last_in_row, prepend=-1)
    if (wrong := np.flatnonzero(cells != len(columns))).size:
        raise InputError(
            f"This row has {cells[wrong[0]]} cells where the heading has {len(columns)}.",
            file=file,
            row=first_row + int(wrong[0]),
        )
    begin = np.concatenate(([0], ends[:-1] + 1))
    shape = (len(cells), len(columns))
    return Block(file, columns, first_row, data, begin.reshape(shape), (ends - begin).reshape(shape))


def whole_numbers(block: Block, column: int, *, blank: int | None = None) -> Ints:
    """The whole numbers of one column; a blank cell gives `blank`, or is refused."""
    codes = np.frombuffer(block.data, dtype=np.uint8)
    begin, length = block.begin[:, column], block.length[:, column]
    negative = (length > 1) & (codes[begin] == MINUS)
    digits, at = length - negative, begin + negative
    value = np.zeros(len(begin), dtype=np.int64)
    good = (digits > 0) & (digits <= MAX_DIGITS)
    for i in range(int(min(digits.max(initial=0), MAX_DIGITS))):
        here = good & (i < digits)
        code = codes[np.where(here, at + i, 0)].astype(np.int64)
        good &= ~here | ((code >= ZERO) & (code <= NINE))
        value = np.where(here, value * 10 + code - ZERO, value)
    value = np.where(negative, -value, value)
    for row in np.flatnonzero(~good):
        value[row] = _slow_number(block, int(row), column, blank)
    return value


def _slow_number(block: Block, row: int, column: int, blank: int | None) -> int:
    """One cell that is not plain digits: blank, padded with spaces, or wrong."""
    text = block.text(row, column)
    if not text and blank is not None:
        return blank
    try:
        if float(text) == int(float(text)) and abs(float(text)) < 2**53:
            return int(float(text))
    except (ValueError, OverflowError):
        pass
    raise block.fault("Write a whole number here.", row, column)


def vote_cells(block: Block, columns: Ints) -> tuple[Ints, Ints, NDArray[np.int8]]:
    """Row in the block, position among `columns`, and vote of each cell that is not blank."""
    codes = np.frombuffer(block.data, dtype=np.uint8)
    begin, length = block.begin[:, columns], block.length[:, columns]
    row, place = np.nonzero(length)
    at, size = begin[row, place], length[row, place]
    first = codes[at]
    minus = (size == 2) & (first == MINUS) & (codes[at + 1] == ONE)
    plain = (size == 1) & ((first == ZERO) | (first == ONE))
    value = np.where(minus, -1, first.astype(np.int16) - ZERO)
    keep = np.ones(len(row), dtype=bool)
    for i in np.flatnonzero(~(minus | plain)):
        cell = int(row[i]), int(columns[place[i]])
        keep[i] = block.text(*cell) != ""
        value[i] = check_vote(block, *cell, _slow_number(block, *cell, 0))
    return row[keep], place[keep], value[keep].astype(np.int8)


def check_vote(block: Block, row: int, column: int, vote: int) -> int:
    """The vote, or the error that it is none."""
    if vote not in (-1, 0, 1):
        raise block.fault("A vote is 1, 0 or -1; blank if not seen.", row, column, ("1", "0", "-1", "blank"))
    return vote
