"""A backup while people write, a machine lost, and the way back: the same rows, and nobody back who was forgotten."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.browser import Browser, Journal, Sent
from tests.faults.deeds import Person
from tests.faults.place import Site, made

CLIENTS = 2
FIRST = 12  # deeds before the backup begins


@dataclass
class Figures:
    """What came back, and how long it took."""

    people: int = 0
    tables: int = 0
    rows: int = 0
    before: int = 0  # deeds acknowledged before the backup began: all of these are in it
    meanwhile: int = 0
    backup: float = 0.0
    rto: float = 0.0
    megabytes: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def bad(self) -> int:
        """How many things went wrong."""
        return len(self.wrong)

    def lines(self) -> Iterator[str]:
        """Yield the report."""
        size = f"{self.rows} rows in {self.tables} tables, {self.megabytes:.1f} MB"
        yield f"{self.people} people, {size}: wrong {self.bad}"
        yield f"backup {self.backup:.1f} s while {self.meanwhile} deeds were done; RPO 0 of {self.before} before it"
        yield f"RTO {self.rto:.1f} s: restored, forgotten again, walls up, the first page served"
        yield from self.wrong


def sums(file: Path) -> dict[str, str]:
    """Return a check sum of each table in a backup, whatever the order of its rows."""
    found = {}
    with tempfile.TemporaryDirectory() as place, tarfile.open(file) as tar:
        tar.extractall(place, filter="data")
        copies = sorted((Path(place) / "tables").glob("*.copy"))
        for copy in copies:
            found[copy.stem] = _sum(copy.read_bytes().splitlines())
        if not copies:
            with closing(sqlite3.connect(Path(place) / "database.sqlite3")) as db:
                tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
                for (table,) in tables.fetchall():
                    if table != "core_cache":
                        found[table] = _sum(repr(row).encode() for row in db.execute(f'SELECT * FROM "{table}"'))
    return found


def _sum(rows: Any) -> str:
    digest = hashlib.sha256()
    for row in sorted(rows):
        digest.update(row + b"\n")
    return digest.hexdigest()


class Drill:
    """One site that is backed up, lost and put back."""

    def __init__(self, site: Site, people: int, seed: int) -> None:
        self.site, self.found, self.journal = site, Figures(people=people), Journal()
        self.world = made(site, neighbours=6, sentences=200)
        self.world["clients"] = CLIENTS
        site.ask("crowd", number=people)
        self.people = [Person(n, site, self.world, self.journal, f"restore {seed}") for n in range(CLIENTS)]
        site.start()

    def backup(self, name: str) -> Path:
        """Make a backup with the shipped command."""
        folder = self.site.base / name
        self.site.site("backup", "--to", str(folder))
        (file,) = folder.glob("*.tar")
        return file

    def while_people_write(self) -> Path:
        """Make a backup in the middle of things."""
        threads = [threading.Thread(target=person.go) for person in self.people]
        for thread in threads:
            thread.start()
        early: list[Sent] = []
        until = time.monotonic() + 60
        while len(early) < FIRST and time.monotonic() < until:
            time.sleep(0.1)
            early = [one for one in self.journal.sent if one.acknowledged]
        began = time.monotonic()
        file = self.backup("first")
        self.found.backup = time.monotonic() - began
        for person in self.people:
            person.stop.set()
        for thread in threads:
            thread.join()
        self.found.wrong += [person.problem for person in self.people if person.problem]
        self.found.before = len(early)
        self.found.meanwhile = sum(one.acknowledged for one in self.journal.sent) - len(early)
        self.early = early
        return file

    def forget(self) -> dict[str, int]:
        """Forget somebody after the backup was made."""
        admin = Browser(self.site.port, self.world["people"]["admin"]["cookies"])
        form = admin.form(f"/h/here/people/{self.gone['Gone Ganymede']}/forget/", "name", "once")
        self.journal.send(admin, "forget", form, fields={"name": "Gone Ganymede"})
        until = time.monotonic() + 120
        while self.site.ask("open_jobs") and time.monotonic() < until:
            time.sleep(0.1)
        return self.gone

    def restore(self, file: Path) -> None:
        """Lose the database and put the backup back."""
        self.site.ask("wipe")
        self.site.site("restore", str(file))

    def run(self) -> Figures:
        """Do the whole drill."""
        self.gone = {"Gone Ganymede": self.site.ask("new_person", name="Gone Ganymede")}
        file = self.while_people_write()
        self.found.megabytes = file.stat().st_size / 1e6
        self.forget()
        self.site.kill()
        ledger = self.site.folder / "erasures.sqlite3"
        ledger.rename(self.site.base / "ledger")  # first as if nobody had been forgotten since: row by row the same
        self.restore(file)
        self._same(sums(file), sums(self.backup("second")))
        self._early()
        (self.site.base / "ledger").rename(ledger)
        self.site.ask("wipe")
        began = time.monotonic()
        self.site.site("restore", str(file))  # with what the ledger holds
        self.site.start(worker=False)
        self.found.rto = time.monotonic() - began
        for one in self.site.ask("forgotten", people=self.gone):
            if not one["gone"] or one["bytes"]:
                self.found.wrong.append(f"somebody came back: {one}")
        if said := self.site.ask("whole"):
            self.found.wrong.append(said)
        if self.site.ask("concerns")["broken"]:
            self.found.wrong.append("a concern cannot be read any more")
        return self.found

    def _same(self, before: dict[str, str], after: dict[str, str]) -> None:
        self.found.tables = len(before)
        with tarfile.open(next((self.site.base / "first").glob("*.tar"))) as tar:
            manifest = tar.extractfile("manifest.json")
            assert manifest is not None
            self.found.rows = sum(json.loads(manifest.read())["rows"].values())
        different = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
        self.found.wrong += [f"{name} did not come back as it was" for name in sorted(different)]

    def _early(self) -> None:
        """What was acknowledged before the backup began is in it."""
        numbers = [one["number"] for one in self.world["people"].values()]
        votes = {tuple(row) for row in self.site.ask("votes", people=numbers)}
        words = {"concern": self.site.ask("concerns")["words"], "talk": self.site.ask("talks")}
        for one in self.early:
            facts = one.facts
            if one.kind == "vote" and (facts["person"], facts["statement"], facts["value"]) not in votes:
                self.found.wrong.append(f"not in the backup: vote {facts}")
            if one.kind in words and facts["words"] not in words[one.kind]:
                self.found.wrong.append(f"not in the backup: {one.kind} {facts}")


def run(times: int = 100_000, seed: int = 1, on: str = "sqlite", say: Any = None) -> Figures:
    """Drill once with `times` people."""
    with Site(on) as site:
        return Drill(site, times, seed).run()
