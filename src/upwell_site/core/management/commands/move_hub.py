"""`upwell-site move-hub FILE`: bring a hub's archive into this site."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from upwell_site.core import moving
from upwell_site.core.refused import Refused


class Command(BaseCommand):
    help = "Bring a hub's archive into this site: all of it or nothing. What is there already is left as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", type=Path, help="the key for the journey; FILE.key when left out")
        parser.add_argument(
            "--erasures", type=Path, help="a copy of the other site's erasures.sqlite3: who was forgotten since"
        )

    def handle(self, *_: Any, file: Path, key: Path | None, erasures: Path | None, **__: Any) -> None:
        if erasures is not None and not erasures.is_file():
            raise CommandError(f"There is no file at {erasures}.")
        try:
            manifest, forgotten = moving.move(file, key=key, erasures=erasures, say=self.stdout.write)
        except Refused as no:
            raise CommandError(str(no)) from None
        for label, count in manifest.rows.items():
            if count:
                self.stdout.write(f"{count:>9,}  {label}")
        self.stdout.write(f"Digest of the hub: {manifest.digest}, as in the archive.")
        if forgotten:
            self.stdout.write(f"Forgotten since the archive was made, and forgotten again now: {forgotten}")
        self.stdout.write(f"Here: {manifest.hub}, under /h/{manifest.address}/. Everybody signs in anew.")
