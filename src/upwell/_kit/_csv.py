"""Read the rows of a CSV file, whatever separates its cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from upwell._kit._opening import encoding_of
from upwell._kit.errors import InputError

SEPARATORS = (",", ";", "\t", "|")

_SAMPLE_ROWS = 25
_HEAD = 200_000  # letters by which the separator is guessed


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


def csv_rows(raw: BinaryIO, name: str) -> Iterator[list[str]]:
    """Yield the cells of each row; a quoted cell may hold line ends and is still one row."""
    with raw:
        encoding, start = encoding_of(raw, name), raw.tell()
        text = io.TextIOWrapper(raw, encoding=encoding, newline="")
        head = text.read(_HEAD)
        declared = re.match(r"sep=(.)\r?\n?", head)  # what Excel writes for itself and never shows as a row
        separator = declared[1] if declared else guess_separator(head)
        text.seek(start)
        if declared:
            text.read(declared.end())
        number, reader = 1, csv.reader(text, delimiter=separator, strict=True)
        try:
            for record in reader:
                yield record
                number += 1
        except csv.Error as problem:
            raise InputError(_csv_fix(str(problem)), file=name, row=number) from None


def _csv_fix(problem: str) -> str:
    if "limit" in problem:
        return "A cell is far too long. A quote mark may be opened and never closed."
    return 'The quote marks do not pair up. Write a quote mark inside a quoted cell twice, like "".'
