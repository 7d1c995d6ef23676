"""Who was forgotten here, so that a backup from before does not bring them back: no name, no number in the clear.

A small file of its own, `erasures.sqlite3`, beside the database and in no backup: it only grows. Each line is a keyed
hash of a person's number and the moment they joined (a number alone is given out again once an old backup came back),
one of their hub, and when. The key is the secret of the site.
"""

from __future__ import annotations

import hmac
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from upwell_site import durable
from upwell_site.core.models import Person

NAME = "erasures.sqlite3"
TABLE = (
    "CREATE TABLE IF NOT EXISTS erasure (person TEXT PRIMARY KEY, hub TEXT NOT NULL, key TEXT NOT NULL, "
    "at TEXT NOT NULL, scrubbed TEXT) WITHOUT ROWID"
)


def path() -> Path:
    """Return where the ledger lies."""
    return Path(settings.DIR) / NAME


@contextmanager
def _open() -> Iterator[sqlite3.Connection]:
    if not path().exists():
        path().parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path(), os.O_WRONLY | os.O_CREAT, 0o600))
        durable.sync(path().parent)
    with closing(sqlite3.connect(path(), timeout=20)) as db, db:
        # EXTRA: this file has no log of writes. With FULL a power cut could bring back the journal of the last line,
        # and with it take the line out again.
        db.execute("PRAGMA synchronous=EXTRA")
        db.execute(TABLE)
        yield db


def _hash(*parts: object) -> str:
    told = "\n".join(map(str, ("erasure", *parts))).encode()
    return hmac.digest(settings.SECRET_KEY.encode(), told, "sha256").hex()


def of(number: int, joined_at: datetime) -> str:
    """Return the mark of one person."""
    return _hash("person", number, int(joined_at.timestamp() * 1_000_000))


def _key() -> str:
    return _hash("key")[:16]


def write(person: Person) -> None:
    """Write down that a person was forgotten, and that the database's file has to be written anew. Twice is once."""
    line = (of(person.pk, person.joined_at), _hash("hub", person.hub_id), _key(), timezone.now().isoformat())
    with _open() as db:
        db.execute(
            "INSERT INTO erasure (person, hub, key, at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (person) DO UPDATE SET scrubbed = NULL",
            line,
        )


def holds(person: Person) -> bool:
    """Whether a person stands in it."""
    return of(person.pk, person.joined_at) in _marks()


def _marks() -> set[str]:
    if not path().exists():
        return set()
    with _open() as db:
        return {row[0] for row in db.execute("SELECT person FROM erasure WHERE key = ?", (_key(),))}


def marks(file: Path | None = None) -> set[str]:
    """Return the marks of everybody forgotten, whatever secret they were made with: of this site, or in a copy."""
    file = file or path()
    if not file.exists():
        return set()
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        return {row[0] for row in db.execute("SELECT person FROM erasure")}


def unscrubbed() -> int:
    """Return how many erasures are not known to be out of the database's file yet."""
    if not path().exists():
        return 0
    with _open() as db:
        return int(db.execute("SELECT count(*) FROM erasure WHERE scrubbed IS NULL").fetchone()[0])


def is_scrubbed(person: Person) -> bool:
    """Whether nothing of a person is left in the database's file."""
    with _open() as db:
        mark = (of(person.pk, person.joined_at),)
        row = db.execute("SELECT scrubbed FROM erasure WHERE person = ?", mark).fetchone()
    return row is not None and row[0] is not None


def scrubbed(before: datetime) -> None:
    """Write down that everybody forgotten before a moment is out of the file."""
    with _open() as db:
        now = timezone.now().isoformat()
        db.execute("UPDATE erasure SET scrubbed = ? WHERE scrubbed IS NULL AND at < ?", (now, before.isoformat()))


def strange_keys() -> int:
    """Return how many lines were written under another secret of this site: they match nobody."""
    if not path().exists():
        return 0
    with _open() as db:
        return int(db.execute("SELECT count(*) FROM erasure WHERE key <> ?", (_key(),)).fetchone()[0])


def back_again() -> list[int]:
    """Return the people who were forgotten and stand in the database all the same: it is older than that."""
    marks = _marks()
    if not marks:
        return []
    there = Person.objects.filter(emptied_at__isnull=True).values_list("pk", "joined_at")
    return [number for number, joined in there.iterator(chunk_size=5000) if of(number, joined) in marks]
