"""A concern gets in when the disk is full: on a disk of a few MB, and with a planted fault."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import OperationalError
from django.test import Client

from tests.site.sealed.conftest import WORDS
from upwell_site.sealed import reserve, schedule
from upwell_site.sealed.models import Concern

ROOT = Path(__file__).resolve().parents[3]
STORY = """
import os, sys
from pathlib import Path
import django
django.setup()
from django.core.management import call_command
from django.db import Error
from django.test import Client
from tests.factories.people import give_role, make_hub, make_person
call_command("migrate", verbosity=0)
hub = make_hub("here")
give_role(make_person(hub, "Safiya Safe"), "safeguarding")
from upwell_site.core.models import HubText, Person
from upwell_site.sealed import ask, reserve, schedule
from upwell_site.sealed.models import Concern
reserve.FREE = 1
assert schedule.reserve_kept() == 1, "no room for the reserve"
client = Client()
assert client.get("/h/here/safe/").status_code == 200
folder = Path(os.environ["UPWELL_DIR"])
with (folder / "filler").open("wb", buffering=0) as out:
    try:
        while out.write(b"x" * 4096) == 4096:
            pass
    except OSError:
        pass
full = 0
for n in range(400):  # until what the database still has free inside is used up
    try:
        HubText.objects.create(hub=hub, kind="privacy", text="x" * 15000, version=n + 1)
    except Error:
        full = 1
        break
assert full, "the disk did not fill"
assert reserve.place().exists()
for n in range(3):
    answer = client.post("/h/here/safe/tell/", {"words": "The words", "once": f"{n}" * 24})
    assert answer.status_code == 302, answer.status_code
    assert "We have your words" in client.get(answer.headers["Location"]).content.decode()
assert not reserve.place().exists()
safe = Person.objects.get(name="Safiya Safe")
assert [ask.read(by=safe, concern=c).words for c in Concern.objects.all()] == ["The words"] * 3
print("in")
"""


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 24 MB, as root; it is taken away afterwards."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if (
        os.geteuid()
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], check=False).returncode
    ):
        pytest.skip("needs to mount a small disk")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.slow
def test_a_concern_gets_in_on_a_full_disk(small_disk, tmp_path):
    """The real thing: SQLite on a full disk, a reserve of 8 MB, three worries one after another."""
    story = tmp_path / "story.py"
    story.write_text(STORY)
    env = {k: v for k, v in os.environ.items() if k not in {"UPWELL_DATABASE", "UPWELL_TEST_ON"}}
    env |= {"UPWELL_DIR": str(small_disk), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "UPWELL_HOSTS": "testserver"}
    done = subprocess.run([sys.executable, story], env=env, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout.strip() == "in", done.stderr[-3000:]


@pytest.fixture
def kept(key_file):
    assert schedule.reserve_kept() == 1
    return reserve.place()


def full_once(monkeypatch, problem: Exception, cause: Exception | None = None):
    """Let the first concern that is saved meet a full disk."""
    real, met = Concern.save, []

    def save(self, *args, **kwargs):
        if not met:
            met.append(1)
            raise problem from cause
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Concern, "save", save)


def sqlite_full() -> Exception:
    cause = sqlite3.OperationalError("database or disk is full")
    cause.sqlite_errorcode = sqlite3.SQLITE_FULL
    return cause


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["sqlite", "postgres", "file"])
def test_the_reserve_is_given_up_and_the_words_are_in(desk, kept, monkeypatch, how):
    monkeypatch.setattr(reserve, "connection", type("Stays", (), {"close": staticmethod(lambda: None)}))
    if how == "file":
        full_once(monkeypatch, OSError(errno.ENOSPC, "No space left on device"))
    elif how == "sqlite":
        full_once(monkeypatch, OperationalError("database or disk is full"), sqlite_full())
    else:
        full_once(monkeypatch, OperationalError("disk full"), type("Full", (Exception,), {"sqlstate": "53100"})())
    answer = Client().post("/h/here/safe/tell/", {"words": WORDS, "once": "o" * 24})
    assert answer.status_code == 302 and Concern.objects.count() == 1 and not kept.exists()


@pytest.mark.django_db
def test_another_fault_leaves_the_reserve_alone(desk, kept, monkeypatch):
    full_once(monkeypatch, OperationalError("database is locked"), sqlite3.OperationalError("database is locked"))
    with pytest.raises(OperationalError):
        Client().post("/h/here/safe/tell/", {"words": WORDS, "once": "o" * 24})
    assert kept.exists()


def test_the_reserve_is_real_room_made_once_and_made_again(kept, monkeypatch):
    """A file with a hole in it would free nothing."""
    assert kept.stat().st_blocks * 512 >= reserve.SIZE
    assert reserve.keep() == 0
    assert reserve.give_up() and not reserve.give_up()
    monkeypatch.setattr(reserve.shutil, "disk_usage", lambda _: type("Use", (), {"free": reserve.SIZE}))
    assert reserve.keep() == 0 and not kept.exists()
