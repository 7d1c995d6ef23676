"""`upwell-site start`: begin with your own place, by answering questions or by options."""

from __future__ import annotations

import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse

from upwell_site.core.actions import begin
from upwell_site.core.door.codes import give_code
from upwell_site.core.door.first import mail_is_set, start_key
from upwell_site.core.door.mail_test import try_mail
from upwell_site.core.letters import absolute
from upwell_site.core.models import Hub
from upwell_site.core.refused import Refused

QUESTIONS = (
    ("name", "Name of your hub", True),
    ("controller", "The organisation responsible for people's data", True),
    ("org_id", "Its number in a register, like GB-CHC-1234567 (Enter to leave out)", False),
    ("place", "Where it is: a council area, or the first half of a postcode (Enter to leave out)", False),
    ("my_name", "Your name", True),
    ("email", "Your e-mail address", True),
    ("safeguarding_email", "E-mail of your safeguarding lead (Enter: nobody yet, so no under-18s)", False),
)


class Command(BaseCommand):
    """Start a place."""

    help = "Start your own place: asks what it needs, or takes it from options with --yes."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take every answer as an option too."""
        for name, about, _needed in QUESTIONS:
            parser.add_argument(f"--{name.replace('_', '-')}", dest=name, default="", help=about)
        parser.add_argument("--kind", default="hub", choices=Hub.Kind.values)
        parser.add_argument("--safeguarding-name", dest="safeguarding_name", default="")
        parser.add_argument("--yes", action="store_true", help="ask nothing; you say that you are 18 or over")
        parser.add_argument("--test-mail", action="store_true", help="send a letter to your address first")
        parser.add_argument("--page", action="store_true", help="print the key for doing this on a page instead")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, start, and say what comes next."""
        if not begin.is_empty():
            raise CommandError("This site was started already. `upwell-site code EMAIL` prints a code to sign in.")
        if options["page"]:
            self.stdout.write(f"Open {absolute(reverse('start'))} and write this key: {start_key()}")
            return
        answers = {name: options[name] for name, _about, _needed in QUESTIONS}
        if not options["yes"]:
            self._ask(answers)
        self._check(answers)
        if options["test_mail"] and (problem := try_mail(answers["email"])):
            raise CommandError(problem)
        try:
            begun = begin.start(
                by=begin.Beginning(
                    **answers, kind=options["kind"], safeguarding_name=options["safeguarding_name"], mail=mail_is_set()
                )
            )
        except (Refused, ValueError) as no:
            raise CommandError(str(no)) from None
        self._tell(begun)

    def _ask(self, answers: dict[str, str]) -> None:
        if not sys.stdin.isatty() and not all(answers[name] for name, _a, needed in QUESTIONS if needed):
            raise CommandError("Nobody is there to answer. Give the answers as options, and --yes.")
        for name, about, needed in QUESTIONS:
            while not answers[name]:
                answers[name] = input(f"{about}: ").strip()
                if not needed:
                    break

    def _check(self, answers: dict[str, str]) -> None:
        for name, about, needed in QUESTIONS:
            if needed and not answers[name].strip():
                raise CommandError(f"Missing: {about} (--{name.replace('_', '-')}).")
        for name in ("email", "safeguarding_email"):
            try:
                if answers[name]:
                    validate_email(answers[name].strip())
            except ValidationError:
                raise CommandError(f"{answers[name]} is not an e-mail address.") from None

    def _tell(self, begun: begin.Begun) -> None:
        self.stdout.write(f"{begun.hub.name} is open: {absolute(f'/h/{begun.hub.slug}/')}")
        if begun.safeguarding_key:
            link = absolute(reverse("invitation", args=[begun.safeguarding_key]))
            self.stdout.write(f"Give this link to your safeguarding lead (once, within 14 days): {link}")
        else:
            self.stdout.write("No under-18s until somebody looks after safeguarding: `upwell-site appoint`.")
        if not mail_is_set():
            self.stdout.write("No mail server is set yet: letters wait in the outbox.")
        self.stdout.write(f"Sign in at {absolute(reverse('account_login'))} as {begun.user.email}")
        self.stdout.write(f"with this code, within 15 minutes: {give_code(begun.user.email)}")
