# ruff: noqa: N999  (the command is called import)
"""`upwell-site import people list.csv --hub harehills`: the same as the page, for whoever runs the site."""

from __future__ import annotations

import gc
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from upwell_site.core.actions import bringing as actions
from upwell_site.core.actor import roles_of
from upwell_site.core.bringing import check, kinds
from upwell_site.core.bringing.kinds import Kind, Problem, Target
from upwell_site.core.models import Batch, Hub, Person
from upwell_site.core.policy import Actor, may
from upwell_site.core.refused import Refused

PIECE = 1 << 20


class Command(BaseCommand):
    help = "Bring a spreadsheet in: all of it or nothing. Problems are printed one a line, and the exit code is 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(kinds.known()), help="what the list holds")
        parser.add_argument("file", type=Path)
        parser.add_argument("--hub", required=True, help="the hub's short name in its address")
        parser.add_argument("--programme", default="", help="the programme's name")
        parser.add_argument("--round", default="", help="the round's name, for mentees and mentors")
        parser.add_argument("--by", default="", help="e-mail address of the person who brings it in")
        parser.add_argument(
            "--interests", type=Path, help="for mentees and mentors: a .npy file, one row for each person of the list"
        )
        parser.add_argument("--check-only", action="store_true", help="name the problems and write nothing")
        parser.add_argument("--leave-out-bad", action="store_true", help="leave out the rows that have problems")
        parser.add_argument(
            "--leave-out-refused", action="store_true", help="leave out the columns that may not be brought in"
        )

    def handle(self, **options: Any) -> None:
        hub = Hub.objects.filter(slug=options["hub"]).first()
        if hub is None:
            raise CommandError(f"There is no hub with the short name {options['hub']}.")
        person, actor = _who(hub, options["by"])
        kind = kinds.known()[options["kind"]]
        target = _target(kind, actor, hub, options["programme"], options["round"])
        if not options["file"].is_file():
            raise CommandError(f"There is no file at {options['file']}.")
        beside = options["interests"]
        if beside is not None and not (kind.beside and beside.is_file()):
            raise CommandError(
                f"There is no file at {beside}." if kind.beside else "--interests goes with mentees and mentors only."
            )
        gc.freeze()  # what is loaded by now stays: not to be looked through again after each few thousand rows
        with options["file"].open("rb") as source:
            batch, _size = actions.take(
                by=person,
                hub=hub,
                kind=kind,
                target=target,
                name=options["file"].name,
                chunks=iter(lambda: source.read(PIECE), b""),
                beside=[beside.read_bytes()] if beside is not None else None,
            )
        self.file = batch.file_name
        try:
            self._bring_in(batch, actor, options)
        except Refused as problem:
            self._end(batch, str(problem))
        except KeyboardInterrupt:
            self._end(batch, "Stopped. Nothing was brought in.", code=130)

    def _bring_in(self, batch: Batch, actor: Actor, options: dict[str, Any]) -> None:
        if options["leave_out_refused"]:
            actions.leave_out_refused(by=batch.by, batch=batch)
        how: dict[str, Any] = {"batch": batch, "actor": actor, "tell": self._name, "progress": self._say}
        if options["check_only"]:
            found = actions.look(**how)
        else:
            found = actions.bring_in(**how, leave_out_bad=options["leave_out_bad"])
        for note in found.notes:
            self.stdout.write(str(note))
        if batch.state == Batch.State.FAILED:
            self._end(batch, f"{batch.file_name}: {batch.found['said']}")
        counts = actions.sentence_of(batch.found["counts"])
        if batch.state == Batch.State.DONE:
            self.stdout.write(f"Brought in: {counts}.")
            return
        if found.count and (found.blocked or not options["leave_out_bad"] or not options["check_only"]):
            self._end(batch, f"{found.count} problems. Nothing was brought in.")
        actions.put_away(by=batch.by, batch=batch)
        self.stdout.write(f"Would bring in: {counts}.")

    def _say(self, phase: str, done: float) -> None:
        """Show that it goes on, where somebody watches."""
        if self.stderr.isatty():
            self.stderr.write(f"\r{phase}: {done:4.0%} ", ending="")

    def _name(self, problem: Problem) -> None:
        """Print a problem, also those the page shows only in the file to take away."""
        row, column = problem.row and f"row {problem.row}", problem.column and f"column {problem.column}"
        where = ", ".join(part for part in (self.file, row, column) if part)
        found = check.storable(problem.value)
        self.stderr.write(f"{where}: {problem.message}" + (f' Found "{found}".' if found else ""))

    def _end(self, batch: Batch, said: str, code: int = 1) -> None:
        if Batch.objects.filter(pk=batch.pk, state=Batch.State.LOADING).exists():
            actions.let_go(batch=batch)
        if Batch.objects.filter(pk=batch.pk, state__in=(Batch.State.UPLOADED, Batch.State.CHECKED)).exists():
            actions.put_away(by=batch.by, batch=batch)
        self.stderr.write(said)
        sys.exit(code)


def _who(hub: Hub, email: str) -> tuple[Person | None, Actor]:
    """Return who brings the list in. Without a name it is whoever has the machine, who may do all."""
    if not email:
        return None, Actor(hub.pk, None, {"admin": None, "lead": None})
    found = Person.objects.filter(hub=hub, email__iexact=email, emptied_at__isnull=True)
    if found.count() != 1:
        raise CommandError(f"{found.count()} people here have the address {email}; it takes exactly one.")
    person = found[0]
    actor = Actor(hub.pk, person.pk, roles_of(person))
    if not may(actor, "hub.bring_in"):
        raise CommandError("They hold no role that may bring lists in here.")
    return person, actor


def _target(kind: Kind, actor: Actor, hub: Hub, programme: str, name: str) -> Target:
    """Return where the list goes; says what there is when the names do not fit."""
    all_of = kind.targets(actor, hub)
    fits = [
        target
        for target in all_of
        if (not programme or (target.programme is not None and target.programme.name == programme))
        and (not name or getattr(target.thing, "name", "") == name)
        and (programme or name or target.key == "" or len(all_of) == 1)
    ]
    if len(fits) != 1:
        there = "; ".join(str(target.title) for target in all_of) or "nothing"
        raise CommandError(f"Say where with --programme and --round. There is: {there}.")
    return fits[0]
