"""`upwell-site appoint HUB EMAIL`: a hub's first admin or its safeguarding lead, when nobody there can."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from upwell_site.core.actions.invitations import invite_first
from upwell_site.core.letters import absolute
from upwell_site.core.models import Hub


class Command(BaseCommand):
    """Invite a hub's first admin or safeguarding lead."""

    help = "Invite a hub's first admin or safeguarding lead. The role counts once they accept."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the hub, the address, the name and the role."""
        parser.add_argument("hub", help="the hub's short name, as in its address")
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument("--as", dest="role", choices=["admin", "safeguarding"], default="admin")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the invitation and print its link."""
        hub = Hub.objects.filter(slug=options["hub"]).first()
        if hub is None:
            raise CommandError(f"There is no hub {options['hub']}.")
        _row, key = invite_first(hub=hub, address=options["email"], name=options["name"], role=options["role"])
        where = absolute(reverse("invitation", args=[key]))
        self.stdout.write(f"Give this link to {options['email']}: {where}")
        self.stdout.write("It works once, within 14 days.")
