"""Bringing in: choose a list, look at every problem, bring it in whole, take it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from upwell_site.core import jobs
from upwell_site.core.actions import bringing as actions
from upwell_site.core.actor import Request
from upwell_site.core.bringing import files, kinds, sheets, work
from upwell_site.core.bringing.kinds import Kind
from upwell_site.core.events import ref
from upwell_site.core.forms.bringing import ColumnsForm, ListForm, LoadForm
from upwell_site.core.guard import allow
from upwell_site.core.models import Batch, Job
from upwell_site.core.once import once, once_or_say
from upwell_site.core.policy import can
from upwell_site.core.refused import Refused

S = Batch.State
RECENT = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@allow(GET="hub.bring_in")
def bring_in(request: Request) -> HttpResponse:
    """What may be brought in here, and the lists brought in lately."""
    ours = [kind for kind in kinds.known().values() if kind.targets(request.actor, request.hub)]
    batches = Batch.objects.filter(hub=request.hub).visible_to(request.actor).select_related("by").order_by("-id")
    titles = {kind.name: kind.title for kind in kinds.known().values()}
    recent = [(batch, titles.get(batch.kind, batch.kind)) for batch in batches[:RECENT]]
    return render(request, "core/bringing/bring_in.html", {"kinds": ours, "recent": recent})


@allow(GET="hub.bring_in", POST="hub.bring_in")
def bring_in_list(request: Request, kind: str) -> HttpResponse:
    """Choose the file of one kind of list."""
    what, targets = _kind(request, kind)
    if what is None:
        return HttpResponseRedirect(reverse("bring_in", args=[request.hub.slug]))
    sent = request.method == "POST"
    files_sent = request.FILES if sent else None
    form = ListForm(request.POST if sent else None, files_sent, targets=targets, beside=what.beside)
    if not sent and request.GET.get("where") in form.targets:
        form.fields["where"].initial = request.GET["where"]
    if sent and form.is_valid():
        return once(request, lambda: _take(request, what, form))
    context = {"kind": what, "columns": what.columns(), "form": form}
    return render(request, "core/bringing/list.html", context, status=400 if form.errors else 200)


def _kind(request: Request, name: str) -> tuple[Kind | None, list[kinds.Target]]:
    """Return the kind that was asked for, when this person may bring such a list in somewhere."""
    kind = kinds.find(name)
    targets = kind.targets(request.actor, request.hub) if kind else []
    return (kind, targets) if targets else (None, [])


def _take(request: Request, kind: Kind, form: ListForm) -> str:
    upload, beside = form.cleaned_data["file"], form.cleaned_data.get("interests")
    batch, size = actions.take(
        by=request.person,
        hub=request.hub,
        kind=kind,
        target=form.cleaned_data["where"],
        name=upload.name,
        chunks=upload.chunks(),
        beside=beside.chunks() if beside else None,
    )
    return _look(request, batch, size)


def _look(request: Request, batch: Batch, size: int) -> str:
    """Read a list now, or have it read when it is large; return where to go."""
    if work.is_large(batch, size):
        actions.wait_for_reading(batch=batch)
        jobs.start("core.look_at_list", hub=request.hub, about=batch, by=request.person)
    else:
        actions.look(batch=batch, actor=request.actor)
    return _page(batch)


def _page(batch: Batch) -> str:
    return reverse("batch", args=[batch.hub.slug, batch.pk])


@allow(GET="hub.bring_in")
def bring_in_template(request: Request, kind: str) -> HttpResponse:
    """A spreadsheet to fill in."""
    what, _targets = _kind(request, kind)
    if what is None:
        return HttpResponseRedirect(reverse("bring_in", args=[request.hub.slug]))
    as_csv = request.GET.get("as") == "csv"
    body, form = (sheets.csv_of(what), "text/csv; charset=utf-8") if as_csv else (sheets.workbook_of(what), XLSX)
    name = f"{what.name}.{'csv' if as_csv else 'xlsx'}"
    return HttpResponse(body, content_type=form, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@allow(GET="batch.read")
def batch(request: Request, batch: Batch) -> HttpResponse:
    """One list: being read, looked at, brought in or taken back."""
    batch.hub = request.hub
    kind = kinds.find(batch.kind)
    if kind is None:
        raise Http404
    job = Job.objects.filter(hub=request.hub, about=ref(batch)).order_by("-id").first()
    running = job is not None and job.state in (Job.State.WAITING, Job.State.RUNNING)
    if not running and batch.state in (S.READING, S.LOADING):
        batch.refresh_from_db()  # it was asked for before its job was, and that may have ended in between
        batch.hub = request.hub
    context: dict[str, Any] = {"batch": batch, "kind": kind, "job": job, "running": running, "found": batch.found}
    context["may_load"] = can(request.actor, "load", batch)
    if running and job is not None:
        share = files.share_of(batch.file) if batch.state == S.LOADING else None
        context["share"] = round((job.done if share is None else share) * 100)
        part = "#working" if request.htmx else ""
        return render(request, f"core/bringing/working.html{part}", context)
    if batch.state == S.CHECKED:
        context["form"] = ColumnsForm(batch=batch, kind=kind)
        context["ready"] = _ready(batch.found)
        return render(request, "core/bringing/preview.html", context)
    if batch.state in (S.DONE, S.UNDONE):
        context["may_undo"] = batch.state == S.DONE and can(request.actor, "undo", batch)
        context["counts"] = batch.found.get("counts", {})
        return render(request, "core/bringing/done.html", context)
    return render(request, "core/bringing/stuck.html", context)


def _ready(found: dict[str, Any]) -> bool:
    left = found.get("rows", 0) - found.get("bad", 0)
    return not found.get("blocked") and left > 0


@allow(GET="batch.load", POST="batch.load")
def batch_columns(request: Request, batch: Batch) -> HttpResponse:
    """Say what each heading means, and look again."""
    kind = kinds.find(batch.kind)
    if kind is None or batch.state != S.CHECKED:
        return HttpResponseRedirect(_page(batch))
    form = ColumnsForm(request.POST if request.method == "POST" else None, batch=batch, kind=kind)
    if request.method == "POST" and form.is_valid():
        return _decide(request, batch, lambda: _choose(request, batch, form))
    context = {"batch": batch, "kind": kind, "form": form, "found": batch.found}
    return render(request, "core/bringing/columns.html", context, status=400 if form.errors else 200)


def _choose(request: Request, batch: Batch, form: ColumnsForm) -> str:
    actions.choose_columns(
        by=request.person, batch=batch, chosen=form.chosen(), leave_out=form.cleaned_data["leave_out"]
    )
    batch.refresh_from_db()
    return _look(request, batch, _size(batch))


def _size(batch: Batch) -> int:
    path = files.path_of(batch.file)
    return path.stat().st_size if path else 0


def _decide(request: Request, batch: Batch, decide: Any) -> HttpResponse:
    """Decide once; a refusal is said on the list's page."""
    return once_or_say(request, decide, _page(batch))


@allow(POST="batch.load")
def batch_load(request: Request, batch: Batch) -> HttpResponse:
    """Bring the list in: all of it, or all but the rows that somebody agreed to leave out."""
    if batch.state in (S.DONE, S.UNDONE, S.LOADING):
        return HttpResponseRedirect(_page(batch))
    form = LoadForm(request.POST)
    bad = form.cleaned_data["leave_out_bad"] if form.is_valid() else None
    return _decide(request, batch, lambda: _load(request, batch, bad))


def _load(request: Request, batch: Batch, bad: int | None) -> str:
    actions.claim(batch=batch, by=request.person, leave_out_bad=bad)
    if work.is_large(batch, _size(batch)):
        jobs.start("core.bring_in", hub=request.hub, about=batch, by=request.person)
    else:
        counts = actions.load(batch=batch, actor=request.actor)
        messages.success(request, _("Brought in: %s.") % actions.sentence_of(counts))
    return _page(batch)


@allow(POST="batch.load")
def batch_again(request: Request, batch: Batch) -> HttpResponse:
    """Look at the list once more, for instance after a stop."""
    return _decide(request, batch, lambda: _again(request, batch))


def _again(request: Request, batch: Batch) -> str:
    actions.let_go(batch=batch)
    batch.refresh_from_db()
    if batch.state not in (S.UPLOADED, S.CHECKED):
        raise Refused(_("This list was brought in or put away. Choose the file again."))
    return _look(request, batch, _size(batch))


@allow(POST="batch.load")
def batch_drop(request: Request, batch: Batch) -> HttpResponse:
    """Put the list away; nothing of it is brought in."""

    def decide() -> str:
        actions.put_away(by=request.person, batch=batch)
        messages.success(request, _("Put away. Nothing was brought in, and the file is gone from here."))
        return reverse("bring_in", args=[request.hub.slug])

    return _decide(request, batch, decide)


@allow(POST="batch.load")
def batch_stop(request: Request, batch: Batch) -> HttpResponse:
    """Ask the work on a list to stop."""

    def decide() -> str:
        for job in Job.objects.filter(hub=request.hub, about=ref(batch), state__in=("waiting", "running")):
            jobs.ask_to_stop(job)
        return _page(batch)

    files.ask_to_stop(batch.file)  # before anything is written: on SQLite that waits until the list is in, or stopped
    return _decide(request, batch, decide)


@allow(GET="batch.load")
def batch_problems(request: Request, batch: Batch) -> HttpResponse:
    """Every problem of a list as a spreadsheet, to mend them beside it."""
    path = files.problems_of(batch.file) if files.path_of(batch.file) else None
    if path is None or not path.is_file():
        return HttpResponseRedirect(_page(batch))
    name = f'attachment; filename="problems-{batch.pk}.csv"'
    body = path.read_bytes()
    return HttpResponse(body, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})


@allow(POST="batch.undo")
def batch_undo(request: Request, batch: Batch) -> HttpResponse:
    """Take the whole list back."""

    def decide() -> str:
        if sum(batch.found.get("counts", {}).values()) > 2_000:
            jobs.start("core.undo_list", hub=request.hub, about=batch, by=request.person)
        else:
            actions.undo_all(by=request.person, batch=batch)
        return _page(batch)

    return _decide(request, batch, decide)
