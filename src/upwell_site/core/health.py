"""What whoever runs the site wants to know: is it well, and what is in the outbox of all hubs. Numbers, no names."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

import upwell
from upwell_site.core import backup, letters, sender, walls
from upwell_site.core.models import Job, Letter, Site

LATE = timedelta(minutes=5)
BACKUP_OLD = timedelta(days=2)
ROUGH = 10 * 1024 * 1024  # bytes


def answers() -> bool:
    """Whether the database answers."""
    Site.is_example()
    return True


def facts() -> dict[str, Any]:
    """Return everything the operator's first page shows."""
    now = timezone.now()
    gone, made = walls.missing(), backup.last()
    found: dict[str, Any] = {
        "version": upwell.__version__,
        "database": connection.vendor,
        "size": _about(backup.database_size()),
        "files": _files_size(),
        "walls_gone": len(gone),
        "mail_open": sender.is_open(),
        "mail_host": settings.EMAIL_HOST,
        "letters_waiting": outbox(Letter.State.WAITING).count(),
        "letters_failed": outbox(Letter.State.FAILED).count(),
        "jobs_waiting": Job.objects.filter(state=Job.State.WAITING).count(),
        "jobs_failed": Job.objects.filter(state=Job.State.FAILED, ended_at__gt=now - timedelta(days=7)).count(),
        "late": _late(),
        "backup": made,
        "backup_old": made is None or made < now - BACKUP_OLD,
    }
    found["well"] = not any(found[name] for name in ("late", "backup_old", "letters_failed", "jobs_failed"))
    found["well"] = found["well"] and not gone
    return found


def _late() -> bool:
    """Whether something waits that a running worker would have taken long ago."""
    before = timezone.now() - LATE
    if Job.objects.filter(state=Job.State.WAITING, created_at__lt=before).exists():
        return True
    waiting = outbox(Letter.State.WAITING).filter(after__lt=before, tries=0)
    return sender.is_open() and waiting.exists()


def _about(size: int) -> int:
    """Return a size in whole steps of 10 MB, upwards: a finer one would tell an operator that something sealed came."""
    return -(-size // ROUGH) * ROUGH


def _files_size() -> int:
    folder: Path = backup.files_folder()
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.exists() else 0


def outbox(state: str = "") -> QuerySet[Letter]:
    """Return the letters of the whole site, in one state or all; never those that nobody may know of."""
    rows: QuerySet[Letter] = Letter.objects.exclude(kind__in=letters.covered()).select_related("hub")
    return rows.filter(state=state) if state in Letter.State.values else rows


def letter(number: str) -> Letter | None:
    """Return one letter of the whole site, by its number as it stands in an address."""
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    found: Letter | None = outbox().select_related("to__user").filter(pk=int(number)).first()
    return found
