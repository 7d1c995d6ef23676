"""Mail servers on loopback: a good one, one that drips, one that never answers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.factories.machinery import make_hub
from upwell_site.core.models import Hub
from upwell_site.core.sender import DEADLINE

assert DEADLINE <= 20


@pytest.fixture
def hub(db: None) -> Hub:
    return make_hub(name="Bell Street Hub", slug="bell-street")


class Post:
    """What a mail server took, and how it answers."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.answer = "250 OK"
        self.rcpt_answer = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.rcpt_answer:
            return self.rcpt_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.letters.append(envelope)
        return self.answer


@pytest.fixture
def post_office(settings: Any) -> Iterator[Post]:
    """A mail server that takes letters."""
    post = Post()
    controller = Controller(post, hostname="127.0.0.1", port=_port())
    controller.start()
    use(settings, controller.port)
    yield post
    controller.stop()


def use(settings: Any, port: int) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
    settings.EMAIL_HOST_USER = ""


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def closed_port() -> int:
    return _port()


def _server(serve: Callable[[socket.socket], None]) -> tuple[socket.socket, int]:
    door = socket.create_server(("127.0.0.1", 0))

    def loop() -> None:
        with suppress(OSError):
            while True:
                line, _ = door.accept()
                with line, suppress(OSError):
                    serve(line)

    threading.Thread(target=loop, daemon=True).start()
    return door, door.getsockname()[1]


@pytest.fixture
def drip() -> Iterator[int]:
    """A server that says its greeting letter by letter and never comes to an end."""

    def serve(line: socket.socket) -> None:
        line.sendall(b"220-")
        while True:
            line.sendall(b"x")
            time.sleep(0.05)

    door, port = _server(serve)
    yield port
    door.close()


@pytest.fixture
def black_hole() -> Iterator[int]:
    """A server that takes the call and says nothing."""

    def serve(line: socket.socket) -> None:
        while line.recv(1000):
            pass

    door, port = _server(serve)
    yield port
    door.close()


@pytest.fixture
def forgetful() -> Iterator[tuple[int, list[bytes]]]:
    """A mail server that takes a whole letter and says nothing more."""
    taken: list[bytes] = []

    def talk(line: socket.socket) -> None:
        with suppress(OSError), line, line.makefile("rb") as reader:
            line.sendall(b"220 here\r\n")
            for word in reader:
                line.sendall(b"354 go on\r\n" if word.startswith(b"data") else b"250 fine\r\n")
                if word.startswith(b"data"):
                    taken.append(b"".join(iter(reader.readline, b".\r\n")))
                    time.sleep(2)

    def serve(door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=talk, args=(door.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=serve, args=(door,), daemon=True).start()
        yield door.getsockname()[1], taken
