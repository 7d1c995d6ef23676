"""`upwell-site example`: load the example place into an empty database, or empty it again."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from upwell_site.core import example
from upwell_site.core.refused import Refused


class Command(BaseCommand):
    help = "Load the example: Leeds's real geography, invented people. Only into an empty database, or over an example."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", type=int, default=400, metavar="N", help="how many people (400)")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed gives the same people (1)")
        parser.add_argument("--remove", action="store_true", help="empty the database of the example, in one step")

    def handle(self, *args: Any, size: int, seed: int, remove: bool, **options: Any) -> None:
        began = time.monotonic()
        try:
            if remove:
                example.remove()
                self.stdout.write("The example is gone. The places are still there.")
                return
            world = example.load(size=size, seed=seed)
        except Refused as problem:
            raise CommandError(str(problem)) from None
        people = sum(len(world.people(slug)) for slug in world.hubs)
        self.stdout.write(f"{people} invented people in {len(world.hubs)} hubs, {time.monotonic() - began:.1f} s.")
