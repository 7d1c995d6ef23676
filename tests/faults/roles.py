"""Many people of all roles and both hubs at one worker, over connections they share: nobody gets another's page."""

from __future__ import annotations

import hashlib
import http.client
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.faults.place import Site, migrated

AT_ONCE = 16  # connections
PATHS = ("you/", "home/", "", "people/", "discussions/", "programmes/", "talks/", "you/everything/", "organisations/")
WHO = (
    "adult", "listed", "young", "unknown", "mentor", "organiser", "lead", "safe", "deputy", "admin", "evaluator",
    "convenor", "ended", "asleep", "lead2", "organiser2",
)  # fmt: skip
# What differs each time on one page: keys of forms, nonces, the minute.
CHANGES = re.compile(
    r'name="(csrfmiddlewaretoken|once)" value="[^"]*"|nonce-[^"\']*|nonce="[^"]*"|\b\d{1,2}:\d\d\b|X-CSRFToken[^}]*'
)


@dataclass
class Figures:
    """What the crowd saw."""

    people: int = 0
    pages: int = 0
    unchanged: int = 0  # answered with 304: the browser's own copy
    mixed: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def bad(self) -> int:
        """How many things went wrong."""
        return len(self.mixed)

    def lines(self) -> Iterator[str]:
        """Yield the report."""
        yield f"{self.pages} pages for {self.people} people, {self.unchanged} of them unchanged, {self.seconds:.0f} s"
        yield f"mixed {len(self.mixed)}; answers {dict(sorted(self.statuses.items()))}"
        yield from self.mixed[:20]


@dataclass(frozen=True, slots=True)
class Page:
    """What one person gets at one address when nobody else is there."""

    status: int
    mark: str
    tag: str


def plain(body: bytes) -> str:
    """Return a mark of a page without what changes each time."""
    return hashlib.sha256(CHANGES.sub("", body.decode("utf-8", "replace")).encode()).hexdigest()


def run(
    times: int = 20_000, seed: int = 1, on: str = "sqlite", say: Any = None,
    *, who: tuple[str, ...] = WHO, paths: tuple[str, ...] = PATHS,
) -> Figures:  # fmt: skip
    """Ask for `times` pages in any order, and hold each against what the same person got alone."""
    figures, dice = Figures(), Random(f"roles {seed}")
    with Site(on) as site:
        migrated(site)
        everybody = site.ask("world")
        site.web = site._start("serve", "--port", str(site.port), "--workers", "1")
        site.start(worker=False)
        cast = {name: one for name, one in everybody.items() if name.partition("@")[0] in who}
        cast["nobody"] = {"hub": "here", "name": "", "cookies": {}}
        figures.people = len(cast)
        asks = [(name, f"/h/{hub}/{path}") for name in cast for hub in ("here", "there") for path in paths]
        alone = _alone(site, cast, asks)
        names = {one["name"]: who for who, one in cast.items() if one["name"]}
        for (name, path), (body, _page) in alone.items():
            if path.endswith("/you/"):  # the one page on which nobody but oneself stands
                own = cast[name]["name"] if path == f"/h/{cast[name]['hub']}/you/" else ""
                seen = {other for other in names if other.encode() in body}
                if seen != {own} - {""}:
                    figures.mixed.append(f"{name} finds {seen or 'nobody'} on {path}")
        began = time.monotonic()
        _crowd(site, cast, {key: page for key, (_body, page) in alone.items()}, dice, times, figures)
        figures.seconds = time.monotonic() - began
    return figures


def _ask(link: http.client.HTTPConnection, path: str, cookies: dict[str, str], tag: str = "") -> tuple[int, bytes, str]:
    headers = {"Host": f"localhost:{link.port}", "Accept-Language": "en"}
    if cookies:
        headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in cookies.items())
    if tag:
        headers["If-None-Match"] = tag
    link.request("GET", path, headers=headers)
    answer = link.getresponse()
    return answer.status, answer.read(), answer.headers.get("ETag", "")


def _alone(site: Site, cast: dict[str, Any], asks: list[tuple[str, str]]) -> dict[tuple[str, str], tuple[bytes, Page]]:
    """Return what each gets at each address, one after another; twice, so that what a first look writes is written."""
    found = {}
    with closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)) as link:
        for who, path in [*asks, *asks]:
            status, body, tag = _ask(link, path, cast[who]["cookies"])
            found[who, path] = body, Page(status, plain(body), tag)
    return found


def _crowd(
    site: Site, cast: dict[str, Any], alone: dict[tuple[str, str], Page], dice: Random, times: int, figures: Figures
) -> None:
    keys = list(alone)
    todo = iter([(dice.choice(keys), dice.random() < 0.3) for _ in range(times)])
    turn = threading.Lock()

    def work() -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)) as link:
            go(link)

    def go(link: http.client.HTTPConnection) -> None:
        """One line, many people in turn."""
        while True:
            with turn:
                one = next(todo, None)
            if one is None:
                return
            (who, path), has_copy = one
            page = alone[who, path]
            status, body, _tag = _ask(link, path, cast[who]["cookies"], page.tag if has_copy else "")
            wrong = "" if status == 304 and has_copy and page.tag else _differs(page, status, body)
            with turn:
                figures.pages += 1
                figures.statuses[status] += 1
                figures.unchanged += status == 304
                if wrong:
                    figures.mixed.append(f"{who} at {path}: {wrong}")

    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _differs(page: Page, status: int, body: bytes) -> str:
    if status != page.status:
        return f"{status} instead of {page.status}"
    return "" if plain(body) == page.mark else "another page than alone"
