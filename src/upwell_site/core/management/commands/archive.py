"""`upwell-site archive HUB --to FILE`: one hub in one file, to move it or to keep it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from upwell_site.core import archive
from upwell_site.core.models import Hub
from upwell_site.core.refused import Refused


class Command(BaseCommand):
    help = "Write everything of one hub into one file, in a form that any site of this version takes in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("hub", help="the hub's short name in its address")
        parser.add_argument("--to", type=Path, required=True, help="the file to write, which must not be there yet")

    def handle(self, *_: Any, hub: str, to: Path, **__: Any) -> None:
        found = Hub.objects.filter(slug=hub).first()
        if found is None:
            raise CommandError(f"There is no hub with the short name {hub}.")
        try:
            manifest = archive.write(found, to)
        except Refused as no:
            raise CommandError(str(no)) from None
        for label, count in manifest.rows.items():
            if count:
                self.stdout.write(f"{count:>9,}  {label}")
        self.stdout.write(f"Digest of the hub: {manifest.digest}")
        self.stdout.write(f"Written: {to} ({to.stat().st_size / 1e6:.1f} MB). It holds people's data: keep it safe.")
        if manifest.key:
            self.stdout.write(
                f"Sealed rows are in it. Their key for the journey is {archive.key_file(to)}: carry it apart from the "
                "archive, and delete it when the hub has arrived. Whoever has both can read them."
            )
