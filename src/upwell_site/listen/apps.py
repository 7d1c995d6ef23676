"""The listen app."""

from __future__ import annotations

from django.apps import AppConfig


class ListenConfig(AppConfig):
    name = "upwell_site.listen"
    label = "listen"

    def ready(self) -> None:
        from upwell_site.listen import heard  # noqa: F401 - registers its panels, needs and searches
