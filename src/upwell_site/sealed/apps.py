"""The sealed app."""

from __future__ import annotations

from django.apps import AppConfig


class SealedConfig(AppConfig):
    name = "upwell_site.sealed"
    label = "sealed"

    def ready(self) -> None:
        from upwell_site.core import archive, backup
        from upwell_site.sealed import ask, keys, moving

        backup.vaults.append(backup.Vault(ask.keys_needed, keys.lacking))
        archive.sealers.append(
            archive.Sealer(moving.RENEWED, moving.new_key, moving.name_of, moving.leave, moving.arrive)
        )
