"""`upwell-site records`: the record of processing and the beginning of an impact assessment, as text."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from upwell_site.core import records
from upwell_site.core.models import Hub


class Command(BaseCommand):
    """Print what is kept about people, why, how long, and who may read it."""

    help = "Print the record of processing (art. 30) and the beginning of an impact assessment."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the hub, if it is for one."""
        parser.add_argument("--hub", default="", help="the hub's short name; without it: for the whole site")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it; redirect it into a file to keep it."""
        hub = None
        if options["hub"]:
            hub = Hub.objects.filter(slug=options["hub"]).first()
            if hub is None:
                raise CommandError(f"There is no hub {options['hub']}.")
        self.stdout.write(records.markdown(records.record(hub)))
