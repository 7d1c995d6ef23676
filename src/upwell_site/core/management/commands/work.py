"""`upwell-site work`: runs the jobs and sends the letters."""

from __future__ import annotations

import logging
import signal
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections, connection

from upwell_site.core import doctor, jobs, outbox, safe_start

log = logging.getLogger("upwell.work")
IDLE = 1.0  # seconds between two looks when there is nothing to do
BEAT = 60.0  # seconds between two signs of life
OUT_OF_REACH = 60.0  # seconds until the next try when the mail server does not answer


class Command(BaseCommand):
    help = "Run jobs and send letters until told to end. Several may run at once, on one machine or many."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what waits now, then end")

    def handle(self, *_: Any, once: bool, **__: Any) -> None:
        safe_start.check_forgotten()  # nobody who was forgotten gets a letter
        if once:
            ran = 0
            while jobs.work_one():
                ran += 1
            self.stdout.write(f"jobs: {ran}, letters: {outbox.send_due()}")
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: jobs.leaving.set())
        # Letters have a thread of their own: a code to sign in with must not wait behind a long job.
        sender = threading.Thread(target=_send_letters, name="sender")
        sender.start()
        while not jobs.leaving.is_set():
            _alive()
            _once_more(_work, IDLE)
        sender.join()


def _alive(seen: list[float] = [0.0]) -> None:  # noqa: B006 - one for the process
    """Leave a sign of life, once a minute."""
    if time.monotonic() - seen[0] > BEAT:
        seen[0] = time.monotonic()
        doctor.beat("worker")


def _send_letters() -> None:
    while not jobs.leaving.is_set():
        _alive()  # here too: a job may take an hour
        _once_more(_send, OUT_OF_REACH)
    connection.close()


def _work() -> float:
    return 0.0 if jobs.work_one() else IDLE


def _send() -> float:
    went = outbox.send_one()
    return 0.0 if went else OUT_OF_REACH if went is False else IDLE


def _once_more(do: Any, pause: float) -> None:
    """Do one thing and wait as long as it says; a database that is away for a moment ends nothing."""
    try:
        pause = do()
    except Error as problem:
        log.error("the database: %s", type(problem).__name__)
        connection.close()
    close_old_connections()
    if pause:
        jobs.leaving.wait(pause)
