"""Pages of whoever runs the site: is it well, and what is in the outbox."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

import upwell
from upwell_site.core import backup, letters, post_office, walls
from upwell_site.core.actions import machinery as actions
from upwell_site.core.actor import Request
from upwell_site.core.guard import allow
from upwell_site.core.models import Job, Letter, Site
from upwell_site.core.views.machinery_parts import decided, page_of

LATE = timedelta(minutes=5)


@allow(GET="site.look")
def health(request: Request) -> HttpResponse:
    """Say "ok" when the database answers."""
    Site.objects.filter(pk=1).exists()
    return HttpResponse("ok", content_type="text/plain")


@allow(GET="site.run")
def operate(request: Request) -> HttpResponse:
    """Show whether the site is well."""
    now = timezone.now()
    waiting = Letter.objects.filter(state=Letter.State.WAITING)
    jobs_due = Job.objects.filter(state=Job.State.WAITING)
    late = jobs_due.filter(created_at__lt=now - LATE).exists() or (
        post_office.is_open() and waiting.filter(after__lt=now - LATE, tries=0).exists()
    )
    gone = walls.missing()
    facts = {
        "version": upwell.__version__,
        "database": connection.vendor,
        "size": _size(),
        "files": _files_size(),
        "walls_gone": len(gone),
        "mail_open": post_office.is_open(),
        "mail_host": settings.EMAIL_HOST,
        "letters_waiting": waiting.count(),
        "letters_failed": Letter.objects.filter(state=Letter.State.FAILED).count(),
        "jobs_waiting": jobs_due.count(),
        "jobs_failed": Job.objects.filter(state=Job.State.FAILED, ended_at__gt=now - timedelta(days=7)).count(),
        "late": late,
        "backup": (made := backup.last()),
        "backup_old": made is None or made < now - timedelta(days=2),
    }
    facts["well"] = not (gone or late or facts["backup_old"] or facts["letters_failed"] or facts["jobs_failed"])
    return render(request, "core/machinery/operate.html", facts)


def _size() -> int:
    if connection.vendor == "sqlite":
        file = Path(str(connection.settings_dict["NAME"]))
        return file.stat().st_size if file.exists() else 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def _files_size() -> int:
    folder = backup.files_folder()
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.exists() else 0


@allow(POST="site.run")
def test_letter(request: Request) -> HttpResponse:
    """Send a letter to oneself."""
    said = _("A letter to you is in the outbox. It goes out in a few seconds.")
    if not post_office.is_open():
        said = _("A letter to you is in the outbox. It waits there, because no mail server is set.")
    user: Any = request.user
    return decided(request, reverse("operate_letters"), lambda: actions.send_test(user=user), said)


@allow(GET="site.run")
def letters_page(request: Request) -> HttpResponse:
    """Show the outbox of the whole site: what goes to whom stays covered until a letter has to be handed over."""
    rows = Letter.objects.select_related("hub")
    state = request.GET.get("state", "")
    if state in Letter.State.values:
        rows = rows.filter(state=state)
    shown, more = page_of(request, rows)
    found = [(row, letters.kind_of(row.kind).label) for row in shown]
    here = reverse("operate_letters")
    names = {
        "": _("All"),
        "waiting": _("Waiting"),
        "sent": _("Sent"),
        "failed": _("Did not go"),
        "stopped": _("Stopped"),
    }
    chips = [{"name": name, "url": f"{here}?state={key}", "current": key == state} for key, name in names.items()]
    context = {
        "letters": found,
        "more": f"{more}&state={state}" if more else "",
        "chips": chips,
        "mail_open": post_office.is_open(),
    }
    return render(request, "core/machinery/operate_letters.html", context)


@allow(GET="site.run")
def letter_page(request: Request, letter: int) -> HttpResponse:
    """Show one letter; its text only while somebody has to hand it over, and never a code."""
    row = _letter(letter)
    context = {
        "letter": row,
        "kind": letters.kind_of(row.kind),
        "text": letters.preview(row) if _may_be_read(row) else None,
        "may_go": row.state in {Letter.State.WAITING, Letter.State.FAILED},
        "mail_open": post_office.is_open(),
    }
    return render(request, "core/machinery/operate_letter.html", context)


def _may_be_read(letter: Letter) -> bool:
    """Whether the operator needs the text: no mail server takes it, and it is no code to sign in as somebody else."""
    kept = letter.state in {Letter.State.WAITING, Letter.State.FAILED}
    needed = not post_office.is_open() or letter.state == Letter.State.FAILED
    return kept and needed and not letters.kind_of(letter.kind).secret and letters.has_text(letter.kind)


def _letter(number: int) -> Letter:
    row: Letter | None = Letter.objects.select_related("hub", "to__user").filter(pk=number).first()
    if row is None:
        raise Http404
    return row


@allow(POST="site.run")
def again(request: Request, letter: int) -> HttpResponse:
    """Send a letter again."""
    row = _letter(letter)
    where = reverse("operate_letter", args=[row.pk])
    return decided(request, where, lambda: actions.send_again(letter=row), _("It goes out in the next minute."))


@allow(POST="site.run")
def stop(request: Request, letter: int) -> HttpResponse:
    """Stop a letter, and those ordered with it."""
    row = _letter(letter)
    where = reverse("operate_letter", args=[row.pk])
    return decided(request, where, lambda: actions.stop_letters(by=None, letter=row), _("Stopped. It goes to nobody."))
