"""`upwell-site template mentees`: a spreadsheet to fill in."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from upwell_site.core.bringing import kinds, sheets


class Command(BaseCommand):
    help = "Write a spreadsheet to fill in: headings, an example row and a guide to each column."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(kinds.known()), help="what the list holds")
        parser.add_argument("--csv", action="store_true", help="a CSV file instead of a workbook")
        parser.add_argument("--out", type=Path, help="where to write it (left out: KIND.xlsx here)")

    def handle(self, **options: Any) -> None:
        kind = kinds.known()[options["kind"]]
        body = sheets.csv_of(kind) if options["csv"] else sheets.workbook_of(kind)
        out: Path = options["out"] or Path(f"{kind.name}.{'csv' if options['csv'] else 'xlsx'}")
        try:
            out.write_bytes(body)
        except OSError as problem:
            raise CommandError(f"{out} cannot be written: {problem.strerror}.") from None
        self.stdout.write(f"Written: {out}. Fill it in, then: upwell-site import {kind.name} {out} --hub NAME")
