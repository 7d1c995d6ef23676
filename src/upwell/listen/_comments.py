"""Reading comments.csv, whose last column some servers write without quotation marks."""

from __future__ import annotations

import re

import numpy as np

from upwell._kit.errors import InputError

_QUOTED = re.compile(r'"((?:[^"]|"")*)"(?=\n|\Z)')
_FIELD = re.compile(r'"((?:[^"]|"")*)",|([^,\n]*),')
BODY = "comment-body"
TRUE, FALSE = {"true", "1", "t", "yes"}, {"false", "0", "f", "no", ""}


def records(file: str, data: bytes) -> tuple[list[str], list[list[str]], list[int]]:
    """Names of the columns, the cells of each row, and the spreadsheet row each began at.

    The last column takes all that is left of the line, so commas in a text without quotation marks do no harm;
    a text that begins with a quotation mark is read as quoted only if the closing mark ends the line.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise InputError("This file is not in UTF-8. Save it again as CSV UTF-8.", file=file) from problem
    first, _, text = text.partition("\n")
    columns = [name.strip().strip('"') for name in first.split(",")]
    needed = [name for name in ("comment-id", BODY) if name not in columns]
    if needed:
        problem_text = f"The heading has no column {', '.join(needed)}. Is this the right file?"
        raise InputError(problem_text, file=file, row=1, value=columns[0])
    rows, starts, at, line = [], [], 0, 2
    while at < len(text):
        if text[at] != "\n":
            cells, end = _record(file, text, at, line, columns)
            rows.append(cells)
            starts.append(line)
        else:
            end = at
        line += text.count("\n", at, end + 1)
        at = end + 1
    return columns, rows, starts


def _record(file: str, text: str, at: int, line: int, columns: list[str]) -> tuple[list[str], int]:
    """The cells of the record that begins at `at`, and where its line ends."""
    cells: list[str] = []
    for _ in columns[:-1]:
        field = _FIELD.match(text, at)
        if field is None:
            message = f"This row has {len(cells) + 1} cells where the heading has {len(columns)}."
            raise InputError(message, file=file, row=line)
        quoted, bare = field.groups()
        cells.append(bare.strip() if quoted is None else quoted.replace('""', '"'))
        at = field.end()
    if quoted_last := _QUOTED.match(text, at):
        return [*cells, quoted_last[1].replace('""', '"')], quoted_last.end()
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    last = text[at:end]
    if columns[-1] != BODY and "," in last:
        extra = len(columns) + last.count(",")
        raise InputError(f"This row has {extra} cells where the heading has {len(columns)}.", file=file, row=line)
    return [*cells, last], end


def number_column(
    file: str, columns: list[str], rows: list[list[str]], starts: list[int], name: str, blank: int | None
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """One column of whole numbers; without that column, or where a cell is blank, `blank`."""
    if name not in columns:
        return np.full(len(rows), blank if blank is not None else 0, dtype=np.int64)
    at, out = columns.index(name), np.empty(len(rows), dtype=np.int64)
    for i, cells in enumerate(rows):
        text = cells[at].strip()
        if not text and blank is not None:
            out[i] = blank
            continue
        try:
            out[i] = int(text)
        except (ValueError, OverflowError) as problem:
            raise InputError(
                "Write a whole number here.", file=file, row=starts[i], column=name, value=text
            ) from problem
    return out


def flag_column(
    file: str, columns: list[str], rows: list[list[str]], starts: list[int], name: str
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """One column of true and false; without that column all are false."""
    out = np.zeros(len(rows), dtype=bool)
    if name not in columns:
        return out
    at = columns.index(name)
    for i, cells in enumerate(rows):
        text = cells[at].strip().lower()
        if text not in TRUE | FALSE:
            raise InputError(
                "Write true or false.", file=file, row=starts[i], column=name, value=text, allowed=("true", "false")
            )
        out[i] = text in TRUE
    return out
