"""`upwell-site backup`: one file with everything but the keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from upwell_site.core import backup, ledger


class Command(BaseCommand):
    help = "Write everything this site keeps into one file, while it goes on serving."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=Path(settings.DIR) / "backups", help="the folder to write into")

    def handle(self, *_: Any, to: Path, **__: Any) -> None:
        file = backup.make(to)
        self.stdout.write(f"Written: {file} ({file.stat().st_size / 1e6:.1f} MB). Copy it to another machine.")
        secret = Path(settings.DIR) / "secret"
        self.stdout.write(
            f"The key of this site is not in it. Keep {secret} (or UPWELL_SECRET) apart, in a safe place: "
            "without it everybody has to sign in again and links in letters stop working."
        )
        self.stdout.write(
            f"Nor is the key of sealed rows. Keep {settings.SEALED_KEY} apart too, and not beside the backups: "
            "without it nobody can ever read a concern again, and whoever has both can read them all."
        )
        if ledger.path().exists():
            self.stdout.write(
                f"Nor is {ledger.path()}: who was forgotten here. It only grows. Copy it beside the backups each time, "
                "so that an old backup brings nobody back."
            )
