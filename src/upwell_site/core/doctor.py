"""What is wrong with this site and what to do about it, in plain words: for whoever runs it, on the command line.

Each check looks at one thing and never changes anything. One that cannot be made says so: it never passes in silence.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import django
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http.request import validate_host
from django.utils import timezone

import upwell
from upwell_site.core import backup, health, ledger, sender, walls
from upwell_site.core.door.loopback import far_hosts, is_loopback
from upwell_site.core.models import Event, Job, Letter, Person, Site

MB = 1024 * 1024
ROOM = 1024 * MB  # free bytes below which a site is in danger
SHARE = 0.05  # free share of the disk, the same
LONG_LOG = 256 * MB  # a write-ahead log that does not shrink: somebody reads for hours
SOON_FULL = 60  # days
WEAK = 32  # characters of a secret, fewer can be tried out
LATE_TICK, LATE_WORK = timedelta(minutes=15), timedelta(minutes=5)
OLDEST_SQLITE, OLDEST_POSTGRES = (3, 37), 150000
CLOCK_MAY = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: fine or not, in a sentence, and what to do."""

    name: str
    well: bool
    said: str
    do: str = ""


Look = Callable[[], Iterator[Finding]]
looks: list[tuple[str, Look, bool]] = []


def look(name: str, *, slow: bool = False) -> Callable[[Look], Look]:
    """Register a check under its name. A slow one reads a whole file or calls a server: no page waits for it."""

    def keep(work: Look) -> Look:
        looks.append((name, work, slow))
        return work

    return keep


def examine(*, slow: bool = True) -> list[Finding]:
    """Make every check, or the quick ones alone, and return what each found. One that breaks stops no other."""
    found: list[Finding] = []
    for name, work, takes_long in looks:
        if takes_long and not slow:
            continue
        try:
            found += work()
        except (DatabaseError, OSError) as problem:
            said = f"This could not be looked at: {type(problem).__name__}."
            found.append(Finding(name, False, said, "See the lines above first; then look again."))
    return found


def plain(found: list[Finding]) -> list[dict[str, Any]]:
    """Return findings as JSON holds them."""
    return [asdict(one) for one in found]


# ---- the database ----


@look("database")
def database() -> Iterator[Finding]:
    """It answers, is whole, and writes as this software was shipped: every commit reaches the disk."""
    try:
        Site.is_example()
    except DatabaseError as problem:
        do = "Is the file there and yours? Does the server run? If this is a new site: upwell-site migrate"
        yield Finding("database", False, f"The database does not answer: {type(problem).__name__}.", do)
        return
    if connection.vendor == "sqlite":
        yield from _sqlite()
    else:
        yield from _postgres()


def _ask(question: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def _sqlite() -> Iterator[Finding]:
    mode, sync = str(_ask("PRAGMA journal_mode")), int(_ask("PRAGMA synchronous"))
    safe = mode in {"wal", "memory"} and sync >= 2
    words = "Each commit reaches the disk." if safe else f"Commits may be lost when the power goes ({mode}, {sync})."
    yield Finding("database", safe, words, "Take out whatever changes journal_mode or synchronous, and start again.")
    file = Path(str(connection.settings_dict["NAME"]))
    log = Path(f"{file}-wal")
    size = log.stat().st_size if log.exists() else 0
    if size > LONG_LOG:
        do = "Something reads for hours. Stop the site and start it again; if it comes back, tell us."
        yield Finding("database", False, f"{log.name} has grown to {size // MB:,} MB and does not shrink.", do)
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        yield Finding("versions", False, f"SQLite {sqlite3.sqlite_version} is too old.", "Use a newer Python.")


@look("database", slow=True)
def whole() -> Iterator[Finding]:
    """No page of the file is damaged. PostgreSQL looks at each page it reads by itself."""
    if connection.vendor != "sqlite":
        return
    said = _ask("PRAGMA quick_check(1)")
    do = "Stop the site. Keep a copy of the file as it is, then put the last backup back: upwell-site restore"
    yield Finding("database", said == "ok", "The database is whole." if said == "ok" else f"It is damaged: {said}", do)


def _postgres() -> Iterator[Finding]:
    for name, fine in (("fsync", {"on"}), ("synchronous_commit", {"on", "remote_write", "remote_apply"})):
        value = str(_ask(f"SHOW {name}"))
        words = f"PostgreSQL: {name} is {value}."
        yield Finding("database", value in fine, words, f"Set {name} to on: without it, commits may be lost.")
    version = int(_ask("SHOW server_version_num"))
    if version < OLDEST_POSTGRES:
        yield Finding("versions", False, f"PostgreSQL {version // 10000} is too old.", "Move to version 15 or newer.")


@look("tables")
def tables() -> Iterator[Finding]:
    """The tables are those of this version, and the walls between hubs stand."""
    run = MigrationExecutor(connection)
    waiting = run.migration_plan(run.loader.graph.leaf_nodes())
    yield Finding(
        "tables",
        not waiting,
        f"{len(waiting)} changes of the tables wait." if waiting else "The tables are those of this version.",
        "Make a backup, then: upwell-site migrate",
    )
    newer = set(run.loader.applied_migrations) - set(run.loader.disk_migrations) - set(run.loader.replacements)
    ours = {name for name in newer if name[0] in {"core", "listen", "connect", "sealed"}}
    if ours:
        words = "A newer version of Upwell has used this database."
        yield Finding("tables", False, words, "Install that version again, or put back a backup from before.")
    gone = walls.missing()
    words = f"{len(gone)} walls between hubs are missing." if gone else "All walls between hubs stand."
    yield Finding("walls", not gone, words, "Stop the site now, then: upwell-site migrate")


# ---- the machine ----


@look("disk")
def disk() -> Iterator[Finding]:
    """There is room, also for the backup that is written next."""
    folders = {Path(settings.DIR)}
    if connection.vendor == "sqlite":
        folders.add(Path(str(connection.settings_dict["NAME"])).parent)
    for folder in sorted(folder for folder in folders if folder.exists()):
        room = shutil.disk_usage(folder)
        low = room.free < ROOM or room.free < SHARE * room.total
        words = f"{room.free // MB:,} MB are free at {folder}."
        yield Finding("disk", not low, words, "Make room, or move the site to a larger disk, before it is full.")
        names = os.statvfs(folder)
        if names.f_files and names.f_favail < SHARE * names.f_files:
            words = f"Hardly any file can be made at {folder}: its disk has run out of names."
            yield Finding("disk", False, words, "Take away small files that nobody needs.")


@look("disk")
def growth() -> Iterator[Finding]:
    """The disk lasts for weeks at the pace at which backups grow."""
    note = backup.last_file()
    made = sorted(note.parent.glob("upwell-*.tar"), key=lambda file: file.stat().st_mtime) if note else []
    if len(made) < 2:
        return
    first, newest = made[0].stat(), made[-1].stat()
    days, more = (newest.st_mtime - first.st_mtime) / 86_400, newest.st_size - first.st_size
    if days < 7 or more <= 0:
        return
    left = int(shutil.disk_usage(settings.DIR).free / (more / days))
    if left < SOON_FULL:
        words = f"At the pace of the last {int(days)} days the disk is full in {left} days."
        yield Finding("disk", False, words, "Plan for a larger disk now, or keep fewer backups on this one.")


@look("clock")
def clock() -> Iterator[Finding]:
    """The clock did not go back: codes, checks and the law's month count on it."""
    now = timezone.now()
    written = [Path(settings.DIR) / "secret", Path(settings.DIR) / "last-backup.json", Path(upwell.__file__)]
    times = [datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in written if file.exists()]
    if (behind := max(times, default=now) - now) > CLOCK_MAY:
        words = f"A file here was written {behind} after what the clock says is now."
        yield Finding("clock", False, words, "Set the clock by a time server before anybody signs in.")
    if connection.vendor == "postgresql":
        apart = abs(float(_ask("SELECT extract(epoch FROM clock_timestamp())")) - now.timestamp())
        if apart > CLOCK_MAY.total_seconds():
            words = f"The clock of PostgreSQL and the one here are {int(apart)} seconds apart."
            yield Finding("clock", False, words, "Set both by a time server.")
    newest = [Event.objects.order_by("-id").values_list("at", flat=True).first()]
    newest.append(Letter.objects.order_by("-id").values_list("created_at", flat=True).first())
    ahead = max((at for at in newest if at is not None), default=now) - now
    well = ahead < CLOCK_MAY
    words = (
        "The clock goes on from what was written last." if well else f"The clock is {ahead} behind what was written."
    )
    yield Finding("clock", well, words, "Set the clock by a time server before anybody signs in.")
    try:
        ZoneInfo(settings.TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        words = f"UPWELL_TIMEZONE names no place: {settings.TIME_ZONE}."
        yield Finding("clock", False, words, "Write it like Europe/London.")


@look("versions")
def versions() -> Iterator[Finding]:
    """What runs here."""
    well = sys.version_info >= (3, 11) and django.VERSION[:2] == (5, 2)
    words = f"Upwell {upwell.__version__}, Python {sys.version.split()[0]}, Django {django.get_version()}."
    yield Finding("versions", well, words, "Install Upwell anew: it brings the versions it was tried with.")


# ---- keys and addresses ----


@look("keys")
def keys() -> Iterator[Finding]:
    """The keys are there, for the owner's eyes only, and not beside the backups."""
    secret, sealed = Path(settings.DIR) / "secret", Path(settings.SEALED_KEY)
    if not secret.exists() and not os.environ.get("UPWELL_SECRET"):
        yield Finding("keys", False, f"{secret} is gone.", "Put it back from where you keep it apart.")
    for file in (secret, sealed, ledger.path()):
        if file.exists() and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield Finding("keys", False, f"Others on this machine can read {file}.", f"chmod 600 {file}")
    for vault in backup.vaults:
        if said := vault.lacking(vault.needed()):
            yield Finding("keys", False, said, "Put the file back from where you keep it apart.")
    note = backup.last_file()
    if len(settings.SECRET_KEY) < WEAK:
        words = "UPWELL_SECRET is so short that it can be tried out."
        yield Finding("keys", False, words, "Leave it out, and a long one is made. Everybody has to sign in again.")
    if note is not None and sealed.exists() and note.parent in sealed.resolve().parents:
        words = "The backups lie in one folder with the key of sealed rows: whoever copies it can read everything."
        yield Finding("keys", False, words, "Write backups elsewhere, and keep the key apart.")
    if strange := ledger.strange_keys():
        words = f"{strange} people were forgotten under another secret: a backup could bring them back unseen."
        yield Finding("keys", False, words, "Put the old secret back.")
    if not ledger.path().exists() and Person.objects.filter(emptied_at__isnull=False).exists():
        words = f"{ledger.path()} is gone: a backup could bring back whoever was forgotten."
        yield Finding("keys", False, words, "Put it back from beside the backups, before anything is restored.")
    if back := ledger.back_again():
        words = f"{len(back)} people who were forgotten are in the database again."
        yield Finding("keys", False, words, "upwell-site forget-again")
    yield Finding("keys", True, "The keys were looked at.")


@look("addresses")
def addresses() -> Iterator[Finding]:
    """Who can reach it, and how."""
    far = [host for host in settings.ALLOWED_HOSTS if not is_loopback(host)]
    if settings.DEBUG:
        yield Finding("addresses", False, "DEBUG is on: errors show what nobody should see.", "Take it out.")
    if "*" in far:
        yield Finding("addresses", False, "UPWELL_HOSTS takes every name.", "Write the site's own domain there.")
    if far and not settings.HTTPS:
        words = f"{far[0]} is reached without https: everything can be read on the way."
        yield Finding("addresses", False, words, "Put a proxy with https in front, and set UPWELL_HTTPS=yes.")
    if far and not settings.PUBLIC_URL:
        words = "UPWELL_URL is not set: letters cannot say where the site is."
        yield Finding("addresses", False, words, f"Set UPWELL_URL=https://{far[0]}")
    if far and settings.HTTPS and not settings.TRUSTED_HOPS:
        words = "https is on and no proxy is named: everybody seems to come from one place, so limits hit all."
        yield Finding("addresses", False, words, "Set UPWELL_PROXY=yes once the proxy sets X-Forwarded-Proto and -For.")
    host = urlsplit(settings.PUBLIC_URL).hostname
    if host and not is_loopback(host) and not validate_host(host, settings.ALLOWED_HOSTS):
        words = f"Letters lead to {host}, a name this site does not answer to."
        yield Finding("addresses", False, words, "Write the same name in UPWELL_URL and UPWELL_HOSTS.")
    if Site.is_example() and far_hosts():
        words = "This is the example, with open doors, and others can reach it."
        yield Finding("addresses", False, words, "upwell-site remove-example")
    where = ", ".join(far) if far else "this machine alone"
    yield Finding("addresses", True, f"Reached by: {where}.")


# ---- what goes on by itself ----


@look("work")
def work() -> Iterator[Finding]:
    """The worker and the tick are alive, and nothing waits for too long."""
    now = timezone.now()
    for name, most, command in (("tick", LATE_TICK, "tick --every 60"), ("worker", LATE_WORK, "work")):
        at = beat_of(name)
        well = at is not None and now - at < most
        ago = f"{int((now - at).total_seconds() // 60)} minutes ago" if at else "never"
        do = f"Start it, and see that it starts with the machine: upwell-site {command}"
        yield Finding("work", well, f"The {name} was last seen {'just now' if well else ago}.", do)
    stuck = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=now - LATE_TICK).count()
    if stuck:
        words = f"{stuck} jobs stand still: whoever did them is gone."
        yield Finding("work", False, words, "Start the worker and the tick; they take them up again.")
    failed = Job.objects.filter(state=Job.State.FAILED, ended_at__gt=now - timedelta(days=7)).count()
    words = f"{failed} jobs failed in the last seven days." if failed else "No job failed lately."
    yield Finding("work", not failed, words, "Their pages say why. Ask the hub to start them again.")


@look("mail")
def mail() -> Iterator[Finding]:
    """The mail server answers, and letters go out."""
    if not sender.is_open():
        do = "Set UPWELL_SMTP_HOST, or hand the letters over by hand: /operate/letters/"
        yield Finding("mail", False, "No mail server is set: letters wait, and nobody can sign in by post.", do)
    now = timezone.now()
    stuck = health.outbox(Letter.State.SENDING).filter(lease_until__lt=now - LATE_TICK).count()
    if stuck:
        yield Finding(
            "mail", False, f"{stuck} letters stand still on their way.", "Start the tick: it lets them go again."
        )
    rows = health.outbox(Letter.State.WAITING).filter(after__lt=now)
    oldest = rows.order_by("created_at").values_list("created_at", flat=True).first()
    if oldest is not None and now - oldest > timedelta(hours=1):
        words = f"{rows.count()} letters are due, the oldest for {int((now - oldest).total_seconds() // 3600)} hours."
        yield Finding("mail", False, words, "Look at what the outbox says of them: /operate/letters/")
    failed = health.outbox(Letter.State.FAILED).count()
    words = f"{failed} letters did not go." if failed else "No letter was given up."
    yield Finding("mail", not failed, words, "Hand them over, or put them right: /operate/letters/?state=failed")


@look("mail", slow=True)
def server() -> Iterator[Finding]:
    """The mail server answers."""
    if not sender.is_open():
        return
    where, said = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}", sender.reach()
    words = f"{where}: {said}" if said else f"The mail server {where} answers."
    yield Finding("mail", not said, words, "Is the name right? Does a firewall stand in between?")


@look("backup")
def backups() -> Iterator[Finding]:
    """There is a backup, it is not old, and it can be read."""
    at, file = backup.last(), backup.last_file()
    if at is None or file is None:
        yield Finding("backup", False, "There is no backup yet.", "upwell-site backup, every night")
        return
    days = (timezone.now() - at).days
    old = timezone.now() - at > health.BACKUP_OLD
    yield Finding("backup", not old, f"The last backup is {days} days old.", "upwell-site backup, every night")
    if not file.exists():
        words = f"{file} is not there any more."
        yield Finding("backup", False, words, "If you moved it on purpose, all is well. If not, make another.")


@look("backup", slow=True)
def readable() -> Iterator[Finding]:
    """The newest backup can be read to its end, and each part is as it was written."""
    file = backup.last_file()
    if file is None or not file.exists():
        return
    if said := backup.broken(file):
        yield Finding("backup", False, f"{file.name} cannot be used: {said}", "Make another now, and try it.")
    else:
        yield Finding("backup", True, f"{file.name} was read, and each part is as it was written.")


# ---- signs of life ----


def beat(name: str) -> None:
    """Leave a sign of life of the worker or the tick; never in the way of what they do."""
    try:
        cache.set(f"beat:{name}", timezone.now().isoformat(), timeout=7 * 24 * 3600)
    except DatabaseError:
        return


def beat_of(name: str) -> datetime | None:
    """Return when the worker or the tick was last seen."""
    said = cache.get(f"beat:{name}")
    return datetime.fromisoformat(said) if said else None
