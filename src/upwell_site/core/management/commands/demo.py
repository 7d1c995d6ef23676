"""`upwell-site demo`: the example place, in your browser."""

from __future__ import annotations

import os
import signal
import sys
import threading
import webbrowser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from upwell_site.core import demo, walls
from upwell_site.core.models import Hub, Site, User


class Command(BaseCommand):
    help = "Start the example place on this machine. Ctrl-C ends it; what you changed is kept for the next time."
    requires_system_checks: list[str] = []  # starting is quicker without

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=0, help="8000 when left out, or a free one if that is taken")
        parser.add_argument("--fresh", action="store_true", help="begin again: what was changed in the example is lost")
        parser.add_argument("--no-browser", action="store_true", help="only print the address")

    def handle(self, *_: Any, port: int, fresh: bool, no_browser: bool, **__: Any) -> None:
        place = demo.free_port(port or 8000)
        if port and place != port:
            raise CommandError(f"Port {port} is taken. Leave --port out to get one that is free.")
        prepare(fresh=fresh)
        connection.close()
        os.environ["UPWELL_URL"] = f"http://{demo.HOST}:{place}"
        ended = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: ended.set())
        children = demo.Children()
        try:
            children.start("serve", "--host", demo.HOST, "--port", str(place))
            if not demo.wait_until_up(place, children):
                raise CommandError("The example did not start. What it said stands above.")
            children.start("work")  # after the web: on a small machine they would slow its first answer
            children.start("tick", "--every", "60")
            self.say_where(place, no_browser)
            while not ended.wait(0.5):
                if children.ended():
                    raise CommandError("A part of the example ended by itself. What it said stands above.")
        finally:
            children.stop()
        self.stdout.write("\nEnded. Nothing is running any more.")

    def say_where(self, port: int, no_browser: bool) -> None:
        """Print the address, and open it where there is a screen."""
        doors = f"http://{demo.HOST}:{port}/try/"
        self.stdout.write(f"\nUpwell is here: http://{demo.HOST}:{port}/\nCome in as somebody: {doors}")
        self.stdout.write("The people and organisations are invented. Press Ctrl-C to end.\n")
        self.stdout.flush()
        screen = sys.platform != "linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        if screen and not no_browser:
            webbrowser.open(doors)


def prepare(*, fresh: bool) -> None:
    """Make the example's database ready: migrated, marked as an example, and with the example place in it."""
    if fresh:
        begin_again()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()) or walls.missing():
        if not connection.introspection.table_names():
            sys.stdout.write("Making the example place. This takes a moment, once.\n")
            sys.stdout.flush()
        call_command("migrate", verbosity=0, interactive=False)
    if not Site.is_example():
        if Hub.objects.filter(example=False).exists() or User.objects.exists() or Site.objects.exists():
            raise CommandError(
                f"{settings.DIR} holds a real site. The example needs a folder of its own: leave UPWELL_DIR out."
            )
        Site.objects.update_or_create(pk=1, defaults={"example": True})
    if not Hub.objects.exists() and "example" in get_commands():
        call_command("example", verbosity=0)


def begin_again() -> None:
    """Delete the example's database file. Never one of a real site."""
    file = Path(str(connection.settings_dict["NAME"]))
    if not file.exists():
        return
    if "core_site" in connection.introspection.table_names() and not Site.is_example():
        raise CommandError(f"{settings.DIR} holds a real site. --fresh is for the example only.")
    connection.close()
    for end in ("", "-wal", "-shm"):
        Path(f"{file}{end}").unlink(missing_ok=True)
