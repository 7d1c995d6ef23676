"""`upwell-site operator EMAIL`: make somebody run this site."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from upwell_site.core.actions.begin import make_operator


class Command(BaseCommand):
    """Make somebody an operator."""

    help = "Make somebody run this site. They need a second step before it counts."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address."""
        parser.add_argument("email", help="the address they sign in with")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them an operator; their sign-in is made when there is none."""
        try:
            validate_email(options["email"].strip())
        except ValidationError as problem:
            raise CommandError("Write an e-mail address like name@example.org.") from problem
        user = make_operator(by=None, email=options["email"])
        self.stdout.write(f"{user.email} runs this site now. `upwell-site code {user.email}` prints a code to sign in.")
