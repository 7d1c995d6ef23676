"""The mail server is away, silent, slow or forgetful: pages come as fast as ever, and each letter arrives once."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.faults.browser import Browser
from tests.faults.place import Site, made

MODES = ("away", "silent", "drip")
EACH = 12  # letters that wait in each round
RATE = 25  # pages a second
PAGES = ("/h/here/home/", "/h/here/people/", "/h/here/discussions/", "/h/here/you/")


class PostOffice:
    """A mail server that can be well, away, silent (takes the line and says nothing) or drip (a letter a second)."""

    def __init__(self) -> None:
        self.mode = "well"
        self.got: list[str] = []  # the mark of each letter that was taken
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        self.open = True
        self.lines: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while self.open:
            with suppress(OSError):
                line, _who = self.door.accept()
                self.lines.append(line)
                if self.mode == "away":
                    line.close()
                elif self.mode != "silent":
                    threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _say(self, line: socket.socket, words: str) -> None:
        for letter in f"{words}\r\n" if self.mode == "drip" else [f"{words}\r\n"]:
            line.sendall(letter.encode())
            if self.mode == "drip":
                time.sleep(1)

    def _talk(self, line: socket.socket) -> None:
        with suppress(OSError, ValueError), line, line.makefile("rb") as reader:
            self._say(line, "220 here")
            for raw in reader:
                word = raw.decode().strip().upper()
                if word.startswith("DATA"):
                    self._say(line, "354 go on")
                    mark = ""
                    for row in reader:
                        if row.lower().startswith(b"message-id:"):
                            mark = row.partition(b":")[2].decode().strip()
                        if row.rstrip() == b".":
                            break
                    self.got.append(mark)
                    self._say(line, "250 taken")
                elif word.startswith("QUIT"):
                    self._say(line, "221 bye")
                    break
                else:
                    self._say(line, "250 fine")

    def hang_up(self) -> None:
        """End every conversation."""
        while self.lines:
            line = self.lines.pop()
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def close(self) -> None:
        """Close the door."""
        self.open = False
        self.hang_up()
        with suppress(OSError):
            self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()


@dataclass
class Figures:
    """How long pages took, and what became of the letters."""

    took: dict[str, list[float]] = field(default_factory=dict)  # mode -> the 95th percentile of each round, in ms
    letters: int = 0
    lost: int = 0
    copies: int = 0
    wrong: list[str] = field(default_factory=list)

    def ratio(self, mode: str) -> float:
        """Return how much slower pages were than with a well mail server: medians of the rounds."""
        return statistics.median(self.took[mode]) / statistics.median(self.took["well"])

    @property
    def bad(self) -> int:
        """How many things went wrong; speed is told, not judged here."""
        return self.lost + self.copies + len(self.wrong)

    def lines(self) -> Iterator[str]:
        """Yield the report."""
        yield f"{self.letters} letters: lost {self.lost}, copies {self.copies}"
        for mode, rounds in self.took.items():
            ratio = f", {self.ratio(mode):.2f} x well" if mode != "well" else ""
            each = ", ".join(f"{r:.0f}" for r in rounds)
            yield f"{mode:7} p95 {statistics.median(rounds):.0f} ms (rounds {each}){ratio}"
        yield from self.wrong


def run(times: int = 3, seed: int = 1, on: str = "sqlite", say: Any = None, *, seconds: float = 8) -> Figures:
    """Alternate well and unwell `times` times: the same pages at the same rate, and letters waiting all the time."""
    figures, dice, office = Figures(), Random(f"mail {seed}"), PostOffice()
    with Site(on) as site:
        site.more = {"UPWELL_SMTP_HOST": "127.0.0.1", "UPWELL_SMTP_PORT": str(office.port), "UPWELL_SMTP_TLS": "no"}
        world = made(site, neighbours=12, sentences=400)
        site.start()
        cookies = [one["cookies"] for one in world["people"].values()]
        _pages(site, cookies, dice, 2.0)  # the first answers load what later ones have
        for number in range(times):
            for mode in dice.sample(["well", *MODES], k=len(MODES) + 1):
                office.hang_up()
                site.end("worker")  # one that waits out the last failure would not try at all
                office.mode = mode
                site.start()
                site.ask("post_letters", count=EACH, tag=f"t{number}{mode}")
                figures.letters += EACH
                site.ask("letters_now")
                figures.took.setdefault(mode, []).append(_pages(site, cookies, dice, seconds))
                if say:
                    say(f"round {number + 1}, {mode}: p95 {figures.took[mode][-1]:.0f} ms")
        _arrive(site, office, figures)
    office.close()
    return figures


def _arrive(site: Site, office: PostOffice, figures: Figures) -> None:
    """The server is well again: every letter goes out, and each mark was taken once."""
    office.mode = "well"
    office.hang_up()  # what the sender waited for ends now
    until = time.monotonic() + 120
    while time.monotonic() < until:
        site.ask("letters_now")
        site.end("worker")
        site.start()
        for _ in range(20):
            states = site.ask("letters", tag="t")["states"]
            if set(states) == {"sent"}:
                break
            time.sleep(0.25)
        if set(states) == {"sent"}:
            break
    marks = site.ask("letters", tag="t")["ids"]
    taken = Counter(office.got)
    figures.lost = sum(not taken[mark] for mark in marks)
    figures.copies = sum(taken[mark] - 1 for mark in marks if taken[mark] > 1)
    if set(states) != {"sent"}:
        figures.wrong.append(f"letters that did not go: {states}")


def _pages(site: Site, cookies: list[dict[str, str]], dice: Random, seconds: float) -> float:
    """Ask for pages at a steady rate; return the 95th percentile in ms, waiting in the queue included."""
    start = time.perf_counter() + 0.1
    due = iter([(start + n / RATE, dice.choice(PAGES), dice.choice(cookies)) for n in range(int(seconds * RATE))])
    turn, took = threading.Lock(), []

    def work() -> None:
        while True:
            with turn:
                one = next(due, None)
            if one is None:
                return
            at, path, who = one
            time.sleep(max(0.0, at - time.perf_counter()))
            Browser(site.port, who).get(path)
            with turn:
                took.append((time.perf_counter() - at) * 1000)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statistics.quantiles(took, n=20)[-1]
