"""Open a list as letters: packed or not, in whatever encoding somebody's program saved it."""

from __future__ import annotations

import codecs
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from upwell._kit.errors import InputError

_PIECE = 1 << 20


def opened(source: Path | bytes, name: str, max_bytes: int) -> BinaryIO:
    """Return the bytes of a file, unpacked; a plain file is not read into memory.

    Raises
    ------
    InputError
        When there is none, nothing in it, or more than `max_bytes`.
    """
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
    raw: BinaryIO = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    if raw.read(2) == b"\x1f\x8b":
        raw.seek(0)
        with raw:
            return io.BytesIO(_unpacked(raw.read(), name, max_bytes))
    if not any(piece.strip() for piece in _pieces(raw)):
        raw.close()
        raise InputError("The file is empty. Save the spreadsheet again and check that it has rows.", file=name)
    raw.seek(0)
    return raw


def _unpacked(raw: bytes, name: str, max_bytes: int) -> bytes:
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


def encoding_of(raw: BinaryIO, name: str) -> str:
    """Find the encoding: marks first, then UTF-8, then the Windows one, then a guess. Leaves `raw` after a mark."""
    raw.seek(0)
    head = raw.read(4096)
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            return _readable(raw, encoding, name, len(mark))
    zeros_even, zeros_odd, half = head[::2].count(0), head[1::2].count(0), len(head) / 2
    if zeros_odd > 0.4 * half and zeros_even == 0:
        return _readable(raw, "utf-16-le", name)
    if zeros_even > 0.4 * half and zeros_odd == 0:
        return _readable(raw, "utf-16-be", name)
    if all(piece.isascii() for piece in _pieces(raw)):
        raw.seek(0)
        return "utf-8"
    for encoding in ("utf-8", "cp1252"):
        if _first_fault(raw, encoding) is None:
            raw.seek(0)
            return encoding
    from charset_normalizer import from_bytes

    raw.seek(0)
    best = from_bytes(raw.read(_PIECE)).best()
    return _readable(raw, best.encoding if best else "latin-1", name)


def _readable(raw: BinaryIO, encoding: str, name: str, start: int = 0) -> str:
    fault = _first_fault(raw, encoding, start)
    raw.seek(start)
    if fault is not None:
        message = f"Some letters cannot be read as {encoding.upper()}. Save the file as CSV UTF-8."
        row = raw.read(fault).count("\n".encode(encoding)) + 1
        raise InputError(message, file=name, row=row)
    return encoding


def _pieces(raw: BinaryIO, start: int = 0) -> Iterator[bytes]:
    raw.seek(start)
    return iter(lambda: raw.read(_PIECE), b"")


def _first_fault(raw: BinaryIO, encoding: str, start: int = 0) -> int | None:
    """Return where after `start` the first letter stands that cannot be read; a piece at a time."""
    decoder, at = codecs.getincrementaldecoder(encoding)(), 0
    for piece in _pieces(raw, start):
        waiting = len(decoder.getstate()[0])
        try:
            decoder.decode(piece)
        except UnicodeDecodeError as problem:
            return at - waiting + problem.start
        at += len(piece)
    try:
        waiting = len(decoder.getstate()[0])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return at - waiting
    return None
