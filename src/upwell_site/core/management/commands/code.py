"""`upwell-site code EMAIL`: a code to sign in with, for a site without mail."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from upwell_site.core.door.codes import give_code
from upwell_site.core.letters import absolute
from upwell_site.core.models import User


class Command(BaseCommand):
    """Print a code that signs one address in."""

    help = "Print a code for somebody to sign in with. It works once, within 15 minutes."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address."""
        parser.add_argument("email", help="the address somebody signs in with")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the code, and where to type it."""
        email = options["email"].strip().lower()
        if not User.objects.filter(email=email, is_active=True).exists():
            raise CommandError(f"Nobody here signs in with {email}. Invite them first.")
        where = absolute(reverse("account_login"))
        self.stdout.write(f"Code for {email}: {give_code(email)}")
        self.stdout.write(f"Open {where}, write the address, then this code. It works once, within 15 minutes.")
