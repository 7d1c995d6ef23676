"""Where uploads lie until they are brought in or put away: a name of our own, readable by nobody else."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

from upwell_site import durable
from upwell_site.core.text import clean

KEEP = 2 * 24 * 3600  # seconds
_NAME = re.compile(r"[A-Za-z0-9_-]{20,40}")


def folder() -> Path:
    """Return the folder of uploads, made when first needed."""
    path = Path(settings.DIR) / "uploads"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def tidy_name(name: str) -> str:
    """Return a file's name as we show it: no folders, nothing but plain letters of any language.

    Examples
    --------
    >>> tidy_name("C:\\\\lists\\\\May <b>.csv")
    'May b.csv'
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = " ".join(re.sub(r"[^\w .,()+-]", "", last).split())
    return clean(plain[-150:], 160) or "list"


def store(chunks: Iterable[bytes]) -> tuple[str, str, int]:
    """Write an upload; return its name here, its digest and its size in bytes."""
    name, digest, size = secrets.token_urlsafe(24), hashlib.sha256(), 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            yield chunk

    _write(folder() / name, counted())
    return name, digest.hexdigest(), size


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file for good: half of a list that was looked at must not be brought in after the power went."""
    try:
        with path.open("xb") as out:
            path.chmod(0o600)
            out.writelines(chunks)
            out.flush()
            os.fsync(out.fileno())
    except OSError:
        path.unlink(missing_ok=True)  # on a full disk, what is left of it would keep it full
        raise
    durable.sync(path.parent)


def store_beside(name: str, chunks: Iterable[bytes]) -> None:
    """Write what belongs to an upload, beside it."""
    _write(folder() / f"{name}.interests", chunks)


def beside_of(name: str) -> Path | None:
    """Return where the interests of an upload lie; None when there are none."""
    path = folder() / f"{name}.interests"
    return path if _NAME.fullmatch(name) and path.is_file() else None


def path_of(name: str) -> Path | None:
    """Return where an upload lies; None when it is gone."""
    if not _NAME.fullmatch(name):
        return None
    path = folder() / name
    return path if path.is_file() else None


def is_ours(name: str) -> bool:
    """Whether a name is one of an upload, or of what lies beside one."""
    return bool(_NAME.fullmatch(name.removesuffix(".interests").removesuffix(".problems")))


def problems_of(name: str) -> Path:
    """Return where the list of all problems of an upload lies, as a CSV."""
    if not _NAME.fullmatch(name):
        raise ValueError("not the name of an upload")
    return folder() / f"{name}.problems"


def tell_share(name: str, share: float) -> None:
    """Write down how much of an upload is brought in: the database shows nothing of a transaction that goes on."""
    if _NAME.fullmatch(name):
        whole = folder() / f"{name}.part"
        whole.write_text(f"{share:.3f}")
        whole.replace(folder() / f"{name}.share")


def share_of(name: str) -> float | None:
    """Return how much of an upload is brought in; None when nothing is known."""
    try:
        return float((folder() / f"{name}.share").read_text()) if _NAME.fullmatch(name) else None
    except (OSError, ValueError):
        return None


def ask_to_stop(name: str) -> None:
    """Ask whoever brings an upload in to stop: on SQLite nobody else can write to the database meanwhile."""
    if path_of(name) is not None:
        (folder() / f"{name}.stop").touch(0o600)


def is_stopped(name: str) -> bool:
    """Whether somebody asked to stop."""
    return (folder() / f"{name}.stop").exists()


def begin(name: str) -> None:
    """Forget how far an upload was, and that somebody asked to stop, before it is brought in again."""
    if _NAME.fullmatch(name):
        for end in ("share", "part", "stop"):
            (folder() / f"{name}.{end}").unlink(missing_ok=True)


def remove(name: str) -> None:
    """Delete an upload and what was written beside it."""
    if _NAME.fullmatch(name):
        begin(name)
        (folder() / name).unlink(missing_ok=True)
        problems_of(name).unlink(missing_ok=True)
        (folder() / f"{name}.interests").unlink(missing_ok=True)


def sweep(now: float | None = None) -> int:
    """Delete what has lain here for two days, whoever it belonged to; return how many files."""
    now, gone = now or time.time(), 0
    for path in folder().iterdir():
        if path.is_file() and path.stat().st_mtime < now - KEEP:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
