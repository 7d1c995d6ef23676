"""The disk answers with an error when a commit is to be kept: nobody is told yes, and the page says so plainly."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.faults.browser import Browser, Cut, Journal
from tests.faults.place import Site, made

NOT_RUN = "not run: strace is not installed"
DEEDS = 14


@dataclass
class Figures:
    """What the broken disk did."""

    times: int = 0
    acknowledged: int = 0
    refused: int = 0
    stored: int = 0  # of the refused, those that are there all the same: sent again, they count once
    wrong: list[str] = field(default_factory=list)

    @property
    def bad(self) -> int:
        """How many things went wrong."""
        return len(self.wrong)

    def lines(self) -> Iterator[str]:
        """Yield the report."""
        yield f"broken disks {self.times}: acknowledged {self.acknowledged}, lost {len(self.wrong)}"
        yield f"told that it may not be saved {self.refused}, of which {self.stored} were; sent again, each counts once"
        yield from self.wrong


def one(found: Figures, after: int) -> None:
    """From the `after`-th sync on the web server's disk fails; then it is well again, and everything is counted."""
    with Site() as site:
        world = made(site, neighbours=3, sentences=60)
        how = f"inject=fdatasync,fsync:error=EIO:when={after}+"
        site.before = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e", how)
        site.start(worker=False)
        journal = Journal()
        for number in range(DEEDS):
            by, words = Browser(site.port, world["people"]["organiser"]["cookies"]), f"Talk {after} {number}."
            fields = {"who": "nobody", "words": words, "share": "no", "how": "door"}
            try:
                form = by.form("/h/here/talks/add/", "words")
                journal.send(by, "talk", form, fields=fields, words=words)
            except Cut as cut:
                found.refused += 1
                if cut.answer is None or cut.answer.status != 503 or "may not be saved" not in cut.answer.text:
                    found.wrong.append(f"not a clear page: {cut}")
        site.kill()
        site.before = ()
        acked = [sent for sent in journal.sent if sent.acknowledged]
        found.acknowledged += len(acked)
        there = site.ask("talks")
        found.wrong += [f"lost {s.facts['words']}" for s in acked if there.count(str(s.facts["words"])) != 1]
        found.stored += sum(str(s.facts["words"]) in there for s in journal.sent if not s.acknowledged)
        site.start(worker=False)
        for sent in journal.sent:
            if not sent.acknowledged and sent.again().status != 302:
                found.wrong.append(f"sent again: {sent.answer}")
        there = site.ask("talks")
        found.wrong += [f"not once: {s.facts['words']}" for s in journal.sent if there.count(s.facts["words"]) != 1]
        if said := site.ask("whole"):
            found.wrong.append(said)
        found.times += 1


def run(times: int = 20, seed: int = 1, on: str = "sqlite", say: Any = None) -> Figures:
    """Break the disk at `times` random moments."""
    found = Figures()
    if shutil.which("strace") is None:
        found.wrong.append(NOT_RUN)
        return found
    dice = Random(f"commit {seed}")
    for _ in range(times):
        one(found, dice.randrange(1, 31))
    return found
