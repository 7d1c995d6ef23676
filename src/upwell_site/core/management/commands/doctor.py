"""`upwell-site doctor`: what is wrong with this site, and what to do."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from upwell_site.core import doctor


class Command(BaseCommand):
    help = "Say in plain words what is wrong with this site and what to do. Ends with 1 when something is."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for another program to read")

    def handle(self, *_: Any, **how: Any) -> None:
        found = doctor.examine()
        bad = [one for one in found if not one.well]
        if how["json"]:
            self.stdout.write(json.dumps(doctor.plain(found), indent=1))
        else:
            for one in found:
                self.stdout.write(f"{'fine' if one.well else 'LOOK'}  {one.name}: {one.said}")
                if not one.well:
                    self.stdout.write(f"      {one.do}")
            self.stdout.write("All is well." if not bad else f"{len(bad)} things need you.")
        if bad:
            sys.exit(1)
