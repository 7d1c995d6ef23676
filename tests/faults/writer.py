"""Does deeds through the site's own actions, and says of each that it is done: run under strace by `power`."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from random import Random
from types import SimpleNamespace
from typing import Any

import django
from django.conf import settings

PIECE = b"name\n" + b"Somebody\n" * 2_000


def _set(mode: str) -> None:
    """Take the shipped settings; anything else only as a comparison, or as a hole that must show."""
    options: dict[str, Any] = settings.DATABASES["default"]["OPTIONS"]
    if mode in {"NORMAL", "OFF"}:
        assert "synchronous=FULL" in options["init_command"]
        options["init_command"] = options["init_command"].replace("synchronous=FULL", f"synchronous={mode}")


def _plant(mode: str) -> None:
    """Undo one thing that keeps files through a cut."""
    from upwell_site import durable
    from upwell_site.core import ledger

    if mode == "folders":
        durable.sync = lambda path: None
    if mode == "ledger":
        connect = sqlite3.connect

        class Full(sqlite3.Connection):
            def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
                return super().execute(sql.replace("=EXTRA", "=FULL"), *values)

        ledger.sqlite3 = SimpleNamespace(  # type: ignore[assignment]
            connect=lambda *a, **k: connect(*a, **k, factory=Full), Connection=sqlite3.Connection
        )


def main(acks: int, mode: str, deeds: int, seed: int) -> None:
    """Do so many deeds, each acknowledged by one line."""
    _set(mode)
    django.setup()
    _plant(mode)
    from django.db import connection

    from upwell_site.core import ledger
    from upwell_site.core.actions import consent
    from upwell_site.core.bringing import files
    from upwell_site.core.models import ConsentText, Hub, Person
    from upwell_site.listen.actions import votes
    from upwell_site.listen.models import Discussion, Statement
    from upwell_site.sealed import actions

    def ack(kind: str, row: object, **more: object) -> None:
        os.write(acks, json.dumps({"kind": kind, "row": row, **more}).encode() + b"\n")

    dice, hub = Random(f"writer {seed}"), Hub.objects.get(slug="here")
    people = list(Person.objects.filter(hub=hub, name__startswith="Neighbour").order_by("pk"))
    texts, talk = list(ConsentText.objects.filter(hub=hub).order_by("pk")), Discussion.objects.get(hub=hub)
    sentences = list(Statement.objects.filter(discussion=talk).order_by("pk"))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_autocheckpoint=40")  # so that cuts fall into checkpoints too
    for number in range(deeds):
        one, luck = dice.choice(people), dice.random()
        if luck < 0.5:
            row = votes.vote(by=one, discussion=talk, statement=dice.choice(sentences), value=dice.choice((1, 0, -1)))
            ack("vote", row.pk)
        elif luck < 0.8:
            text = dice.choice(texts)
            if consent.consented(one, text.purpose):
                ack("consent", consent.withdraw(by=one, person=one, purpose=text.purpose).pk)
            else:
                ack("consent", consent.give(by=one, person=one, text=text).pk)
        elif luck < 0.93:
            row = actions.raise_concern(by=None, hub=hub, words=f"I saw it {number} times.", key=f"k{number}")
            ack("concern", row.pk.hex)
        elif luck < 0.97:
            name, _digest, size = files.store([PIECE])
            ack("upload", name, size=size)
        else:
            ledger.write(one)
            ack("forgotten", ledger.of(one.pk, one.joined_at))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
