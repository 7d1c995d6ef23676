"""Files beside the database that must be there after the power went: their content, and their place in the folder.

A file that was only written may come back empty or cut short, and one that was only renamed or linked under its old
name. The database sees to its own files; these few are ours.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def sync(path: Path) -> None:
    """Wait until what a file or a folder holds is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_once(path: Path, text: str) -> None:
    """Write a new file for the owner's eyes only. No process sees half of it; whoever comes second keeps the first.

    Once this returns, the file is there whatever happens to the power.
    """
    beside = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.link(beside, path)
    except FileExistsError:
        pass  # another process made it in the same moment
    finally:
        beside.unlink(missing_ok=True)
    sync(path.parent)
