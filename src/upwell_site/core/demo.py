"""The parent of the example's processes: starts web, worker and tick, and takes them along when it ends."""

from __future__ import annotations

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

HOST = "127.0.0.1"
STARTS_WITHIN = 120.0  # two seconds on a machine that is free; this is for one that is not
ENDS_WITHIN = 8.0
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def free_port(wanted: int) -> int:
    """Return `wanted` when nobody listens there, or else a free one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind((HOST, port))
                return int(probe.getsockname()[1])
    raise OSError("no port is free")


@dataclass(slots=True)
class Children:
    """The processes of a demo, each with a group of its own so that its own children end with it."""

    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *command: str) -> None:
        """Start `upwell-site <command>`."""
        here = [sys.executable, "-c", "from upwell_site.cli import main; main()", *command]
        self.running.append(subprocess.Popen(here, start_new_session=True, preexec_fn=_die_with_parent))

    def ended(self) -> bool:
        """Whether one of them ended by itself."""
        return any(child.poll() is not None for child in self.running)

    def stop(self) -> None:
        """End them all: first asked, then made to."""
        _signal(self.running, signal.SIGTERM)
        until = time.monotonic() + ENDS_WITHIN
        for child in self.running:
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.1, until - time.monotonic()))
        _signal(self.running, signal.SIGKILL)
        for child in self.running:
            child.wait()


def _signal(children: Sequence[subprocess.Popen[bytes]], number: int) -> None:
    for child in children:
        with suppress(ProcessLookupError, PermissionError):
            if number == signal.SIGTERM and child.poll() is None:
                child.send_signal(number)
            elif number == signal.SIGKILL:
                os.killpg(child.pid, number)  # also what a child that ended by itself left behind


def _die_with_parent() -> None:
    """Ask the system to end this process when its parent is gone, even if that was killed with -9."""
    if LIBC is not None:
        LIBC.prctl(DIES_WITH_PARENT, signal.SIGTERM)


def answers(port: int) -> bool:
    """Whether the site on `port` says that it is well."""
    line = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        line.request("GET", "/health/")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def wait_until_up(port: int, children: Children) -> bool:
    """Wait until the site answers; False when a child ended or it took too long."""
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and not children.ended():
        if answers(port):
            return True
        time.sleep(0.1)
    return False
