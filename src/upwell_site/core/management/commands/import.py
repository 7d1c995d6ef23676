# ruff: noqa: N999  (the command is called import)
"""`upwell-site import people list.csv --hub harehills`: the same as the page, for whoever runs the site."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from upwell_site.core.actions import bringing as actions
from upwell_site.core.actor import roles_of
from upwell_site.core.bringing import files, guess, kinds
from upwell_site.core.bringing.kinds import Kind, Target
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
        try:
            self._bring_in(batch, actor, options)
        except Refused as problem:
            self._end(batch, str(problem))

    def _bring_in(self, batch: Batch, actor: Actor, options: dict[str, Any]) -> None:
        actions.look(batch=batch, actor=actor)
        if options["leave_out_refused"] and guess.REFUSED in batch.columns.values():
            actions.choose_columns(by=batch.by, batch=batch, chosen={}, leave_out=True)
            batch.refresh_from_db()
            actions.look(batch=batch, actor=actor)
        for note in batch.found.get("notes", []):
            self.stdout.write(str(note))
        if batch.state == Batch.State.FAILED:
            self._end(batch, f"{batch.file_name}: {batch.found['said']}")
        self._name_problems(batch)
        counts, bad = batch.found["counts"], batch.found["bad"]
        if batch.found["count"] and (batch.found["blocked"] or not options["leave_out_bad"]):
            self._end(batch, f"{batch.found['count']} problems. Nothing was brought in.")
        if options["check_only"]:
            actions.put_away(by=batch.by, batch=batch)
            self.stdout.write(f"Would bring in: {actions.sentence_of(counts)}.")
            return
        actions.claim(batch=batch, by=batch.by, leave_out_bad=bad)
        counts = actions.load(batch=batch, actor=actor, table=actions.read(batch))
        self.stdout.write(f"Brought in: {actions.sentence_of(counts)}.")

    def _name_problems(self, batch: Batch) -> None:
        """Print every problem, also those the page shows only in the file to take away."""
        path = files.problems_of(batch.file)
        if not batch.found["count"] or not path.is_file():
            return
        for name, row, column, message, value in _problems(path):
            where = ", ".join(part for part in (name, row and f"row {row}", column and f"column {column}") if part)
            self.stderr.write(f"{where}: {message}" + (f' Found "{value}".' if value else ""))

    def _end(self, batch: Batch, said: str) -> None:
        if Batch.objects.filter(pk=batch.pk, state=Batch.State.LOADING).exists():
            actions.let_go(batch=batch)
        if Batch.objects.filter(pk=batch.pk, state__in=(Batch.State.UPLOADED, Batch.State.CHECKED)).exists():
            actions.put_away(by=batch.by, batch=batch)
        self.stderr.write(said)
        sys.exit(1)


def _problems(path: Path) -> list[list[str]]:
    import csv

    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.reader(source))[1:]


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
