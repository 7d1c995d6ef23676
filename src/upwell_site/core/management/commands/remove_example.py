"""`upwell-site remove-example`: take the example place away."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from upwell_site.core.actions.begin import remove_example


class Command(BaseCommand):
    """Remove the example, in one step."""

    help = "Remove the example place and everything in it. Your own hubs stay."

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove it, and say how much went."""
        gone = remove_example(by=None)
        self.stdout.write(f"Removed {gone} example hubs. `upwell-site start` begins with your own place.")
