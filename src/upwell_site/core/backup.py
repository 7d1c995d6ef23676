"""One file that holds everything of a site but its keys, and the way back from it.

The file is a tar: `manifest.json` first (version, migrations, row counts, a SHA-256 of each part), then the database
(SQLite: one consistent copy; PostgreSQL: one `COPY` a table, all from one snapshot) and the uploaded files.
The site's keys are not in it (it names those that its sealed rows need), nor the ledger of who was forgotten. See
docs/guides/backup.md.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model
from django.utils import timezone

import upwell
from upwell_site import durable
from upwell_site.core import ledger, walls
from upwell_site.core.refused import Refused

FORMAT = 1
SQLITE_PART = "database.sqlite3"
NOT_KEPT = frozenset({"core_cache"})  # made anew by itself


@dataclass(frozen=True, slots=True)
class Vault:
    """Rows that only open with a key which no backup holds; whoever keeps such rows appends one to `vaults`.

    Attributes
    ----------
    needed : function
        The names of the keys that the rows in the database need.
    lacking : function
        A sentence when one of these keys is not on this machine, or "".
    """

    needed: Callable[[], set[str]]
    lacking: Callable[[Iterable[str]], str]


vaults: list[Vault] = []


@dataclass(slots=True)
class Manifest:
    """What a backup holds."""

    format: int = FORMAT
    version: str = upwell.__version__
    made_at: str = ""
    vendor: str = ""
    migrations: list[list[str]] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)

    def text(self) -> bytes:
        """Return it as JSON."""
        return json.dumps({name: getattr(self, name) for name in self.__slots__}, indent=1).encode()


def files_folder() -> Path:
    """Return where uploaded files lie."""
    return Path(default_storage.path(""))


def database_size() -> int:
    """Return the bytes the database takes."""
    if connection.vendor == "sqlite":
        file = Path(str(connection.settings_dict["NAME"]))
        return file.stat().st_size if file.exists() else 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def last() -> datetime | None:
    """Return when the newest backup was made, wherever it was written to."""
    try:
        said = json.loads(_note().read_text(encoding="utf-8"))
        return datetime.fromisoformat(said["made_at"])
    except (OSError, ValueError, KeyError):
        return None


def last_file() -> Path | None:
    """Return where the newest backup was written."""
    try:
        return Path(json.loads(_note().read_text(encoding="utf-8"))["file"])
    except (OSError, ValueError, KeyError):
        return None


def broken(file: Path) -> str:
    """Say what is wrong with a backup, reading each part where it lies; nothing when it could be put back here."""
    try:
        with tarfile.open(file, "r:") as tar:
            inside = {part.name: tar.extractfile(part) for part in tar if part.isfile()}
            said = inside.pop("manifest.json", None)
            manifest = _read_manifest(said.read() if said else b"")
            _check(manifest, {name: hashlib.file_digest(part, "sha256").hexdigest() for name, part in inside.items()})  # type: ignore[arg-type]
    except (OSError, tarfile.TarError, ValueError):
        return f"{file.name} is not a backup of this software, or it is broken."
    except Refused as no:
        return str(no)
    return ""


def _note() -> Path:
    return Path(settings.DIR) / "last-backup.json"


# ---- making one ----


def make(folder: Path) -> Path:
    """Write a backup into `folder` and return its path. The site may go on serving meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    now = timezone.now()
    target = folder / f"upwell-{now:%Y%m%d-%H%M%S}.tar"
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as place:
        parts = Path(place)
        manifest = Manifest(made_at=now.isoformat(), vendor=connection.vendor)
        if connection.vendor == "sqlite":
            _copy_sqlite(parts, manifest)
        else:
            _copy_postgres(parts, manifest)
        # asked after the copy was taken: a key that came meanwhile is one too many, never one too few
        manifest.keys = sorted({name for vault in vaults for name in vault.needed()})
        _pack(parts, manifest, parts / "whole.tar")
        (parts / "whole.tar").replace(target)
    durable.sync(folder)
    _note().write_text(json.dumps({"made_at": now.isoformat(), "file": str(target)}), encoding="utf-8")
    return target


def _copy_sqlite(parts: Path, manifest: Manifest) -> None:
    copy = parts / SQLITE_PART
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(copy)])
    with closing(sqlite3.connect(copy)) as db:
        _quick_check(db)
        tables = db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        ).fetchall()
        for (table,) in sorted(tables):
            manifest.rows[table] = db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
        manifest.migrations = [list(row) for row in db.execute("SELECT app, name FROM django_migrations ORDER BY id")]


def one_moment() -> None:
    """See everything as it is in one moment, whatever others write meanwhile: the first thing in a transaction.

    On SQLite a transaction does so by itself.
    """
    if connection.vendor == "postgresql" and not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _copy_postgres(parts: Path, manifest: Manifest) -> None:
    """Copy every table from one snapshot, by COPY: needs no pg_dump, whose version would have to fit the server's."""
    (parts / "tables").mkdir()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for table in _tables():
            columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
            manifest.columns[table] = columns
            names = ", ".join(f'"{column}"' for column in columns)
            out = (parts / "tables" / f"{table}.copy").open("wb")
            with out, cursor.copy(f'COPY "{table}" ({names}) TO STDOUT') as copy:
                for block in copy:
                    out.write(block)
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            manifest.rows[table] = cursor.fetchone()[0]
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        manifest.migrations = [list(row) for row in cursor.fetchall()]


def _tables() -> list[str]:
    return sorted(name for name in connection.introspection.table_names() if name not in NOT_KEPT)


def _pack(parts: Path, manifest: Manifest, target: Path) -> None:
    inside = {str(path.relative_to(parts)): path for path in sorted(parts.rglob("*")) if path.is_file()}
    uploads = files_folder()
    inside |= {f"files/{p.relative_to(uploads)}": p for p in sorted(uploads.rglob("*")) if p.is_file()}
    manifest.sha256 = {name: _digest(path) for name, path in inside.items()}
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        with tarfile.open(fileobj=out, mode="w") as tar:
            head = tarfile.TarInfo("manifest.json")
            head.size = len(manifest.text())
            tar.addfile(head, io.BytesIO(manifest.text()))
            for name, path in inside.items():
                tar.add(path, arcname=name, recursive=False)
        out.flush()
        os.fsync(out.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# ---- the way back ----


def restore(file: Path, *, replace: bool = False, say: Callable[[str], None] = lambda _: None) -> Manifest:
    """Put a backup back. Refused when a part was changed, or when the site holds something and `replace` is not given.

    Everything is checked before anything is touched. Whoever was forgotten since it was made is forgotten again.
    """
    if strange := ledger.strange_keys():
        raise Refused(
            f"{ledger.path()} holds {strange} people who were forgotten under another secret of this site. A backup "
            "could bring them back unseen. Put that secret back (the file `secret`, or UPWELL_SECRET), then restore."
        )
    if not replace and _holds_something():
        raise Refused("This site holds people or hubs already. Add --replace to put the backup in their place.")
    with tempfile.TemporaryDirectory(dir=settings.DIR, prefix=".restoring-") as place:
        parts = Path(place)
        manifest = _unpack(file, parts)
        _check(manifest, _digests(parts))
        say(f"The backup of {manifest.made_at} is whole.")
        if connection.vendor == "sqlite":
            _back_sqlite(parts, manifest)
        else:
            _back_postgres(parts, manifest)
        _back_files(parts / "files")
    call_command("migrate", verbosity=0, interactive=False)
    walls.put_up()
    if gone := walls.missing():
        raise Refused(f"{len(gone)} walls between hubs could not be put up again. Do not let anybody in.")
    from upwell_site.core import erase  # what it needs of the site is loaded only now

    if again := erase.again():
        say(f"Forgotten since this backup was made, and forgotten again now: {again}")
    return manifest


def _holds_something() -> bool:
    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in ("core_hub", "core_user"):
            if table in there:
                cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')
                if cursor.fetchone():
                    return True
    return False


def _unpack(file: Path, parts: Path) -> Manifest:
    try:
        with tarfile.open(file) as tar:
            tar.extractall(parts, filter="data")
        return _read_manifest((parts / "manifest.json").read_bytes())
    except (OSError, tarfile.TarError, ValueError) as problem:
        raise Refused(f"{file} is not a backup of this software, or it is broken.") from problem


def _read_manifest(text: bytes) -> Manifest:
    said: dict[str, Any] = json.loads(text)
    if said.get("format") != FORMAT:
        raise Refused(f"This backup was made by version {said.get('version')}; restore it with that version.")
    return Manifest(**said)


def _digests(parts: Path) -> dict[str, str]:
    inside = {str(p.relative_to(parts)): p for p in parts.rglob("*") if p.is_file()}
    return {name: _digest(path) for name, path in inside.items() if name != "manifest.json"}


def _check(manifest: Manifest, found: Mapping[str, str]) -> None:
    if found.keys() != manifest.sha256.keys():
        raise Refused("Parts of this backup are missing, or there is more in it than was put there.")
    for name, digest in manifest.sha256.items():
        if found[name] != digest:
            raise Refused(f"{name} in this backup is not as it was written. Nothing was changed.")
    if manifest.vendor != connection.vendor:
        raise Refused(f"This backup was made on {manifest.vendor}; this site keeps its data in {connection.vendor}.")
    for vault in vaults:
        if said := vault.lacking(manifest.keys):
            raise Refused(said)
    known = MigrationLoader(None).disk_migrations.keys()
    if newer := [name for name in manifest.migrations if tuple(name) not in known]:
        raise Refused(
            f"This backup is from a newer version ({newer[0][0]} {newer[0][1]}). Bring the software up first."
        )


def _back_sqlite(parts: Path, manifest: Manifest) -> None:
    """Copy page by page into the live file, as one write: a process that still reads sees before or after."""
    with closing(sqlite3.connect(parts / SQLITE_PART)) as source:
        _quick_check(source)
        for table, count in manifest.rows.items():
            if source.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] != count:
                raise Refused(f"{table} in this backup does not hold what it says. Nothing was changed.")
        connection.ensure_connection()
        source.backup(connection.connection)
    connection.close()


def _back_postgres(parts: Path, manifest: Manifest) -> None:
    """Load every table in one transaction. The walls come down for it, and are checked row by row as they go up."""
    call_command("migrate", verbosity=0, interactive=False)
    leaves = set(MigrationRecorder(connection).applied_migrations())
    if leaves != {tuple(name) for name in manifest.migrations}:
        raise Refused(f"This backup is from version {manifest.version}. Restore it with that version, then upgrade.")
    with transaction.atomic(), connection.cursor() as cursor:
        _wall_keys_down(cursor)
        tables = ", ".join(f'"{table}"' for table in manifest.rows)
        cursor.execute(f"TRUNCATE {tables} CASCADE")
        for table, columns in manifest.columns.items():
            names = ", ".join(f'"{column}"' for column in columns)
            with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for block in _blocks(parts / "tables" / f"{table}.copy"):
                    copy.write(block)
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            if cursor.fetchone()[0] != manifest.rows[table]:
                raise Refused(f"{table} in this backup does not hold what it says. Nothing was changed.")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        models: list[type[Model]] = [*apps.get_models(include_auto_created=True), MigrationRecorder.Migration]
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
        walls.put_up()


def _wall_keys_down(cursor: Any) -> None:
    """Take down the keys between hub rows: they are not deferrable, so the order of tables would matter."""
    cursor.execute(
        "SELECT conname, conrelid::regclass::text FROM pg_constraint "
        "WHERE contype = 'f' AND conname LIKE 'wall\\_%' AND connamespace = current_schema()::regnamespace"
    )
    for name, table in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def _back_files(folder: Path) -> None:
    """Put uploaded files back; the ones that are there now move aside, they are not deleted."""
    target = files_folder()
    if target.exists() and any(target.iterdir()):
        target.rename(target.with_name(f"{target.name}-before-{timezone.now():%Y%m%d-%H%M%S}"))
    if folder.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            target.rmdir()
        folder.rename(target)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            yield block


def _quick_check(db: sqlite3.Connection) -> None:
    if (said := db.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
        raise Refused(f"The copy of the database is broken ({said}).")
