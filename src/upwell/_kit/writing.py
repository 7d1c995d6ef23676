"""Write spreadsheets that no program will run anything of."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

_PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutralise(cell: object) -> str:
    """Return the cell as text that no spreadsheet program will run as a formula.

    Examples
    --------
    >>> neutralise("=HYPERLINK(1)"), neutralise(-3.5), neutralise("Leeds")
    ("'=HYPERLINK(1)", '-3.5', 'Leeds')
    """
    text = "" if cell is None else str(cell)
    return "'" + text if _runs(text) else text


def restore(cell: str) -> str:
    """Return the text that `neutralise` was given: exactly that, whatever it was.

    Examples
    --------
    >>> restore("'=HYPERLINK(1)"), restore("-3.5"), restore("'Leeds"), restore(neutralise("'=1"))
    ('=HYPERLINK(1)', '-3.5', "'Leeds", "'=1")
    """
    return cell[1:] if cell.startswith("'") and _runs(cell[1:]) else cell


def _runs(text: str) -> bool:
    """Whether a program may run it; apostrophes before it do not count, so that each one added can be told apart."""
    bare = text.lstrip("'")
    return bare.startswith(_FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(bare)


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
