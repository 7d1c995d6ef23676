"""The connect app."""

from __future__ import annotations

from django.apps import AppConfig


class ConnectConfig(AppConfig):
    name = "upwell_site.connect"
    label = "connect"
