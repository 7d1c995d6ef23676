"""SIGKILL at random moments while people use the site; then it is started again and everything is counted."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.faults.browser import Browser, Journal, Sent
from tests.faults.deeds import ASKS, WEIGHTS, Person
from tests.faults.place import Site, made

CLIENTS = 4
NEIGHBOURS = 12
SENTENCES = 400
LONGEST = 2.5  # seconds of life between two kills
SETTLES_WITHIN = 90.0


@dataclass
class Figures:
    """What a campaign found. The first three are to be 0."""

    kills: int = 0
    lost: list[str] = field(default_factory=list)
    partial: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    acknowledged: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)  # sent again after the kill, with the same key
    back: list[float] = field(default_factory=list)  # seconds until the site answered again
    how: Counter[str] = field(default_factory=Counter)

    @property
    def bad(self) -> int:
        """How many things went wrong."""
        return len(self.lost) + len(self.partial) + len(self.doubled)

    def lines(self) -> Iterator[str]:
        """Yield the report."""
        yield f"kills {self.kills}: lost {len(self.lost)}, partial {len(self.partial)}, doubled {len(self.doubled)}"
        yield f"killed: {dict(self.how)}"
        yield f"acknowledged {self.acknowledged.total()}: {dict(sorted(self.acknowledged.items()))}"
        yield f"not acknowledged and sent again {self.again.total()}: {dict(sorted(self.again.items()))}"
        if self.back:
            mid = sorted(self.back)
            yield f"answers again after {mid[len(mid) // 2]:.1f} s (median), {mid[-1]:.1f} s (longest)"
        yield from (f"LOST {one}" for one in self.lost)
        yield from (f"PARTIAL {one}" for one in self.partial)
        yield from (f"DOUBLED {one}" for one in self.doubled)


class Campaign:
    """One site that is killed again and again, and goes on."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site, self.dice = site, Random(f"kills {seed}")
        self.journal, self.figures = Journal(), Figures()
        self.world = made(site, neighbours=NEIGHBOURS, sentences=SENTENCES)
        self.world["clients"] = CLIENTS
        self.people = [Person(n, site, self.world, self.journal, str(seed)) for n in range(CLIENTS)]
        self.from_here = 0  # what was sent before is settled
        Browser.broken.clear()  # answers of another campaign in this process
        site.start()

    def run(self, times: int, say: Any = None) -> Figures:
        """Kill `times` times; look at everything once more at the end."""
        for number in range(times):
            self.once()
            if say and (number + 1) % 10 == 0:
                f = self.figures
                say(f"{number + 1} kills: lost {len(f.lost)}, partial {len(f.partial)}, doubled {len(f.doubled)}")
        self.from_here = 0
        self.check()
        self.figures.acknowledged = Counter(one.kind for one in self.journal.sent if one.acknowledged)
        return self.figures

    def once(self) -> None:
        """Let people work for a moment, kill, start again, and count."""
        threads = [threading.Thread(target=person.go) for person in self.people]
        for person in self.people:
            person.stop.clear()
        for thread in threads:
            thread.start()
        time.sleep(self.dice.uniform(0.05, LONGEST))
        whole = self.kill()
        for person in self.people:
            person.stop.set()
        for thread in threads:
            thread.join()
        for person in self.people:
            assert not person.problem, f"{person.problem}\n{self.site.said()}"
        self.figures.kills += 1
        began = time.monotonic()
        if self.site.postgres:
            self.site.postgres.start()
        self.site.start()
        self.figures.back.append(time.monotonic() - began)
        if Browser.broken and not whole:
            self.figures.lost.append(f"answers {dict(Browser.broken)}: {self.site.said()[-800:]}")
        Browser.broken.clear()
        self.halves()
        self.settle()
        self.check()
        self.from_here = len(self.journal.sent)

    def kill(self) -> bool:
        """SIGKILL to the web server and the worker; on PostgreSQL every second time to the database first."""
        whole = self.site.postgres is not None and self.dice.random() < 0.5
        if whole and self.site.postgres:
            self.site.postgres.kill()
        self.site.kill()
        self.figures.how["site and database" if whole else "site"] += 1
        return whole

    def settle(self) -> None:
        """Send again what nobody answered, as people do, and wait for the worker."""
        for one in self.journal.sent[self.from_here :]:
            if one.answer is None and one.kind not in {"code", "sign_in"}:  # for these one begins anew
                self.figures.again[one.kind] += 1
                answer = one.again()
                if one.kind == "forget" and answer.status == 404:  # done, and their page is gone: looked at below
                    answer.status = 302
                if answer.status != 302:
                    self.figures.lost.append(f"{one.kind} {one.facts}: sent again, answered {answer.status}")
        self.site.ask("minute_passes")
        until = time.monotonic() + SETTLES_WITHIN
        while self.site.ask("open_jobs"):
            if time.monotonic() > until:
                self.figures.lost.append(f"the worker does not end: {self.site.said()[-500:]}")
                return
            time.sleep(0.1)

    def _sent(self, *kinds: str) -> list[Sent]:
        return [one for one in self.journal.sent[self.from_here :] if one.kind in kinds]

    def halves(self) -> None:
        """Right after the start, before anything is sent again: is anything half done?"""
        told = self.figures.partial
        if said := self.site.ask("whole"):
            told.append(said)
        sizes = {one.facts["tag"]: one.facts["size"] for one in self._sent("list")}
        for found in self.site.ask("lists", tags=list(sizes)):
            done = "done" in found["batches"]
            if found["people"] != (sizes[found["tag"]] if done else 0):
                told.append(f"list {found}")
        for found in self.site.ask("matches", numbers=[one.facts["round"] for one in self._sent("run")]):
            if any(n != 1 for n in found["threads"]) or found["letters"] != 2 * len(found["threads"]):
                told.append(f"match {found}")
        names = {str(one.facts["name"]): one.facts["person"] for one in self._sent("forget")}
        for found in self.site.ask("forgotten", people=names):
            if not (found["whole"] or found["gone"]):
                told.append(f"forget {found}")

    def check(self) -> None:
        """Compare what people were told with what is there, once the worker has nothing left to do."""
        self.figures.lost += [f"job {said}" for said in self.site.ask("failed_jobs") if said not in self.figures.lost]
        for one in self._sent(*WEIGHTS, "list", "load", "run", "approve"):
            if one.answer is not None and not one.acknowledged:
                self.figures.lost.append(f"{one.kind} {one.facts}: answered {one.answer.status}")
        self._votes_and_consents()
        self._words()
        self._lists()
        self._matches()
        self._forgotten()
        self._joined()

    def _votes_and_consents(self) -> None:
        numbers = [self.world["people"][name]["number"] for name in self.world["people"]]
        there = Counter(tuple(row) for row in self.site.ask("votes", people=numbers))
        for one in self._sent("vote"):
            row = (one.facts["person"], one.facts["statement"], one.facts["value"])
            if one.acknowledged and not there[row]:
                self.figures.lost.append(f"vote {row}")
        self.figures.doubled += [f"vote {row}" for row, n in there.items() if n > 1]
        wanted: dict[Any, list[Any]] = defaultdict(list)
        ledger: dict[Any, list[Any]] = defaultdict(list)
        for one in self.journal.sent:
            if one.kind == "consent" and one.acknowledged:
                wanted[one.facts["person"], one.facts["purpose"]].append(one.facts["given"])
        for person, purpose, given in self.site.ask("consents", people=numbers):
            ledger[person, purpose].append(given)
        for key in wanted.keys() | ledger.keys():
            if wanted[key] != ledger[key]:
                bad = self.figures.lost if len(ledger[key]) < len(wanted[key]) else self.figures.doubled
                bad.append(f"consent {key}: told {wanted[key][-4:]}, written {ledger[key][-4:]}")

    def _words(self) -> None:
        """Talks and concerns: words that stand nowhere else, each once."""
        told = self.site.ask("concerns")
        if told["broken"]:
            self.figures.partial.append(f"{told['broken']} concerns whose chain is broken")
        if told["letters"] != len(told["words"]):
            self.figures.doubled.append(f"{told['letters']} letters for {len(told['words'])} concerns")
        for kind, there in (("concern", Counter(told["words"])), ("talk", Counter(self.site.ask("talks")))):
            for one in self._sent(kind):
                if one.acknowledged and not there[str(one.facts["words"])]:
                    self.figures.lost.append(f"{kind} {one.facts['words']}")
            self.figures.doubled += [f"{kind} {words}" for words, n in there.items() if n > 1]
        for one in self._sent("concern")[-2:]:  # whoever told reads on their receipt that it has come
            if one.answer and one.acknowledged and one.by.get(one.answer.to).status != 200:
                self.figures.lost.append(f"the receipt of {one.facts['words']}")

    def _lists(self) -> None:
        loaded = {one.facts["tag"] for one in self._sent("load") if one.acknowledged}
        sizes = {one.facts["tag"]: one.facts["size"] for one in self._sent("list") if one.acknowledged}
        for found in self.site.ask("lists", tags=list(sizes)):
            size, tag = sizes[found["tag"]], found["tag"]
            if not found["batches"] or (tag in loaded and found["people"] < size):
                self.figures.lost.append(f"list {found}")
            if len(found["batches"]) > 1 or found["people"] > size:
                self.figures.doubled.append(f"list {found}")

    def _matches(self) -> None:
        approved = {one.facts["round"] for one in self._sent("approve") if one.acknowledged}
        run = {one.facts["round"] for one in self._sent("run") if one.acknowledged}
        for found in self.site.ask("matches", numbers=sorted(run)):
            pairs = len(found["threads"])
            if found["pairs"] < ASKS or (found["round"] in approved and (found["state"], pairs) != ("approved", ASKS)):
                self.figures.lost.append(f"match {found}")
            if found["pairs"] > ASKS or any(n > 1 for n in found["threads"]) or found["letters"] > 2 * pairs:
                self.figures.doubled.append(f"match {found}")

    def _forgotten(self) -> None:
        names = {str(one.facts["name"]): one.facts["person"] for one in self._sent("forget") if one.acknowledged}
        for found in self.site.ask("forgotten", people=names):
            if not (found["gone"] and found["ledger"] and found["scrubbed"]) or found["bytes"]:
                self.figures.lost.append(f"forget {found}")

    def _joined(self) -> None:
        joined = {str(one.facts["email"]): one for one in self._sent("join") if one.acknowledged}
        signed_in = {str(one.facts["email"]): one for one in self._sent("sign_in") if one.acknowledged}
        for email, (users, people) in self.site.ask("users", emails=sorted(signed_in)).items():
            if users < 1 or (email in joined and people < 1):
                self.figures.lost.append(f"join {email}: {users} sign-ins, {people} people")
            if users > 1 or people > 1:
                self.figures.doubled.append(f"join {email}: {users} sign-ins, {people} people")
        for email, one in list(signed_in.items())[-3:]:
            if one.by.get("/me/hubs/").status != 200:
                self.figures.lost.append(f"the session of {email}")


def run(times: int = 200, seed: int = 1, on: str = "sqlite", say: Any = None) -> Figures:
    """Run the campaign on a new site."""
    with Site(on) as site:
        return Campaign(site, seed).run(times, say)
