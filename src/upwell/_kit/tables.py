"""Read and write spreadsheets: one door for the command line and for the web site."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from upwell._kit.errors import InputError
from upwell._kit.progress import Progress, silent

SEPARATORS = (",", ";", "\t", "|")
MAX_ROWS = 1_100_000
MAX_BYTES = 512 * 1024 * 1024  # after unpacking
MAX_CELL = 32_767  # what a spreadsheet program holds in one cell
MAX_COLUMNS = 1_000
MAX_PROBLEMS = 500  # more would not be read by anybody

_SAMPLE_ROWS = 25
_ROWS_A_STEP = 50_000
_HEAD = 200_000  # letters by which the separator is guessed
_PIECE = 1 << 20
_UNSAFE = re.compile("[\0\ud800-\udfff]")
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_INVISIBLE = "\ufeff\u200b\u2060"  # byte order mark, zero-width space, word joiner: pasted in, never meant


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


def _records(source: Path | bytes, name: str, max_rows: int, max_bytes: int) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells) of whatever kind of file it is."""
    raw = _load(source, name, max_bytes)
    if raw[:2] == b"\x1f\x8b":
        raw = _unpack(raw, name, max_bytes)
    if raw[:4] == b"PK\x03\x04":
        from upwell._kit._xlsx import read_workbook  # loads calamine only when a workbook comes

        return enumerate(read_workbook(raw, name, max_rows=max_rows, max_bytes=max_bytes), start=1)
    if raw[:4] == b"\xd0\xcf\x11\xe0":
        raise InputError(
            "This is an old or password-protected Excel file. Save it as .xlsx without a password, or as CSV.",
            file=name,
        )
    return _csv_records(*_encoding(raw, name), name)


def _load(source: Path | bytes, name: str, max_bytes: int) -> bytes:
    if not isinstance(source, bytes):
        if not source.is_file():
            raise InputError(f"There is no file at {source}. Check the name and the folder.", file=name)
        size = source.stat().st_size
    else:
        size = len(source)
    if size > max_bytes:
        raise InputError(
            f"The file is larger than {max_bytes / 1e6:.0f} MB. Split it, or leave out columns that are not needed.",
            file=name,
        )
    raw = source if isinstance(source, bytes) else source.read_bytes()
    if not raw.strip():
        raise InputError("The file is empty. Save the spreadsheet again and check that it has rows.", file=name)
    return raw


def _unpack(raw: bytes, name: str, max_bytes: int) -> bytes:
    """Undo gzip, but never further than `max_bytes`."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        out = unpacker.decompress(raw, max_bytes + 1)
    except zlib.error:
        raise InputError("The packed file is damaged. Pack it again, or send the plain CSV.", file=name) from None
    if len(out) > max_bytes:
        raise InputError(f"Unpacked, the file is larger than {max_bytes / 1e6:.0f} MB. Split it.", file=name)
    if not unpacker.eof:
        raise InputError("The packed file is cut short. Pack it again, or send the plain CSV.", file=name)
    if not out.strip():
        raise InputError("The packed file is empty.", file=name)
    return out


def _encoding(raw: bytes, name: str) -> tuple[bytes, str]:
    """Find the encoding: marks first, then UTF-8, then the Windows one, then a guess. Returns what is after a mark."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if raw.startswith(mark):
            return _readable(raw[len(mark) :], encoding, name)
    head = raw[:4096]
    zeros_even, zeros_odd, half = head[::2].count(0), head[1::2].count(0), len(head) / 2
    if zeros_odd > 0.4 * half and zeros_even == 0:
        return _readable(raw, "utf-16-le", name)
    if zeros_even > 0.4 * half and zeros_odd == 0:
        return _readable(raw, "utf-16-be", name)
    if raw.isascii():
        return raw, "utf-8"
    for encoding in ("utf-8", "cp1252"):
        if _first_fault(raw, encoding) is None:
            return raw, encoding
    from charset_normalizer import from_bytes

    best = from_bytes(raw[: 1 << 20]).best()
    return _readable(raw, best.encoding if best else "latin-1", name)


def _readable(raw: bytes, encoding: str, name: str) -> tuple[bytes, str]:
    fault = _first_fault(raw, encoding)
    if fault is not None:
        message = f"Some letters cannot be read as {encoding.upper()}. Save the file as CSV UTF-8."
        row = raw[:fault].count("\n".encode(encoding)) + 1
        raise InputError(message, file=name, row=row)
    return raw, encoding


def _first_fault(raw: bytes, encoding: str) -> int | None:
    """Return where the first letter stands that cannot be read; a piece at a time, so that no second copy is made."""
    decoder, at = codecs.getincrementaldecoder(encoding)(), 0
    while at < len(raw):
        waiting = len(decoder.getstate()[0])
        try:
            decoder.decode(raw[at : at + _PIECE], final=at + _PIECE >= len(raw))
        except UnicodeDecodeError as problem:
            return at - waiting + problem.start
        at += _PIECE
    return None


def guess_separator(text: str) -> str:
    """Return the separator under which the first rows are widest and most alike.

    Examples
    --------
    >>> guess_separator("id;goals\\n1;maths, coding\\n")
    ';'
    """

    def score(separator: str) -> float:
        reader = csv.reader(io.StringIO(text[:_HEAD], newline=""), delimiter=separator)
        widths = []
        try:
            for row in reader:
                if row:
                    widths.append(len(row))
                if len(widths) > _SAMPLE_ROWS:
                    break
        except csv.Error:
            pass
        if not widths or widths[0] < 2:
            return 0.0
        alike = sum(width == widths[0] for width in widths) / len(widths)
        return alike * (widths[0] - 1)

    return max(SEPARATORS, key=score)  # on a tie the first, the comma


def _csv_records(raw: bytes, encoding: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells); a quoted cell may hold line ends and is still one row."""
    text = io.TextIOWrapper(io.BytesIO(raw), encoding=encoding, newline="")
    head = text.read(_HEAD)
    declared = re.match(r"sep=(.)\r?\n?", head)  # what Excel writes for itself and never shows as a row
    separator = declared[1] if declared else guess_separator(head)
    text.seek(0)
    if declared:
        text.read(declared.end())
    reader = csv.reader(text, delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            raise InputError(_csv_fix(str(problem)), file=name, row=number) from None


def _csv_fix(problem: str) -> str:
    if "limit" in problem:
        return "A cell is far too long. A quote mark may be opened and never closed."
    return 'The quote marks do not pair up. Write a quote mark inside a quoted cell twice, like "".'


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
        records: Iterator[tuple[int, list[str]]],
        name: str,
        *,
        max_rows: int = MAX_ROWS,
        collect: bool = True,
        progress: Progress = silent,
    ) -> None:
        self.name, self._records, self._max_rows, self._progress = name, records, max_rows, progress
        self._problems = _Problems(name, collect)
        self.problems = self._problems.found
        heading, number = self._heading()
        self._titles = heading
        self.columns = _check_heading(heading, number, self._problems)
        self.share = 0.0  # of the file that was read, as far as that is known

    def _heading(self) -> tuple[list[str], int]:
        for number, record in self._records:
            if cells := _filled(record):
                return cells, number
        raise InputError("The file is empty. Save the spreadsheet again and check that it has rows.", file=self.name)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each row's number in the spreadsheet and its trimmed cells, as many as there are columns; once."""
        heading, width, rows = self._titles, len(self._titles), 0
        for number, record in self._records:
            cells = _filled(record)
            if not cells:
                continue
            if rows >= self._max_rows:
                raise InputError(f"There are more than {self._max_rows:,} rows. Split the file.", file=self.name)
            if _row_is_fine(cells, heading, number, self._problems):
                rows += 1
                if len(cells) < width:
                    cells += [""] * (width - len(cells))
                yield number, cells
            if number % _ROWS_A_STEP == 0:
                self.share = min(0.99, number / self._max_rows)
                self._progress("reading", self.share)
        if not rows and not self.problems:
            raise InputError("There is a heading and nothing under it. Add one row for each person.", file=self.name)
        self._progress("reading", 1.0)


def _filled(record: list[str]) -> list[str]:
    """Return a record's cells, trimmed, without the empty ones at its end."""
    cells = _clean(record)
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _clean(record: Iterable[str]) -> list[str]:
    cells = [cell.strip() for cell in record]
    together = "".join(cells)
    if together.isascii() and "\r" not in together:  # nearly every row
        return cells
    for at, cell in enumerate(cells):
        if not cell.isascii():
            cells[at] = cell.strip(_INVISIBLE).strip()
        if "\r" in cell:
            cells[at] = cells[at].replace("\r\n", "\n").replace("\r", "\n")
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


def neutralise(cell: object) -> str:
    """Return the cell as text that no spreadsheet program will run as a formula.

    Examples
    --------
    >>> neutralise("=HYPERLINK(1)"), neutralise(-3.5), neutralise("Leeds")
    ("'=HYPERLINK(1)", '-3.5', 'Leeds')
    """
    text = "" if cell is None else str(cell)
    if text.startswith(_FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text


def table_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a CSV with commas, line ends ``\\n`` and every formula neutralised.

    Examples
    --------
    >>> table_text(["id", "says"], [[1, "@risk"]])
    "id,says\\n1,'@risk\\n"
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([neutralise(column) for column in columns])
    writer.writerows([neutralise(cell) for cell in row] for row in rows)
    return out.getvalue()


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write `table_text` to a file, UTF-8."""
    path.write_text(table_text(columns, rows), encoding="utf-8", newline="")
