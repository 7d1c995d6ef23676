"""`upwell-site restore FILE`: back to what a backup holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from upwell_site.core import backup
from upwell_site.core.refused import Refused


class Command(BaseCommand):
    help = "Put a backup back. Stop the site first. Everything is checked before anything is changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="put it in the place of what the site holds now")

    def handle(self, *_: Any, file: Path, replace: bool, **__: Any) -> None:
        try:
            manifest = backup.restore(file, replace=replace, say=self.stdout.write)
        except Refused as no:
            raise CommandError(str(no)) from None
        self.stdout.write(f"Back: {sum(manifest.rows.values())} rows in {len(manifest.rows)} tables. All walls stand.")
