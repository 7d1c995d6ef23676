"""Bringing a list in: taken, looked at, loaded as a whole or not at all, taken back."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from upwell import InputError
from upwell._kit.progress import Progress, silent
from upwell._kit.tables import Scan, scan_table
from upwell._kit.writing import neutralise
from upwell_site.core.bringing import beside as beside_list
from upwell_site.core.bringing import check, files, guess, kinds, undo
from upwell_site.core.bringing.kinds import Kind, Loading, Problem, Target
from upwell_site.core.events import log
from upwell_site.core.models import Batch, Hub, Person
from upwell_site.core.policy import Actor
from upwell_site.core.refused import Refused

S = Batch.State
Tell = Callable[[Problem], None]
WAITING = (S.UPLOADED, S.READING, S.CHECKED, S.LOADING)


def _nobody(problem: Problem) -> None:
    """Tell nobody: the page reads what was found from the batch."""


@transaction.atomic
def take(
    *,
    by: Person | None,
    hub: Hub,
    kind: Kind,
    target: Target,
    name: str,
    chunks: Iterable[bytes],
    beside: Iterable[bytes] | None = None,
) -> tuple[Batch, int]:
    """Take a file in, to be looked at; nothing is brought in yet. Returns the batch and the size in bytes.

    `beside` are the interests of the people in it, where this kind of list takes them.
    """
    if beside is not None and not kind.beside:
        raise Refused(_("Interests belong to lists of mentees or mentors only."))
    stored, digest, size = files.store(chunks)
    if beside is not None:
        files.store_beside(stored, beside)
    batch = Batch.objects.create(
        hub=hub,
        kind=kind.name,
        programme=target.programme,
        about=f"{target.thing._meta.label_lower}:{target.thing.pk}" if target.thing else "",
        by=by,
        file_name=files.tidy_name(name),
        file=stored,
        digest=digest,
    )
    log(by, "upload", batch, hub=hub, bytes=size)
    return batch, size


def kind_of(batch: Batch) -> Kind:
    """Return the kind of list a batch is."""
    kind = kinds.find(batch.kind)
    if kind is None:
        raise Refused(_("Lists of this kind cannot be brought in here."))
    return kind


def loading_of(batch: Batch, actor: Actor, *, writing: bool = False) -> Loading:
    """Return the pass over a batch for one person; refuses when they may no longer bring it in there."""
    key = batch.about.partition(":")[2] or (str(batch.programme_id) if batch.programme_id else "")
    target = kind_of(batch).target(actor, batch.hub, key)
    if target is None:
        raise Refused(_("You may not bring a list in here any more. Nothing was brought in."))
    return Loading(batch.hub, actor, target, batch.by, batch if writing else None)


def scan(batch: Batch, progress: Progress = silent) -> Scan:
    """Begin to read the file of a batch, row by row; InputError when the whole of it cannot be read."""
    path = files.path_of(batch.file)
    if path is None:
        raise Refused(_("The file is not here any more: we keep it two days. Please choose it again."))
    limit = settings.UPLOAD_LIMIT_MB * 1_000_000
    return scan_table(path, batch.file_name, max_bytes=limit, progress=progress)


@transaction.atomic
def wait_for_reading(*, batch: Batch) -> None:
    """Mark a large list as being read by a worker."""
    Batch.objects.filter(pk=batch.pk, state=S.UPLOADED).update(state=S.READING)


def look(*, batch: Batch, actor: Actor, tell: Tell = _nobody, progress: Progress = silent) -> check.Found:
    """Read a batch and keep what was found for the preview, each problem told of. Nothing of the list is written."""
    kind, loading, found = kind_of(batch), loading_of(batch, actor), check.Found()
    try:
        rows = scan(batch, progress)
        batch.columns = batch.columns or guess.guess(rows.columns, kind.columns())
        with _writing_problems(batch, found, tell):
            _beside(batch, found, loading)
            check.look_into(found, rows, kind, batch.columns, loading, progress)
    except InputError as problem:
        fail(batch=batch, said=problem.message, row=problem.row)
        return found
    _note_same_file(batch, found)
    batch.state, batch.found = S.CHECKED, check.storable(_as_json(found, loading, rows))
    Batch.objects.filter(pk=batch.pk, state__in=(S.UPLOADED, S.READING, S.CHECKED)).update(
        columns=batch.columns, state=batch.state, found=batch.found
    )
    return found


@contextmanager
def _writing_problems(batch: Batch, found: check.Found, tell: Tell) -> Iterator[None]:
    """Write every problem into the file to take away, also those the page has no room for, and tell of it."""
    with files.problems_of(batch.file).open("w", encoding="utf-8-sig", newline="") as out:
        write = _writer(out, batch.file_name)

        def both(problem: Problem) -> None:
            write(problem)
            tell(problem)

        found.write = both
        yield


def _beside(batch: Batch, found: check.Found, loading: Loading) -> None:
    try:
        loading.vectors = beside_list.of(batch.file, lambda: [number for number, _cells in scan(batch)])
    except InputError as problem:
        found.block(Problem(None, "", problem.message))


def _writer(out: TextIO, name: str) -> Any:
    writer = csv.writer(out)
    writer.writerow([_("file"), _("row"), _("column"), _("what to do"), _("what is there")])
    return lambda p: writer.writerow(
        [check.storable(neutralise(cell)) for cell in (name, p.row or "", p.column, p.message, p.value)]
    )


def _note_same_file(batch: Batch, found: check.Found) -> None:
    before = Batch.objects.filter(hub_id=batch.hub_id, digest=batch.digest, kind=batch.kind, state=S.DONE, by=batch.by)
    if done := before.exclude(pk=batch.pk).order_by("-id").first():
        found.note(_("You brought in this very file on %s. Doing it again is safe.") % f"{done.done_at:%-d %B %Y}")


def _as_json(found: check.Found, loading: Loading, rows: Scan) -> dict[str, Any]:
    used = [name for name in loading.headings if name and name not in (guess.REFUSED, guess.LEFT_OUT)]
    examples = {
        heading: next((row[at] for row in found.head if row[at]), "")[:60] for at, heading in enumerate(rows.columns)
    }
    return {
        "rows": found.rows,
        "bad": len(found.bad),
        "blocked": found.blocked,
        "counts": {name: loading.counts[name] for name in ("new", "joins", "changed", "known", "kept")},
        "count": found.count,
        "problems": [[p.row, p.column, p.message, p.value] for p in found.problems],
        "groups": [[column, message, n] for (column, message), n in found.groups.most_common(20) if n > 1],
        "notes": found.notes,
        "fields": used,
        "sample": [[row.number, *(check.in_words(row.values.get(name)) for name in used)] for row in found.sample],
        "changes": [list(change) for change in found.changes],
        "examples": examples,
    }


def fail(*, batch: Batch, said: str, row: int | None = None) -> None:
    """Say that a file cannot be read, and let go of it."""
    where = _("Row %d: ") % row if row else ""
    batch.state, batch.found = S.FAILED, {"said": check.storable(f"{where}{said}")}
    batch.save(update_fields=["state", "found"])
    transaction.on_commit(lambda: files.remove(batch.file))


@transaction.atomic
def choose_columns(*, by: Person | None, batch: Batch, chosen: dict[str, str], leave_out: bool) -> None:
    """Take what each heading means; what may not be brought in is left out only when somebody says so."""
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if batch.state not in (S.CHECKED, S.UPLOADED):
        raise Refused(_("This list is being brought in, or was. Its columns stay as they are."))
    ours = {column.name for column in kind_of(batch).columns()}
    used = [name for name in chosen.values() if name]
    if len(used) != len(set(used)) or not set(used) <= ours:
        raise Refused(_("Two columns cannot mean the same. Choose each meaning once."))
    batch.columns = guess.changed(batch.columns, chosen, leave_out)
    batch.state = S.UPLOADED
    batch.save(update_fields=["columns", "state"])
    log(by, "choose_columns", batch)


def leave_out_refused(*, by: Person | None, batch: Batch) -> None:
    """Leave out, before a list is looked at, every column that may not be brought in."""
    try:
        batch.columns = guess.guess(scan(batch).columns, kind_of(batch).columns())
    except InputError:
        return  # the reading itself says what is wrong
    batch.save(update_fields=["columns"])
    if guess.REFUSED in batch.columns.values():
        choose_columns(by=by, batch=batch, chosen={}, leave_out=True)
        batch.refresh_from_db()


@transaction.atomic
def claim(*, batch: Batch, by: Person | None, leave_out_bad: int | None = None) -> None:
    """Mark a list as being brought in. One click wins; rows with problems stay out only in the number agreed."""
    found = batch.found
    bad = found.get("bad", 0)
    if found.get("blocked") or (found.get("count") and not bad):
        raise Refused(_("Some things must be put right first. Nothing was brought in."))
    if bad and leave_out_bad != bad:
        raise Refused(_("Some rows have problems. Mend them, or tick that they stay out. Nothing was brought in."))
    if bad and bad >= found.get("rows", 0):
        raise Refused(_("No row is left to bring in. Mend the rows first."))
    took = Batch.objects.filter(pk=batch.pk, state=S.CHECKED).update(state=S.LOADING)
    if not took:
        raise Refused(_("This list is being brought in already, or was."))
    files.begin(batch.file)
    batch.state = S.LOADING


@transaction.atomic
def load(*, batch: Batch, actor: Actor, progress: Progress = silent) -> dict[str, int]:
    """Bring in a claimed list: all of it in this one transaction, or nothing."""
    batch = Batch.objects.select_for_update(of=("self",)).select_related("hub", "by").get(pk=batch.pk)
    if batch.state == S.DONE:  # a job that ran twice
        return dict(batch.found["counts"])
    if batch.state != S.LOADING:
        raise Refused(_("This list is being brought in already, or was."))
    loading, found = loading_of(batch, actor, writing=True), check.Found()
    try:
        _write(batch, found, loading, progress)
    except InputError as problem:
        raise Refused(problem.message) from None
    if found.blocked or len(found.bad) != batch.found.get("bad", 0):
        raise Refused(_("The list or the hub changed since you looked. Nothing was brought in; please look again."))
    return _done(batch, loading, left_out=len(found.bad))


def _write(batch: Batch, found: check.Found, loading: Loading, progress: Progress = silent) -> Scan:
    """Check and write a list piece by piece; from the first problem of the whole list on it only checks."""
    kind, rows = kind_of(batch), scan(batch, progress)
    batch.columns = batch.columns or guess.guess(rows.columns, kind.columns())
    _beside(batch, found, loading)
    try:
        with transaction.atomic():
            for _rows, plans in check.plans_of(found, rows, kind, batch.columns, loading, progress):
                if not found.blocked:
                    kind.load(plans, loading)
    except IntegrityError:
        raise Refused(
            _("Somebody changed these people meanwhile. Nothing was brought in; please look again.")
        ) from None
    return rows


def bring_in(
    *, batch: Batch, actor: Actor, leave_out_bad: bool = False, tell: Tell = _nobody, progress: Progress = silent
) -> check.Found:
    """Look at a list and bring it in in one go, for whoever wants no preview: all of it, or nothing and why.

    Rows with problems stay out when that was agreed to. The batch is *done* when it was brought in, else *checked*.
    """
    found, loading = check.Found(), loading_of(batch, actor, writing=True)
    try:
        with transaction.atomic():
            Batch.objects.filter(pk=batch.pk, state=S.UPLOADED).update(state=S.LOADING)
            with _writing_problems(batch, found, tell):
                rows = _write(batch, found, loading, progress)
            _note_same_file(batch, found)
            batch.found = check.storable(_as_json(found, loading, rows))
            if found.blocked or (found.count and not (leave_out_bad and len(found.bad) < found.rows)):
                raise _Nothing
            _done(batch, loading, left_out=len(found.bad))
    except _Nothing:
        batch.state = S.CHECKED
        batch.save(update_fields=["state", "found", "columns"])
    except InputError as problem:
        fail(batch=batch, said=problem.message, row=problem.row)
    return found


class _Nothing(Exception):
    """Takes back all that was written of a list in which something is wrong."""


def _done(batch: Batch, loading: Loading, left_out: int) -> dict[str, int]:
    counts = {name: loading.counts[name] for name in ("new", "joins", "changed", "known", "kept")}
    counts["left_out"] = left_out
    upload, batch.file = batch.file, ""
    batch.state, batch.done_at, batch.found = S.DONE, timezone.now(), {"counts": counts}
    batch.save(update_fields=["state", "done_at", "found", "file"])
    log(batch.by, "bring_in", batch, hub=batch.hub, **counts)
    transaction.on_commit(lambda: files.remove(upload))
    return counts


@transaction.atomic
def let_go(*, batch: Batch) -> None:
    """Open a list again whose bringing in was stopped or refused, so that it can be looked at once more."""
    Batch.objects.filter(pk=batch.pk, state__in=(S.LOADING, S.READING)).update(state=S.UPLOADED)


@transaction.atomic
def put_away(*, by: Person | None, batch: Batch) -> None:
    """Put a list away that was not brought in, and its file with it."""
    took = Batch.objects.filter(pk=batch.pk, state__in=(S.UPLOADED, S.READING, S.CHECKED)).update(
        state=S.FAILED, found={"put_away": True}, columns={}, file=""
    )
    if not took:
        raise Refused(_("This list is being brought in, or was. It cannot be put away now."))
    log(by, "put_away", batch)
    transaction.on_commit(lambda: files.remove(batch.file))


@transaction.atomic
def undo_all(*, by: Person | None, batch: Batch) -> dict[str, int]:
    """Take back what a list made and changed. What people did with it since is kept; the page says how much."""
    took = Batch.objects.filter(pk=batch.pk, state=S.DONE).update(state=S.UNDONE, undone_at=timezone.now())
    if not took:
        raise Refused(_("This was taken back already, or was never brought in."))
    try:
        with transaction.atomic():
            told = undo.take_back(batch, by)
            if connection.vendor == "postgresql":
                connection.check_constraints()  # its keys are looked at late; SQLite's one writer needs no second look
    except IntegrityError:
        raise Refused(_("Somebody is working with these people right now. Please try again in a moment.")) from None
    counts = {name: told[name] for name in ("gone", "back", "used", "later")}
    Batch.objects.filter(pk=batch.pk).update(found={**batch.found, "undone": counts})
    log(by, "undo", batch, hub=batch.hub, **counts)
    return counts


def sweep() -> int:
    """Let go of files older than two days; lists that waited for them say so. Called by the site's tick."""
    gone = files.sweep()
    for batch in Batch.objects.filter(state__in=WAITING).exclude(file=""):
        if files.path_of(batch.file) is None:
            batch.state, batch.found, batch.file = S.FAILED, {"too_old": True}, ""
            batch.save(update_fields=["state", "found", "file"])
    return gone


def sentence_of(counts: dict[str, int]) -> str:
    """Say what bringing in did: "43 new, 5 changed, 2 known already"."""
    words = [
        ngettext("%d new", "%d new", counts["new"]) % counts["new"] if counts["new"] else "",
        ngettext("%d joins", "%d join", counts["joins"]) % counts["joins"] if counts["joins"] else "",
        ngettext("%d changed", "%d changed", counts["changed"]) % counts["changed"] if counts["changed"] else "",
        ngettext("%d known already", "%d known already", counts["known"]) % counts["known"] if counts["known"] else "",
    ]
    return ", ".join(word for word in words if word) or _("nothing new")


__all__ = ["Problem", "choose_columns", "claim", "let_go", "load", "look", "put_away", "sweep", "take", "undo_all"]
