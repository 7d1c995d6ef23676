"""Room kept for the worst day: a file of some MB, given up when the disk is full, so that a concern still gets in.

It is made by each tick while there is room, and never where it would be the thing that fills the disk.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db import OperationalError, connection

T = TypeVar("T")
SIZE = 8 * 1024 * 1024
FREE = 4  # times its size has to be free before it is made
FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}
FULL_ELSEWHERE = "53100"  # PostgreSQL's disk_full; its disk may be this one
log = logging.getLogger("upwell.sealed")


def place() -> Path:
    """Return where the reserve lies: on the disk of what this site keeps."""
    return Path(settings.DIR) / "reserve"


def keep() -> int:
    """Make the reserve when it is not there and there is room; return 1 when it was made."""
    file = place()
    if file.exists() and file.stat().st_size >= SIZE:
        return 0
    if not file.parent.is_dir() or shutil.disk_usage(file.parent).free < FREE * SIZE:
        return 0
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
            os.posix_fallocate(out.fileno(), 0, SIZE)  # blocks that are ours, not a hole
    except OSError:
        file.unlink(missing_ok=True)
        return 0
    return 1


def give_up() -> bool:
    """Free the reserve's blocks; False when there was none."""
    try:
        place().unlink()
    except OSError:
        return False
    return True


def with_room(work: Callable[[], T]) -> T:
    """Do something that must not fail for want of room: when the disk is full, give up the reserve and do it again.

    `work` undoes all it did when it fails: it is one transaction, and this stands outside of it.
    """
    try:
        return work()
    except (OperationalError, OSError) as problem:
        if not is_full(problem) or not give_up():
            raise
    log.error("the disk is full: the reserve was given up")
    connection.close()  # what was half written ends with its connection
    return work()


def is_full(problem: Exception) -> bool:
    """Whether this says that the disk is full."""
    if isinstance(problem, OSError):
        return problem.errno in {errno.ENOSPC, errno.EDQUOT}
    cause = problem.__cause__
    return getattr(cause, "sqlite_errorcode", None) in FULL or getattr(cause, "sqlstate", None) == FULL_ELSEWHERE
