"""`upwell-site retention`: what goes because its time is over."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from upwell_site.core import retention


class Command(BaseCommand):
    help = "Let go of what was kept long enough, as `tick` does each day. With --preview, only say what goes and when."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--preview", action="store_true", help="change nothing")
        parser.add_argument("--days", type=int, default=retention.AHEAD, help="how far --preview looks ahead")

    def handle(self, *_: Any, preview: bool, days: int, **__: Any) -> None:
        if preview:
            for line in retention.preview(days=days):
                self.stdout.write(f"{line.first}  {line.count:>8}  {line.name}")
            return
        gone = 0
        while some := retention.run():
            gone += some
        self.stdout.write(f"Gone: {gone}")
