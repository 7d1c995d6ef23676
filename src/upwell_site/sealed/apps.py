"""The sealed app."""

from __future__ import annotations

from django.apps import AppConfig


class SealedConfig(AppConfig):
    name = "upwell_site.sealed"
    label = "sealed"

    def ready(self) -> None:
        from upwell_site.core import backup
        from upwell_site.sealed import ask, keys

        backup.vaults.append(backup.Vault(ask.keys_needed, keys.lacking))
