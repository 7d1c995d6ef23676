"""`upwell-site reset-second-step EMAIL`: for somebody who lost their phone and their printed codes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from upwell_site.core.actions.sign_in import reset_second_step
from upwell_site.core.refused import Refused


class Command(BaseCommand):
    """Let somebody choose a second step anew."""

    help = "Take away somebody's passkeys, app and printed codes, and end their sessions. Make sure first it is them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address."""
        parser.add_argument("email", help="the address they sign in with")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take everything away, and say what comes next."""
        try:
            user = reset_second_step(by=None, email=options["email"])
        except Refused as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{user.email} has no second step now and is signed out everywhere. A letter tells them.")
        self.stdout.write("They sign in with a code by e-mail, and choose a new second step before their role counts.")
