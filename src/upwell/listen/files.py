"""Finding the files of an export in a folder, a zip or a set of uploads, with limits on what they may unpack to."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from upwell._kit.errors import InputError

# A national conversation (100,000 people, 1,000 statements) is about 120 MB of commas.
MAX_BYTES = 256 * 1024 * 1024
MAX_ENTRIES = 200
# Blank cells pack well: real tables of votes reach 60 to 1. DEFLATE's own ceiling is 1,032.
MAX_RATIO = 400
RATIO_FROM = 1024 * 1024  # small files may pack better than that and do no harm

KINDS = {
    "participants-votes.csv": re.compile(r"(^|[-_. ])participants?-votes\.csv(\.gz)?$"),
    "votes.csv": re.compile(r"(^|[-_. ])(?<!participants-)(?<!participant-)votes\.csv(\.gz)?$"),
    "comments.csv": re.compile(r"(^|[-_. ])comments\.csv(\.gz)?$"),
    "summary.csv": re.compile(r"(^|[-_. ])summary\.csv(\.gz)?$"),
}


def kind_of(name: str) -> str:
    """Which file of an export this name stands for; empty if none."""
    last = PurePosixPath(name.replace("\\", "/")).name.lower()
    return "" if last.startswith("._") else next((kind for kind, fits in KINDS.items() if fits.search(last)), "")


def needed(names: Iterable[str]) -> list[str]:
    """Those names that will be read: votes.csv, the largest file by far, only where there is no matrix."""
    kinds = {name: kind for name in sorted(names) if (kind := kind_of(name))}
    unread = "votes.csv" if "participants-votes.csv" in kinds.values() else ""
    return [name for name, kind in kinds.items() if kind != unread]


def open_zip(data: bytes, *, max_bytes: int = MAX_BYTES, max_entries: int = MAX_ENTRIES) -> dict[str, bytes]:
    """Unpack the files of an export from a zip that somebody uploaded, in memory and within limits.

    Anything in the zip that is no part of an export is left packed. Nothing is written to disk, so the
    names inside the zip cannot reach a path.

    Parameters
    ----------
    data : bytes
        The zip file.
    max_bytes : int
        Most bytes all files together may unpack to. The sizes that the zip states are not trusted.
    max_entries : int
        Most entries the zip may have.

    Returns
    -------
    dict
        Name -> content, ready for `read_export`.

    Raises
    ------
    InputError
        It is no zip, is locked with a password, is too big unpacked, or holds no file of an export.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            entries = packed.infolist()
            if len(entries) > max_entries:
                raise InputError(f"This zip holds {len(entries)} files. Zip only the export's folder.")
            found, room = {}, max_bytes
            for name in needed(entry.filename for entry in entries if not entry.is_dir()):
                found[name] = _unpack(packed, packed.getinfo(name), room, max_bytes)
                room -= len(found[name])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as problem:
        raise InputError("This is not a zip file that can be opened. Make it again, or give the files.") from problem
    if not found:
        raise InputError("There is no comments.csv in this zip. Choose the zip of a conversation export.")
    return found


def _unpack(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int, limit: int) -> bytes:
    """The content of one entry, read no further than `room` bytes."""
    if entry.flag_bits & 1:
        raise InputError("This zip is locked with a password. Make one without.", file=entry.filename)
    with packed.open(entry) as stream:
        content = stream.read(room + 1)
    _check_size(content, entry.compress_size, room, limit, entry.filename)
    return content


def _check_size(content: bytes, packed_size: int, room: int, limit: int, name: str) -> None:
    if len(content) > room:
        raise InputError(f"Unpacked, this is more than {limit // 1024**2} MB.", file=name)
    if len(content) > RATIO_FROM and len(content) > MAX_RATIO * max(packed_size, 1):
        raise InputError("This file unpacks to far more than a real export does.", file=name)


def plain(content: bytes, name: str, limit: int = MAX_BYTES) -> bytes:
    """The content, unpacked if it is gzip, without byte order mark, lines ending in a newline alone."""
    if content[:2] == b"\x1f\x8b":
        content = _gunzip(content, name, limit)
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError("This file is saved as UTF-16. Save it again as CSV UTF-8.", file=name)
    if b"\0" in content[:4096]:
        raise InputError("This is not a CSV file.", file=name)
    content = content.removeprefix(b"\xef\xbb\xbf")
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in content else content


def _gunzip(content: bytes, name: str, limit: int) -> bytes:
    packer = zlib.decompressobj(wbits=31)
    try:
        whole = packer.decompress(content, limit + 1)
    except zlib.error as problem:
        raise InputError("This gzip file is broken. Export it again.", file=name) from problem
    _check_size(whole, len(content), limit, limit, name)
    if not packer.eof:
        raise InputError("This gzip file ends too soon. Export it again.", file=name)
    return whole


def gather(source: str | Path | Mapping[str, bytes]) -> dict[str, tuple[str, bytes]]:
    """Kind of file -> (its own name, its plain content), from a folder, a zip file or names with bytes."""
    packed = source if isinstance(source, Mapping) else _from_disk(Path(source))
    found: dict[str, tuple[str, bytes]] = {}
    for name in needed(packed):
        kind = kind_of(name)
        if kind in found:
            raise InputError(f"There are two files for {kind}: {found[kind][0]} too. Keep one.", file=name)
        found[kind] = (PurePosixPath(name).name, plain(packed[name], PurePosixPath(name).name))
    return found


def _from_disk(path: Path) -> dict[str, bytes]:
    if path.is_dir():
        return {name: (path / name).read_bytes() for name in needed(p.name for p in path.iterdir() if p.is_file())}
    if path.is_file() and zipfile.is_zipfile(path):
        return open_zip(path.read_bytes())
    if path.exists():
        raise InputError("Give the folder of an export, or its zip.", file=str(path))
    raise InputError("There is no such folder.", file=str(path))
