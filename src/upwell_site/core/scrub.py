"""Getting what was deleted out of the database's own file: the few statements that Django has no words for.

SQLite zeroes what it deletes (`secure_delete`), yet leaves copies behind where it moves rows from page to page:
measured, 24 to 39 of 6,666 deleted words still stood in the file. So the file is written anew (`VACUUM`), and the log
of writes is taken in and cut off. PostgreSQL leaves every old row where it was until its table is written anew.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from django.apps import apps
from django.db import connection

from upwell_site.core.privacy import NOTHING, declared

WAIT = 5.0  # seconds that a try waits for whoever is writing
AT_ONCE = 500_000_000  # bytes: writing a file anew took 0.4 s for 32 MB, and nobody else writes meanwhile


def at_once() -> bool:
    """Whether this database is scrubbed right away, or at night: nobody else can write meanwhile."""
    file = _file()
    return connection.vendor == "sqlite" and (file is None or file.stat().st_size < AT_ONCE)


def scrub() -> bool:
    """Write anew what held people's data; return whether nothing of the old is left. Outside any transaction."""
    if connection.vendor == "sqlite":
        return _sqlite()
    with connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(f'VACUUM FULL "{table}"')
    return True


def _tables() -> list[str]:
    models = [m for m in apps.get_models(include_auto_created=True) if declared(m) is not NOTHING]
    return sorted({model._meta.db_table for model in models})


def _sqlite() -> bool:
    """Write the file anew, then empty the log of writes. False: somebody reads an older page still, or writes."""
    file = _file()
    if file is None:
        return True
    with closing(sqlite3.connect(file, timeout=WAIT, isolation_level=None)) as own:
        own.execute("PRAGMA secure_delete=ON")
        try:
            own.execute("VACUUM")
            # a reader of an older page keeps the log: nobody's writing waits for them longer than this
            own.execute("PRAGMA busy_timeout=200")
            busy = own.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.OperationalError:
            return False
    return bool(busy == 0)


def _file() -> Path | None:
    """Return the database's file; None for one in memory, as tests have it."""
    file = Path(str(connection.settings_dict["NAME"]))
    return file if file.is_file() else None
