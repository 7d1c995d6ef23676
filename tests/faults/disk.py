"""The disk fills up while people use the site: a clear page, reading goes on, a concern gets in, nothing is lost."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.browser import Browser, Cut, Journal
from tests.faults.place import Site, made

SIZE = 80  # MB
PAGES = (
    "/h/here/you/",
    "/h/here/",
    "/h/here/home/",
    "/h/here/people/",
    "/h/here/discussions/",
    "/h/here/safe/",
    "/h/here/talks/",
)
NOT_RUN = "not run: it needs to mount a small disk (root)"


@dataclass
class Figures:
    """What the full disk did."""

    acknowledged: int = 0
    refused: int = 0  # answered with the page that says so
    wrong: list[str] = field(default_factory=list)
    concerns: int = 0
    read: int = 0
    again: float = 0.0  # seconds from the moment there was room again to the first yes

    @property
    def bad(self) -> int:
        """How many things went wrong."""
        return len(self.wrong)

    def lines(self) -> Iterator[str]:
        """Yield the report."""
        yield f"acknowledged {self.acknowledged}, refused with a clear page {self.refused}, wrong {len(self.wrong)}"
        yield f"full: {self.read} of {len(PAGES)} pages read, {self.concerns} of 3 concerns in"
        yield f"room again: the first yes after {self.again:.2f} s"
        yield from self.wrong


@contextmanager
def small_disk() -> Iterator[Path | None]:
    """Yield a folder on a disk of its own, or None where none can be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="upwell-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(folder)]
    made = not os.geteuid() and subprocess.run(mount, check=False, capture_output=True).returncode == 0
    try:
        yield folder if made else None
    finally:
        if made:
            _take_away(folder)
        folder.rmdir()


def _take_away(folder: Path) -> None:
    """Unmount the disk once the last process that was killed has let go of it."""
    until = time.monotonic() + 10
    while subprocess.run(["umount", folder], check=False, capture_output=True).returncode:
        assert time.monotonic() < until, f"{folder} is still in use"
        time.sleep(0.1)


def fill(file: Path) -> None:
    """Write until nothing fits any more."""
    with file.open("wb", buffering=0) as out:
        try:
            while out.write(b"x" * 4096) == 4096:
                pass
        except OSError:
            return


class Story:
    """One site on a small disk."""

    def __init__(self, site: Site) -> None:
        self.site, self.found, self.journal = site, Figures(), Journal()
        self.world = made(site, neighbours=3, sentences=60)
        site.start(worker=False)
        site.site("tick")
        self.people = {name: Browser(site.port, one["cookies"]) for name, one in self.world["people"].items()}

    def talk(self, number: int) -> None:
        """Write down a long talk."""
        by = self.people["organiser"]
        words = f"Talk {number}. " + "They said a lot. " * 200
        fields = {"who": "nobody", "words": words, "share": "no", "how": "door"}
        self.journal.send(by, "talk", by.form("/h/here/talks/add/", "words"), fields=fields, words=words.strip())

    def tell(self, number: int) -> None:
        """Tell of a worry from the street, and read the receipt."""
        by, words = Browser(self.site.port), f"Concern {number}: by the gate."
        form = by.form("/h/here/safe/tell/", "words")
        answer = self.journal.send(by, "concern", form, fields={"words": words}, words=words)
        if answer.status == 302 and "We have your words" in by.get(answer.to).text:
            self.found.concerns += 1

    def until_full(self, most: int = 600) -> None:
        """Go on until the site says that there is no room: what the database has free inside is used up first."""
        for number in range(most):
            if self.found.refused >= 3:
                return
            self.tried(lambda n=number: self.talk(n))  # type: ignore[misc]
        self.found.wrong.append("the disk did not fill")

    def tried(self, do: Callable[[], object]) -> None:
        """Do something that may be refused for want of room, in plain words."""
        try:
            do()
        except Cut as cut:
            text = cut.answer.text if cut.answer else ""
            clear = cut.answer is not None and cut.answer.status == 507 and "There is no room left" in text
            self.found.refused += clear
            if not clear or "safe/" not in text:
                self.found.wrong.append(f"not a clear page: {cut}")

    def bring_in(self) -> None:
        """Choose a list of 1 MB."""
        by = self.people["admin"]
        rows = "".join(f"Somebody {n},{'x' * 900}\n" for n in range(1100))
        form = by.form("/h/here/bring-in/list/people/", "where")
        self.journal.send(by, "list", form, {"file": ("big.csv", f"name,about\n{rows}".encode())})

    def read(self) -> None:
        """Open pages on the full disk."""
        for page in PAGES:
            try:
                self.found.read += self.people["organiser" if "talks" in page else "admin"].get(page).status == 200
            except Cut as cut:
                self.found.wrong.append(f"reading: {cut}")

    def after(self) -> None:
        """There is room again: send again what was refused, and count."""
        began = time.monotonic()
        for one in self.journal.sent:
            if one.answer is None:
                if one.again().status != 302:
                    self.found.wrong.append(f"{one.kind} sent again: {one.answer}")
                self.found.again = self.found.again or time.monotonic() - began
        self.site.site("tick")
        if not (self.site.folder / "reserve").exists():
            self.found.wrong.append("the reserve was not made again")
        talks, told = self.site.ask("talks"), self.site.ask("concerns")
        for one in self.journal.sent:
            there = {"talk": talks, "concern": told["words"]}.get(one.kind)
            if there is not None and there.count(one.facts["words"]) != 1:
                self.found.wrong.append(f"{one.kind} is there {there.count(one.facts['words'])} times")
        if said := self.site.ask("whole"):
            self.found.wrong.append(said)


def run(times: int = 1, seed: int = 1, on: str = "sqlite", say: Any = None) -> Figures:
    """Fill the disk of a SQLite site once. (The seed changes nothing here.)"""
    with small_disk() as folder:
        if folder is None:
            return Figures(wrong=[NOT_RUN])
        site = Site("sqlite", folder)
        try:
            story = Story(site)
            for number in range(10):
                story.talk(-1 - number)
            fill(folder / "filler")
            story.until_full()
            story.tried(story.bring_in)
            acknowledged = sum(one.acknowledged for one in story.journal.sent)
            story.read()
            for number in range(3):
                story.tell(number)
            if left := [p.name for p in (folder / "uploads").iterdir() if p.stat().st_size]:
                story.found.wrong.append(f"half an upload was left: {left}")
            (folder / "filler").unlink()
            story.found.acknowledged = acknowledged + story.found.concerns
            story.after()
            return story.found
        finally:
            site.close()
