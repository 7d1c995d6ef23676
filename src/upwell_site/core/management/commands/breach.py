"""`upwell-site breach HUB "what happened"`: start the 72 hours of a hub, for whoever runs the machine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from upwell_site.core.actions.data_requests import open_breach
from upwell_site.core.models import Hub
from upwell_site.core.refused import Refused


class Command(BaseCommand):
    """Tell a hub that something went wrong with its people's data."""

    help = "Tell a hub that something went wrong with its people's data; its 72 hours start."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the hub, what happened and since when it is known."""
        parser.add_argument("hub", help="the hub's short name, as in its address")
        parser.add_argument("words", help="what happened, in plain words")
        parser.add_argument("--hours", type=int, default=0, help="how many hours ago it was noticed (0)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Open the request; the hub's admins get a letter without its words."""
        hub = Hub.objects.filter(slug=options["hub"]).first()
        if hub is None:
            raise CommandError(f"There is no hub {options['hub']}.")
        noticed = timezone.now() - timedelta(hours=options["hours"])
        try:
            row = open_breach(by=None, hub=hub, words=options["words"], noticed_at=noticed)
        except Refused as no:
            raise CommandError(str(no)) from None
        self.stdout.write(
            f"Written down. Report it by {timezone.localtime(row.due_at):%d %B %Y, %H.%M}, if you have to."
        )
