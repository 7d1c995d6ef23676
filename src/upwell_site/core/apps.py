"""Start of the core app: walls between hubs are put up after every migration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.management import call_command
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "upwell_site.core"
    label = "core"

    def ready(self) -> None:
        from upwell_site.core import needs, searches, ways  # noqa: F401 - each registers itself

        autodiscover_modules("panels")  # boxes of later verbs
        pre_migrate.connect(_before, sender=self)
        post_migrate.connect(_after, sender=self)
        from upwell_site.core.door import enter

        enter.listen()


def _before(using: str, **_: Any) -> None:
    from upwell_site.core import walls

    walls.take_down(using)


def _after(using: str, plan: Any = None, **_: Any) -> None:
    from upwell_site.core import walls

    call_command("createcachetable", database=using, verbosity=0)
    walls.put_up(using)
