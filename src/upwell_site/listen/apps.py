"""The listen app."""

from __future__ import annotations

from django.apps import AppConfig


class ListenConfig(AppConfig):
    name = "upwell_site.listen"
    label = "listen"

    def ready(self) -> None:
        from upwell_site.listen import heard  # noqa: F401 - registers its panels, needs and searches
        from upwell_site.listen.actions import votes  # noqa: F401 - keeps the votes of links that are claimed
