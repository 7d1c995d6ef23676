"""Read spreadsheets: one door for the command line and for the web site."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from upwell._kit._csv import csv_rows
from upwell._kit._opening import opened
from upwell._kit.errors import InputError
from upwell._kit.progress import Progress, silent

MAX_ROWS = 1_100_000
MAX_BYTES = 512 * 1024 * 1024  # after unpacking
MAX_CELL = 32_767  # what a spreadsheet program holds in one cell
MAX_COLUMNS = 1_000
MAX_PROBLEMS = 500  # more would not be read by anybody

_ROWS_A_LOOK = 500
_ROWS_A_STEP = 10_000
_UNSAFE = re.compile("[\0\ud800-\udfff]")
_INVISIBLE = "\ufeff\u200b\u2060"  # byte order mark, zero-width space, word joiner: pasted in, never meant


Share = Callable[[int], float]
"""Number of a row -> share of the file up to there, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Table:
    """A spreadsheet as text.

    Parameters
    ----------
    name : str
        The file's name, as error messages say it.
    columns : tuple of str
        Headings, each once.
    rows : list of list of str
        Trimmed cells, every row as long as `columns`; wholly empty rows are left out.
    numbers : list of int
        For each row its number in the spreadsheet (the first line of the file is 1).
    problems : list of InputError
        What is wrong, when the file was read with ``collect=True``; rows with a problem are left out.

    Examples
    --------
    >>> table = read_table(b"id,town\\n7, Leeds \\n", "places.csv")
    >>> table.column("town"), table.numbers
    (['Leeds'], [2])
    """

    name: str
    columns: tuple[str, ...]
    rows: list[list[str]]
    numbers: list[int]
    problems: list[InputError] = field(default_factory=list)

    def column(self, name: str) -> list[str]:
        """Return the cells under the heading `name`; KeyError if there is none."""
        if name not in self.columns:
            raise KeyError(name)
        at = self.columns.index(name)
        return [row[at] for row in self.rows]


class _Problems:
    """Raises the first problem, or keeps them all."""

    def __init__(self, name: str, collect: bool) -> None:
        self.name, self.collect = name, collect
        self.found: list[InputError] = []

    def add(self, message: str, *, row: int | None = None, column: str = "", value: object = None) -> None:
        problem = InputError(message, file=self.name, row=row, column=column, value=value)
        if not self.collect:
            raise problem
        if len(self.found) < MAX_PROBLEMS:
            self.found.append(problem)


def read_table(
    source: Path | bytes,
    name: str,
    *,
    max_rows: int = MAX_ROWS,
    max_bytes: int = MAX_BYTES,
    collect: bool = False,
    progress: Progress = silent,
) -> Table:
    """Read a CSV or XLSX spreadsheet as people really save them.

    Commas, semicolons, tabs or bars; UTF-8, UTF-16 or Windows-1252; packed with gzip or not; any line
    ends. Of a workbook the first sheet with content is read; numbers like 3.0 become "3", dates ISO.

    Parameters
    ----------
    source : Path or bytes
        The file, or its content.
    name : str
        How messages call it.
    max_rows, max_bytes : int
        Limits (bytes after unpacking).
    collect : bool
        False: raise the first problem. True: keep all problems of rows and headings on the table and
        raise only what makes the whole file unreadable.
    progress : callable
        Called with ("reading", share done).

    Returns
    -------
    Table

    Raises
    ------
    InputError
        Naming file, row, column and what to do.
    """
    scan = Scan(
        _records(source, name, max_rows, max_bytes), name, max_rows=max_rows, collect=collect, progress=progress
    )
    numbers, rows = [], []
    for number, cells in scan:
        numbers.append(number)
        rows.append(cells)
    return Table(name, scan.columns, rows, numbers, scan.problems)


def scan_table(
    source: Path | bytes,
    name: str,
    *,
    max_rows: int = MAX_ROWS,
    max_bytes: int = MAX_BYTES,
    progress: Progress = silent,
) -> Scan:
    """Read a spreadsheet as `read_table` does, row by row; all problems are kept on the scan.

    Parameters, and what makes the whole file unreadable (InputError), are those of `read_table`.
    """
    return Scan(_records(source, name, max_rows, max_bytes), name, max_rows=max_rows, progress=progress)


def _records(source: Path | bytes, name: str, max_rows: int, max_bytes: int) -> tuple[Iterator[list[str]], Share]:
    """Return the rows of whatever kind of file it is, and how to learn the share of it that was read."""
    raw = opened(source, name, max_bytes)
    start, size = raw.read(4), raw.seek(0, 2)
    raw.seek(0)
    if start == b"PK\x03\x04":
        from upwell._kit._xlsx import read_workbook  # loads calamine only when a workbook comes

        with raw:
            rows = read_workbook(raw.read(), name, max_rows=max_rows, max_bytes=max_bytes)
        return rows, lambda number: number / max_rows
    if start == b"\xd0\xcf\x11\xe0":
        raw.close()
        raise InputError(
            "This is an old or password-protected Excel file. Save it as .xlsx without a password, or as CSV.",
            file=name,
        )
    return csv_rows(raw, name), lambda number: raw.tell() / size


class Scan:
    """A spreadsheet read row by row: a million rows take no more room than a few.

    Attributes
    ----------
    name : str
        The file's name, as error messages say it.
    columns : tuple of str
        Headings, each once.
    problems : list of InputError
        What is wrong so far: headings at once, rows as they are read; those rows are left out.

    Examples
    --------
    >>> scan = scan_table(b"id,town\\n7, Leeds \\n\\n8,York\\n", "places.csv")
    >>> scan.columns, list(scan)
    (('id', 'town'), [(2, ['7', 'Leeds']), (4, ['8', 'York'])])
    """

    def __init__(
        self,
        records: tuple[Iterator[list[str]], Share],
        name: str,
        *,
        max_rows: int = MAX_ROWS,
        collect: bool = True,
        progress: Progress = silent,
    ) -> None:
        rows, self._share = records
        self.name, self._records, self._max_rows, self._progress = name, enumerate(rows, start=1), max_rows, progress
        self._rows = rows
        self._problems = _Problems(name, collect)
        self.problems = self._problems.found
        try:
            heading, number = self._heading()
            self.columns = _check_heading(heading, number, self._problems)
        except InputError:
            self.close()
            raise
        self._titles = heading
        self.share = 0.0  # of the file that was read

    def close(self) -> None:
        """Let go of the file. Done by itself once every row was read, or one could not be."""
        if isinstance(self._rows, Generator):
            self._rows.close()

    def _heading(self) -> tuple[list[str], int]:
        for number, record in self._records:
            if cells := _filled(record):
                return cells, number
        raise InputError("The file is empty. Save the spreadsheet again and check that it has rows.", file=self.name)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each row's number in the spreadsheet and its trimmed cells, as many as there are columns; once."""
        try:
            yield from self._good_rows()
        finally:  # an error keeps its frames, and with them the file, until somebody tidies up
            self.close()

    def _good_rows(self) -> Iterator[tuple[int, list[str]]]:
        heading, width, rows = self._titles, len(self._titles), 0
        for number, record in self._records:
            if number % _ROWS_A_LOOK == 0:
                self.share = min(0.99, self._share(number))
                if number % _ROWS_A_STEP == 0:
                    self._progress("reading", self.share)
            together = "".join(record)
            if len(record) == width and _is_plain(together):  # nearly every row
                cells = [cell.strip() for cell in record]
                if not together.strip():
                    continue
            else:
                cells = _filled(record)
                if not cells or not _row_is_fine(cells, heading, number, self._problems):
                    continue
                cells += [""] * (width - len(cells))
            if rows >= self._max_rows:
                raise InputError(f"There are more than {self._max_rows:,} rows. Split the file.", file=self.name)
            rows += 1
            yield number, cells
        if not rows and not self.problems:
            raise InputError("There is a heading and nothing under it. Add one row for each person.", file=self.name)
        self.share = 1.0
        self._progress("reading", 1.0)


def _is_plain(together: str) -> bool:
    """Whether the cells of a row, joined, hold nothing but plain letters, and not too many."""
    return together.isascii() and "\r" not in together and "\0" not in together and len(together) <= MAX_CELL


def _filled(record: list[str]) -> list[str]:
    """Return a record's cells, trimmed, without the empty ones at its end."""
    cells = [cell.strip() for cell in record]
    for at, cell in enumerate(cells):
        if not cell.isascii():
            cells[at] = cell.strip(_INVISIBLE).strip()
        if "\r" in cell:
            cells[at] = cells[at].replace("\r\n", "\n").replace("\r", "\n")
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _row_is_fine(cells: list[str], heading: list[str], number: int, problems: _Problems) -> bool:
    if len(cells) > len(heading):
        extra = cells[len(heading)]
        problems.add(
            f"This row has {len(cells)} cells and the heading has {len(heading)}. "
            "Put cells that hold the separator in quote marks, or delete what is to the right.",
            row=number,
            value=extra,
        )
        return False
    together = "".join(cells)
    if len(together) <= MAX_CELL and not _UNSAFE.search(together):  # nearly every row
        return True
    for column, cell in zip(heading, cells, strict=False):
        if len(cell) > MAX_CELL:
            message = f"This cell is longer than {MAX_CELL:,} letters. A quote mark may be opened and never closed."
            problems.add(message, row=number, column=column)
            return False
        if _UNSAFE.search(cell):
            message = "This cell holds a character that is not text. Write it again."
            problems.add(message, row=number, column=column)
            return False
    return True


def _check_heading(heading: list[str], row: int, problems: _Problems) -> tuple[str, ...]:
    if len(heading) > MAX_COLUMNS:
        raise InputError(f"There are more than {MAX_COLUMNS:,} columns.", file=problems.name, row=row)
    seen: dict[str, int] = {}
    columns = []
    for place, title in enumerate(heading, start=1):
        key = title.casefold()
        unique = title
        if not title:
            problems.add(f"The heading of column {place} is empty. Give it a name or delete it.", row=row)
            unique = f"column {place}"
        elif _UNSAFE.search(title) or len(title) > 200:
            problems.add(f"The heading of column {place} cannot be read. Write it again.", row=row)
            unique = f"column {place}"
        elif key in seen:
            message = f"Columns {seen[key]} and {place} have the same heading. Rename or delete one."
            problems.add(message, row=row, value=title)
            unique = f"{title} ({place})"
        seen.setdefault(key, place)
        columns.append(unique)
    return tuple(columns)
