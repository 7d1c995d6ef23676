"""Write the pages of docs/reference that are made from the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from upwell_site.core.reference import PAGES


class Command(BaseCommand):
    help = "Write the pages of docs/reference that are made from the code: settings, commands, jobs, permissions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=Path("docs/reference"), help="the folder to write into")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, page in PAGES.items():
            (options["to"] / name).write_text(page(), encoding="utf-8")
            self.stdout.write(f"{options['to'] / name}")
