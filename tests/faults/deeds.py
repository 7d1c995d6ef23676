"""What people do while the site is killed: each deed through its real pages, and noted before it is sent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from random import Random
from typing import Any

from tests.faults.browser import Browser, Cut, Journal
from tests.faults.place import Away, Site

SMALL, LARGE = 40, 6_000  # rows of a list: brought in while somebody waits, or by the worker
ASKS, OFFERS = 6, 6
WEIGHTS = {"vote": 8, "consent": 4, "concern": 3, "talk": 3, "bring_in": 3, "match": 2, "forget": 2, "join": 2}


class Person:
    """One of the people who use the site at the same time, with those whose forms only they send."""

    def __init__(self, number: int, site: Site, world: dict[str, Any], journal: Journal, seed: str) -> None:
        self.number, self.site, self.world, self.journal = number, site, world, journal
        self.dice = Random(f"{seed} {number}")
        self.tag = f"K{number}x{self.dice.randrange(10_000)}"
        self.count = 0
        self.lock = threading.Lock()
        self.stop = threading.Event()
        self.browsers = {
            name: Browser(site.port, one["cookies"])
            for name, one in world["people"].items()
            if not name.startswith("neighbour") or int(name.split()[1]) % world["clients"] == number
        }
        self.neighbours = [name for name in self.browsers if name.startswith("neighbour")]
        self.problem = ""

    def go(self) -> None:
        """Do one thing after another until the site is gone."""
        deeds: dict[str, Callable[[], None]] = {name: getattr(self, name) for name in WEIGHTS}
        try:
            while not self.stop.is_set():
                self.count += 1
                deeds[self.dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]]()
        except (Cut, Away):
            return
        except Exception as problem:  # noqa: BLE001 - told by the campaign, which ends
            self.problem = f"{type(problem).__name__}: {problem}"

    def new(self) -> str:
        """Return a word that stands nowhere else, nor as the beginning of another."""
        return f"{self.tag}n{self.count}z"

    def neighbour(self) -> tuple[Browser, int]:
        """Return one of this thread's neighbours."""
        name = self.dice.choice(self.neighbours)
        return self.browsers[name], self.world["people"][name]["number"]

    def vote(self) -> None:
        """Answer the next sentence of a discussion."""
        by, number = self.neighbour()
        page = f"/h/here/discussions/{self.world['discussion']}/vote/"
        form = by.form(page, "statement")
        word, value = self.dice.choice([("yes", 1), ("no", -1), ("pass", 0)])
        facts = {"person": number, "statement": int(form.fields["statement"]), "value": value}
        self.journal.send(by, "vote", form, fields={"answer": word}, **facts)

    def consent(self) -> None:
        """Say yes to something, or take it back: whatever one did not do last."""
        by, number = self.neighbour()
        purpose, text = self.dice.choice(sorted(self.world["texts"].items()))
        page = f"/h/here/people/{number}/consents/"
        form = by.form(page, "text", "answer", having={"text": str(text)})
        given = form.fields["answer"] == "yes"
        self.journal.send(by, "consent", form, person=number, purpose=purpose, given=given)

    def concern(self) -> None:
        """Tell of a worry, from the street."""
        by, words = Browser(self.site.port), f"I saw {self.new()} by the gate."
        form = by.form("/h/here/safe/tell/", "words")
        self.journal.send(by, "concern", form, fields={"words": words}, words=words)

    def talk(self) -> None:
        """Write down a talk."""
        by, words = self.browsers["organiser"], f"They said {self.new()}."
        form = by.form("/h/here/talks/add/", "words")
        fields = {"who": "nobody", "words": words, "share": "no", "how": "door"}
        self.journal.send(by, "talk", form, fields=fields, words=words)

    def bring_in(self) -> None:
        """Bring a list of people in; one of ten is so large that the worker does it."""
        by, tag = self.browsers["admin"], f"L{self.new()}"
        size = LARGE if self.dice.random() < 0.1 else SMALL
        rows = "".join(f"{tag} Person {n},{tag.lower()}-{n}@example.org,about {tag} and {n}\n" for n in range(size))
        form = by.form("/h/here/bring-in/list/people/", "where")
        files = {"file": (f"{tag}.csv", f"name,email,about\n{rows}".encode())}
        answer = self.journal.send(by, "list", form, files, tag=tag, size=size)
        if answer.status != 302:
            return
        load = self.soon(lambda: by.form(answer.to, to=f"{answer.to}load/"))
        if load is not None:
            self.journal.send(by, "load", load, tag=tag, size=size)

    def match(self) -> None:
        """Run a round and approve all its pairs."""
        by = self.browsers["lead"]
        number = self.site.ask("new_round", name=self.new(), asks=ASKS, offers=OFFERS)
        page = f"/h/here/rounds/{number}/"
        self.journal.send(by, "run", by.form(page, to=f"{page}run/"), round=number)
        form = self.soon(lambda: by.form(page, to=f"{page}approve/"))
        if form is not None:
            self.journal.send(by, "approve", form, round=number)

    def forget(self) -> None:
        """Forget somebody who asked for it."""
        by, name = self.browsers["admin"], f"Gone G{self.new()}"
        number = self.site.ask("new_person", name=name)
        form = by.form(f"/h/here/people/{number}/forget/", "name", "once")
        self.journal.send(by, "forget", form, fields={"name": name}, name=name, person=number)

    def join(self) -> None:
        """Come in by an invitation: ask for a code, sign in with it, accept."""
        by, email = Browser(self.site.port), f"j{self.new().lower()}@example.org"
        page = f"/invitation/{self.site.ask('new_invitation', email=email)}/"
        asked = self.journal.send(by, "code", by.form(page, to=page), email=email)
        if asked.status != 302:
            return  # too many codes in a minute
        form = by.form(asked.to.partition("?")[0], "code")
        code = self.site.ask("code_for", email=email)
        if self.journal.send(by, "sign_in", form, fields={"code": code}, email=email).status == 302:
            self.journal.send(by, "join", by.form(page, "once", to=page), email=email)

    def soon(self, look: Callable[[], Any]) -> Any:
        """Look for a form until the worker has made it possible, or the site goes."""
        until = time.monotonic() + 20
        while not self.stop.is_set() and time.monotonic() < until:
            try:
                return look()
            except AssertionError:  # not there yet
                time.sleep(0.1)
        return None
