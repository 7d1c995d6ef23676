"""The listen app."""

from __future__ import annotations

from django.apps import AppConfig


class ListenConfig(AppConfig):
    name = "upwell_site.listen"
    label = "listen"
