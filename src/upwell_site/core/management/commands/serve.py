"""`upwell-site serve`: the web server."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from upwell_site.core import safe_start

MOST = 4

ENDS_WITHIN = 5  # seconds


class Command(BaseCommand):
    help = "Serve the site. Put a proxy in front of it for https (docs/guides/own-domain.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
        parser.add_argument("--port", type=int, default=8000)
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        parser.add_argument("--workers", type=int, default=min(cores, MOST), help="processes (one a core, 4 at most)")

    def handle(self, *_: Any, host: str, port: int, workers: int, **__: Any) -> None:
        # One request at a time a process: SQLite has one writer, and one thread keeps one connection warm.
        how = ["--interface", "wsgi", "--workers", str(workers), "--blocking-threads", "1", "--no-ws"]
        os.environ["UPWELL_SERVES_ON"] = host  # a demo's doors refuse to stand open to others than this machine
        safe_start.check()  # here, with one clear sentence; the workers check again
        where = ["--host", host, "--port", str(port), "--log-level", "warning"]
        where += ["--workers-kill-timeout", str(ENDS_WITHIN)]  # else a browser that stays connected holds up the end
        site = "upwell_site.project.wsgi:application"
        command = [sys.executable, "-m", "granian", *how, *where, "--respawn-failed-workers", site]
        os.execv(sys.executable, command)  # noqa: S606 - no shell is wanted
