"""Every form that was sent is sent again, five times, in another order and from several browsers: nothing doubles."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.faults.browser import Cut, Journal, Sent
from tests.faults.deeds import WEIGHTS, Person
from tests.faults.place import Site, made

AGAIN = 5
AT_ONCE = 6  # browsers
# A second code may be asked for, and signing in again is a new visit: these are no decisions.
NOT_DECISIONS = {"code", "sign_in"}


@dataclass
class Figures:
    """What sending again did."""

    forms: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    seconds: float = 0.0
    doubled: list[str] = field(default_factory=list)

    @property
    def bad(self) -> int:
        """How many things went wrong."""
        return len(self.doubled)

    def lines(self) -> Iterator[str]:
        """Yield the report."""
        yield f"{self.forms.total()} forms {dict(sorted(self.forms.items()))}"
        yield f"sent again {self.replayed} times in {self.seconds:.0f} s: doubled effects {len(self.doubled)}"
        yield from self.doubled


def settle(site: Site) -> None:
    """Wait until the worker has nothing left to do."""
    until = time.monotonic() + 90
    while site.ask("open_jobs"):
        assert time.monotonic() < until, site.said()
        time.sleep(0.1)


def run(times: int = 40, seed: int = 1, on: str = "sqlite", say: Any = None, *, key: bool = True) -> Figures:
    """Do `times` deeds, then send each of their forms again; without `key` they lose theirs, and that must show."""
    figures, dice = Figures(), Random(f"replay {seed}")
    with Site(on) as site:
        world = made(site, neighbours=12, sentences=400) | {"clients": 1}
        journal = Journal()
        person = Person(0, site, world, journal, str(seed))
        site.start()
        names = [*WEIGHTS, *dice.choices(list(WEIGHTS), list(WEIGHTS.values()), k=max(0, times - len(WEIGHTS)))]
        for name in names:
            person.count += 1
            getattr(person, name)()
        settle(site)
        sent = [one for one in journal.sent if one.acknowledged and one.kind not in NOT_DECISIONS]
        figures.forms.update(one.kind for one in sent)
        before = site.ask("content")
        began = time.monotonic()
        again = [one for one in sent for _ in range(AGAIN)]
        dice.shuffle(again)
        _all(again, figures, key=key)
        settle(site)
        figures.seconds, figures.replayed = time.monotonic() - began, len(again)
        after = site.ask("content")
    for table, (rows, mark) in before.items():
        now, other = after[table]
        if (rows, mark) != (now, other):
            figures.doubled.append(
                f"{table}: {rows} rows became {now}" + ("" if rows != now else ", and say something else")
            )
    return figures


def _all(again: list[Sent], figures: Figures, *, key: bool) -> None:
    todo, turn = iter(again), threading.Lock()

    def work() -> None:
        while True:
            with turn:
                one = next(todo, None)
            if one is None:
                return
            fields = one.fields if key else {k: v for k, v in one.fields.items() if k != "once"}
            try:
                answer = one.by.post(one.to, fields, one.files)
            except Cut as cut:
                figures.doubled.append(f"{one.kind}: {cut}")
                continue
            gone = answer.status == 404  # whom it was about is not here any more
            if key and one.answer and not gone and (answer.status, answer.to) != (302, one.answer.to):
                figures.doubled.append(f"{one.kind}: answered {answer.status} {answer.to}, before {one.answer.to}")

    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
