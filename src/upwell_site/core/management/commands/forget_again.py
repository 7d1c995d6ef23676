"""`upwell-site forget-again`: after an old copy of the database was put back by hand."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from upwell_site.core import erase, ledger


class Command(BaseCommand):
    help = "Forget again whoever was forgotten and came back with an older database. `restore` does it by itself."

    def handle(self, *_: Any, **__: Any) -> None:
        if strange := ledger.strange_keys():
            raise CommandError(f"{strange} people were forgotten under another secret of this site. Put it back first.")
        self.stdout.write(f"Forgotten again: {erase.again()}")
