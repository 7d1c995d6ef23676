"""A real example place, served as `upwell-site demo` serves it, and a real browser to walk through it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in Path(str(item.fspath)).parts or "journeys" in Path(str(item.fspath)).parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the system; `dev.py test` has made sure that there is one."""
    names = [os.environ.get("CHROMIUM", ""), *BROWSERS]
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    assert path, "The browser tests need Chromium: install it, or set CHROMIUM=/path/to/chromium."
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


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


@pytest.fixture(scope="session")
def place() -> Iterator[Place]:
    """Start the demo in a folder of its own; end all of it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="upwell-demo-"))
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    env = {
        k: v for k, v in os.environ.items() if k not in {"DJANGO_SETTINGS_MODULE", "UPWELL_DATABASE", "UPWELL_SECRET"}
    }
    env |= {"UPWELL_DIR": str(folder)}
    log = (folder / "log.txt").open("w")
    demo = subprocess.Popen(
        [str(BIN / "upwell-site"), "demo", "--port", str(port), "--no-browser"],
        env=env,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    url = f"http://localhost:{port}"
    try:
        _wait(url, demo, folder / "log.txt")
        yield Place(url, folder, env)
    finally:
        os.killpg(demo.pid, signal.SIGINT)
        demo.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(url: str, demo: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if demo.poll() is not None:
            pytest.fail(f"the demo ended: {log.read_text()[-3000:]}")
        try:
            with urllib.request.urlopen(f"{url}/health/", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the demo did not answer: {log.read_text()[-3000:]}")


Open = Callable[..., Page]


@pytest.fixture
def open_as(place: Place, browser: Browser) -> Iterator[Open]:
    """Return a function that enters through a door and gives the page; `open_as("")` stays outside."""
    contexts: list[BrowserContext] = []

    def enter(door: str = "", *, width: int = 1280, height: int = 900, dark: bool = False, script: bool = True) -> Page:
        context = browser.new_context(
            base_url=place.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            locale="en-GB",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        if door:
            page.goto("/try/")
            page.locator("form", has_text=door).get_by_role("button").first.click()
            page.wait_for_load_state()
        return page

    yield enter
    for context in contexts:
        context.close()


def faults(page: Page) -> list[str]:
    """Return what axe finds wrong with the page as it stands."""
    if not page.evaluate("() => typeof axe !== 'undefined'"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(
        "async (tags) => (await axe.run(document, {runOnly: tags})).violations"
        ".map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | '))",
        RULES,
    )
    return list(found)


def sideways(page: Page) -> int:
    """Return how many pixels the page scrolls sideways."""
    return int(page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"))
