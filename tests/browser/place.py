"""A real example place, served as `upwell-site demo` serves it, and a real browser to walk through it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

BIN = Path(sys.executable).parent
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OTHER_WORDS = {
    "Operator": ("Operator", "Whoever runs the site"),
    "Participant": ("Participant", "Taking part", "Somebody taking part"),
}
OURS = {"DJANGO_SETTINGS_MODULE", "UPWELL_DATABASE", "UPWELL_SECRET", "UPWELL_DIR"}

Open = Callable[..., "Page"]


def chromium() -> str:
    """Return the path of the system's browser; `dev.py test` has made sure that there is one."""
    names = [os.environ.get("CHROMIUM", ""), *BROWSERS]
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    assert path, "The browser tests need Chromium: install it, or set CHROMIUM=/path/to/chromium."
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests: a second one in the same thread is refused."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield opened
        opened.close()


def mark(items: list[pytest.Item]) -> None:
    """Mark everything in these two folders as slow and as needing a browser."""
    for item in items:
        if {"browser", "journeys"} & set(Path(str(item.fspath)).parts):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


@dataclass(frozen=True, slots=True)
class Place:
    """A place that is being served."""

    url: str
    folder: Path
    env: dict[str, str]

    def site(self, *command: str) -> str:
        """Run an `upwell-site` command on this place and return what it said."""
        done = subprocess.run(
            [str(BIN / "upwell-site"), *command], env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def new_code(self, email: str) -> str:
        """Return a code to sign in with, as the one at the machine gets it."""
        said = self.site("code", email)
        found = re.search(r"Code for \S+: (\S+)", said)
        assert found, said
        return found.group(1)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(*command: str, before: tuple[tuple[str, ...], ...] = ()) -> Iterator[Place]:
    """Serve a place in a folder of its own with `upwell-site <command> --port N`; end all of it afterwards."""
    folder, port = Path(tempfile.mkdtemp(prefix="upwell-place-")), free_port()
    env = {k: v for k, v in os.environ.items() if k not in OURS} | {"UPWELL_DIR": str(folder)}
    here = Place(f"http://localhost:{port}", folder, env)
    for one in before:
        here.site(*one)
    log = folder / "log.txt"
    with log.open("w") as written:
        running = subprocess.Popen(
            [str(BIN / "upwell-site"), *command, "--port", str(port)],
            env=env,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait(here.url, running, log)
            yield here
        finally:
            os.killpg(running.pid, signal.SIGINT)
            try:
                running.wait(timeout=20)
            finally:
                if running.poll() is None:
                    os.killpg(running.pid, signal.SIGKILL)
                    running.wait()
            shutil.rmtree(folder, ignore_errors=True)


def _wait(url: str, running: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        assert running.poll() is None, f"the place ended: {log.read_text()[-3000:]}"
        try:
            with urllib.request.urlopen(f"{url}/health/", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the place did not answer: {log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def place() -> Iterator[Place]:
    """The example place, with web, worker and tick."""
    with served("demo", "--no-browser") as here:
        yield here


def enter(page: Page, door: str) -> None:
    """Come in by a door of the example, named by its label."""
    page.goto("/try/")
    for label in OTHER_WORDS.get(door, (door,)):
        heading = page.get_by_role("heading", name=re.compile(f"^{re.escape(label)}$", re.IGNORECASE))
        doors = page.locator("li").filter(has=heading)
        if doors.count():
            doors.first.get_by_role("button").click()
            page.wait_for_url(lambda url: "/try/" not in url)
            return
    raise AssertionError(f"no door is called {door}: {page.get_by_role('heading', level=2).all_inner_texts()}")


@pytest.fixture
def open_as(place: Place, browser: Browser) -> Iterator[Open]:
    """Return a function that enters through a door and gives the page; `open_as("")` stays outside."""
    contexts: list[BrowserContext] = []

    def opened(door: str = "", *, width: int = 1280, dark: bool = False, script: bool = True, url: str = "") -> Page:
        context = browser.new_context(
            base_url=url or place.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            accept_downloads=True,
            locale="en-GB",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        if door:
            enter(page, door)
        return page

    yield opened
    for context in contexts:
        context.close()


def faults(page: Page) -> list[str]:
    """Return what axe finds wrong with the page as it stands."""
    if not page.evaluate("() => typeof axe !== 'undefined'"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(
        "async (tags) => (await axe.run(document, {runOnly: tags, resultTypes: ['violations']})).violations"
        ".map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | '))",
        RULES,
    )
    return list(found)


def colours(page: Page) -> list[str]:
    """Return only the faults of contrast: all that another colour scheme can add."""
    found = page.evaluate(
        "async () => (await axe.run(document, {runOnly: {type: 'rule', values: ['color-contrast',"
        " 'link-in-text-block']}, resultTypes: ['violations']})).violations"
        ".map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | '))"
    )
    return list(found)


def sideways(page: Page) -> int:
    """Return how many pixels the page scrolls sideways."""
    return int(page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"))
