"""Two people approve at the same moment: together they never give out more places than there are."""

from __future__ import annotations

import sqlite3
import threading
import time

import pytest
from django.db import connection, connections

from tests.factories import connect as f
from upwell_site.connect import actions
from upwell_site.connect.models import Pair, Round
from upwell_site.core import walls
from upwell_site.core.models import Person

FULL = "Their one place is taken"


@pytest.fixture
def shared(transactional_db, tmp_path, monkeypatch):
    """A database that several connections share: on SQLite a file, because one in memory cannot be waited for."""

    def to_file() -> None:
        if connection.vendor != "sqlite":
            return
        path = tmp_path / "shared.sqlite3"
        connection.ensure_connection()
        copy = sqlite3.connect(path)
        with copy:
            connection.connection.backup(copy)
        copy.close()
        monkeypatch.setitem(connections["default"].settings_dict, "NAME", str(path))

    yield to_file
    monkeypatch.undo()
    walls.take_down("default")  # the event log cannot be emptied behind them; they are put up again afterwards


@pytest.mark.slow
def test_two_approvals_at_once_share_one_place(shared, monkeypatch):
    room = f.room()
    spring, autumn = f.round_of(room, 1, 1, name="Spring"), f.round_of(room, 1, 0, name="Autumn")
    first = f.run(spring)[0]
    f.offer(autumn, first.mentor, capacity=1)
    f.run(autumn)
    shared()
    counted = actions._sorted_out

    def slowly(*args):
        """Count the free places, and let the other one count too before writing."""
        found = counted(*args)
        time.sleep(0.3)
        return found

    monkeypatch.setattr(actions, "_sorted_out", slowly)
    start, said, problems = threading.Barrier(2), [], []

    def approve(number: int) -> None:
        try:
            round, by = Round.objects.get(pk=number), Person.objects.get(pk=room.lead.pk)
            start.wait(10)
            done = actions.approve_round(by=by, round=round)
            said.append((done.pairs, [why for held in done.held for why in held.why]))
            if done.pairs == 0:
                said.append(Pair.objects.filter(state="approved").count())
        except Exception as problem:  # noqa: BLE001 - told below, in the thread of the test
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=approve, args=(round.pk,)) for round in (spring, autumn)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert problems == []
    assert sorted(said, key=str) == sorted([(1, []), (0, [FULL]), 1], key=str)
