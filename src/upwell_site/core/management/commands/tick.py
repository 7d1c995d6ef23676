"""`upwell-site tick`: what happens by itself. Safe to start twice."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections, connection

from upwell_site.core import clock, doctor


class Command(BaseCommand):
    help = "Do what is due: end jobs whose worker died, pause conversations, delete what was kept long enough."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=int, default=0, metavar="SECONDS", help="go on, once every so often")

    def handle(self, *_: Any, every: int, **__: Any) -> None:
        if not every:
            doctor.beat("tick")
            for name, count in clock.tick().items():
                self.stdout.write(f"{name}: {count}")
            return
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        while not ended.is_set():
            try:
                doctor.beat("tick")
                clock.tick()
            except Error:
                connection.close()  # the database was away; the next round asks again
            close_old_connections()
            ended.wait(every)
