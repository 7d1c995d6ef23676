"""Open a workbook, but only one that cannot fill the memory."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time

from upwell._kit.errors import InputError

MAX_ENTRIES = 2_000
MAX_RATIO = 250  # a sheet of equal cells packs about 100 times
RATIO_FROM = 20_000_000  # bytes; small files may pack as well as they like
MAX_CELLS = 60_000_000

_CELL = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")
_LONGEST_CELL = 40  # bytes kept between two pieces so that no reference is cut
_PIECE = 1 << 20


def read_workbook(raw: bytes, name: str, *, max_rows: int, max_bytes: int) -> Iterator[list[str]]:
    """Yield the rows of the first sheet that has content, from the sheet's first row on."""
    _check_archive(raw, name, max_rows, max_bytes)
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        for sheet in sorted(sheets, key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible):
            rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            if any(cell not in ("", None) for row in rows for cell in row):
                return ([_text(cell) for cell in row] for row in rows)
    except (CalamineError, OSError) as problem:
        message = "The workbook is damaged. Open it, save it again as .xlsx, or save it as CSV."
        raise InputError(message, file=name) from problem
    raise InputError("No sheet of this workbook has anything in it.", file=name)


def _text(cell: object) -> str:
    """Write a cell as a person sees it: no 3.0 for 3, no 0.30000000000000004, dates ISO."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else format(cell, ".15g")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def _check_archive(raw: bytes, name: str, max_rows: int, max_bytes: int) -> None:
    """Refuse a bomb. Sizes written in a zip may lie, so what comes out is counted and thrown away."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise InputError("The workbook is damaged. Save it again as .xlsx.", file=name) from None
    if len(entries) > MAX_ENTRIES:
        raise InputError("This workbook has too many parts to be a spreadsheet. Save it as CSV.", file=name)
    if not any(entry.filename == "xl/workbook.xml" for entry in entries):
        raise InputError("This is not an Excel workbook. Save it as .xlsx or as CSV.", file=name)
    total = 0
    for entry in entries:
        if entry.flag_bits & 1:
            raise InputError("This workbook has a password. Save it without one.", file=name)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InputError("This workbook is packed in an unusual way. Save it again as .xlsx.", file=name)
        total += _check_entry(raw, entry, name, max_rows, max_bytes - total)
    if total > RATIO_FROM and total > MAX_RATIO * len(raw):
        raise InputError("This workbook unpacks to far more than a spreadsheet holds. Save it as CSV.", file=name)


def _check_entry(raw: bytes, entry: zipfile.ZipInfo, name: str, max_rows: int, left: int) -> int:
    """Return the true size of one part; refuse it when that, or the sheet it spans, is too large."""
    size = 0
    rows = columns = 1
    tail = b""
    for piece in _pieces(raw, entry, name):
        size += len(piece)
        if size > left:
            raise InputError("Unpacked, the workbook is too large. Split it, or save it as CSV.", file=name)
        for letters, digits in _CELL.findall(tail + piece):
            rows = max(rows, int(digits))
            columns = max(columns, _column_number(letters))
        tail = piece[-_LONGEST_CELL:]
    # The reader lays a sheet out in full: one cell at XFD1048576 would ask for 17 thousand million.
    if rows > max_rows + 1 or rows * columns > MAX_CELLS:
        message = f"A cell stands far out, in row {rows:,}. Delete what is below and right of your table."
        raise InputError(message, file=name)
    return size


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _pieces(raw: bytes, entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    start = entry.header_offset + 30
    lengths = raw[entry.header_offset + 26 : start]
    start += int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
    packed = raw[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        for at in range(0, len(packed), _PIECE):
            yield packed[at : at + _PIECE]
        return
    unpacker = zlib.decompressobj(wbits=-15)
    try:
        while packed and not unpacker.eof:
            yield unpacker.decompress(packed, _PIECE)
            packed = unpacker.unconsumed_tail
    except zlib.error:
        raise InputError("The workbook is damaged. Save it again as .xlsx.", file=name) from None
