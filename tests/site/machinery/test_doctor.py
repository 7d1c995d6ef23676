"""The doctor sees what was broken on purpose, says what to do, and changes nothing."""

from __future__ import annotations

import html
import json
import os
from collections import namedtuple
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from tests.factories.machinery import make_hub, make_person
from tests.factories.signin import sign_in_user
from tests.site.machinery.conftest import use
from upwell_site.core import backup, doctor, outbox, walls
from upwell_site.core.events import log
from upwell_site.core.models import Job, Letter, Site, User

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """A site's folder of its own, with its secret."""
    settings.DIR = tmp_path
    settings.SEALED_KEY = tmp_path / "keys" / "sealed.key"
    (tmp_path / "secret").write_text("x")
    (tmp_path / "secret").chmod(0o600)
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.SECRET_KEY = "only-for-tests-and-long-enough-for-them"
    cache.clear()
    return tmp_path


def said(name: str) -> str:
    """Return what is wrong under one name, with what to do about it."""
    return " | ".join(f"{one.said} {one.do}" for one in doctor.examine() if one.name == name and not one.well)


@pytest.fixture
def well(folder, settings, post_office):
    """A site on which nothing is wrong."""
    make_hub()
    doctor.beat("tick")
    doctor.beat("worker")
    return folder


def test_on_a_sound_site_all_is_well_but_the_backup(well, monkeypatch):
    assert {one.name for one in doctor.examine() if not one.well} == {"backup"}


def break_(what: str, monkeypatch: Any, settings: Any, folder: Path) -> None:
    now = timezone.now()
    match what:
        case "tables":
            monkeypatch.setattr(doctor.MigrationExecutor, "migration_plan", lambda *_: ["listen.0002"])
        case "a newer version":
            MigrationRecorder(connection).record_applied("core", "9999_from_the_future")
        case "walls":
            monkeypatch.setattr(walls, "missing", lambda: ["wall_core_person_place_id"])
        case "disk":
            usage = namedtuple("usage", "total used free")
            monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage(10**12, 10**12 - 10**8, 10**8))
        case "names on the disk":
            stats = namedtuple("stats", "f_files f_favail f_bavail f_bfree f_blocks f_frsize")
            monkeypatch.setattr(doctor.os, "statvfs", lambda _: stats(1000, 3, 10**7, 10**7, 10**7, 4096))
        case "clock":
            log(None, "add", make_person(make_hub()))
            monkeypatch.setattr(doctor.timezone, "now", lambda: now - timedelta(days=2))
        case "time zone":
            settings.TIME_ZONE = "Europe/Atlantis"
        case "secret gone":
            monkeypatch.delenv("UPWELL_SECRET", raising=False)
            (folder / "secret").unlink()
        case "secret open":
            (folder / "secret").chmod(0o644)
        case "sealed key":
            monkeypatch.setattr(backup, "vaults", [backup.Vault(lambda: {"ab"}, lambda names: f"{names} is not here")])
        case "key beside backups":
            backup.make(folder / "backups")
            settings.SEALED_KEY = folder / "backups" / "sealed.key"
            settings.SEALED_KEY.write_text("")
            settings.SEALED_KEY.chmod(0o600)
        case "key under backups":
            backup.make(folder)
            settings.SEALED_KEY.parent.mkdir()
            settings.SEALED_KEY.write_text("")
            settings.SEALED_KEY.chmod(0o600)
        case "short secret":
            settings.SECRET_KEY = "open sesame"
        case "ledger gone":
            make_person(make_hub(), emptied_at=now)
        case "file from tomorrow":
            later = (now + timedelta(days=1)).timestamp()
            os.utime(folder / "secret", (later, later))
        case "disk soon full":
            for days, size in ((20, 1), (0, 2 * 10**7 + 1)):
                file = folder / "backups" / f"upwell-{days}.tar"
                file.parent.mkdir(exist_ok=True)
                with file.open("wb") as out:
                    out.truncate(size)  # a hole: it takes no room
                at = (now - timedelta(days=days)).timestamp()
                os.utime(file, (at, at))
            note = {"made_at": now.isoformat(), "file": str(folder / "backups" / "upwell-0.tar")}
            (folder / "last-backup.json").write_text(json.dumps(note))
            usage = namedtuple("usage", "total used free")
            monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage(10**8, 10**8, 2 * 10**7))
        case "no proxy":
            settings.ALLOWED_HOSTS, settings.HTTPS, settings.TRUSTED_HOPS = ["hub.example.org"], True, 0
        case "another name":
            settings.ALLOWED_HOSTS, settings.PUBLIC_URL = ["hub.example.org"], "https://old.example.org"
        case "stuck job":
            lapsed = now - timedelta(hours=1)
            Job.objects.create(hub=make_hub(), kind="x.y", state="running", lease_until=lapsed)
        case "stuck letter":
            outbox.post("a@example.org", "sign_in_unknown", "x")
            Letter.objects.update(state="sending", lease_until=now - timedelta(hours=1))
        case "debug":
            settings.DEBUG = True
        case "every host":
            settings.ALLOWED_HOSTS = ["*"]
        case "no https":
            settings.ALLOWED_HOSTS, settings.HTTPS = ["hub.example.org"], False
        case "no address":
            settings.ALLOWED_HOSTS, settings.HTTPS, settings.PUBLIC_URL = ["hub.example.org"], True, ""
        case "open doors":
            Site.objects.update_or_create(pk=1, defaults={"example": True})
            settings.ALLOWED_HOSTS = ["hub.example.org"]
        case "tick":
            cache.delete("beat:tick")
        case "worker":
            cache.set("beat:worker", (now - timedelta(hours=3)).isoformat())
        case "failed job":
            Job.objects.create(hub=make_hub(), kind="x.y", state="failed", ended_at=now)
        case "no mail":
            settings.EMAIL_HOST = ""
        case "mail away":
            use(settings, 1)
        case "old letters":
            outbox.post("a@example.org", "sign_in_unknown", "x")
            Letter.objects.update(created_at=now - timedelta(hours=5), after=now - timedelta(hours=5))
        case "failed letter":
            outbox.post("a@example.org", "sign_in_unknown", "x")
            Letter.objects.update(state="failed")
        case "old backup":
            backup.make(folder / "backups")
            note = folder / "last-backup.json"
            told = json.loads(note.read_text())
            note.write_text(json.dumps(told | {"made_at": (now - timedelta(days=9)).isoformat()}))
        case "backup gone":
            backup.make(folder / "backups").unlink()
        case "backup broken":
            file = backup.make(folder / "backups")
            data = bytearray(file.read_bytes())
            at = len(data) // 3
            data[at : at + 600] = bytes(byte ^ 0xFF for byte in data[at : at + 600])
            file.write_bytes(data)
        case _:
            raise AssertionError(what)


BROKEN = {
    "tables": ("tables", "changes of the tables wait"),
    "a newer version": ("tables", "A newer version"),
    "walls": ("walls", "1 walls"),
    "disk": ("disk", "Make room"),
    "names on the disk": ("disk", "run out of names"),
    "clock": ("clock", "2 days"),
    "time zone": ("clock", "Atlantis"),
    "secret gone": ("keys", "secret is gone"),
    "secret open": ("keys", "chmod 600"),
    "sealed key": ("keys", "is not here"),
    "key beside backups": ("keys", "Write backups elsewhere"),
    "key under backups": ("keys", "Write backups elsewhere"),
    "short secret": ("keys", "tried out"),
    "ledger gone": ("keys", "erasures.sqlite3 is gone"),
    "file from tomorrow": ("clock", "A file here was written"),
    "disk soon full": ("disk", "full in 20 days"),
    "no proxy": ("addresses", "UPWELL_PROXY=yes"),
    "another name": ("addresses", "old.example.org"),
    "stuck job": ("work", "1 jobs stand still"),
    "stuck letter": ("mail", "1 letters stand still"),
    "debug": ("addresses", "DEBUG"),
    "every host": ("addresses", "every name"),
    "no https": ("addresses", "UPWELL_HTTPS"),
    "no address": ("addresses", "UPWELL_URL=https://hub.example.org"),
    "open doors": ("addresses", "remove-example"),
    "tick": ("work", "tick was last seen never"),
    "worker": ("work", "worker was last seen 180 minutes ago"),
    "failed job": ("work", "1 jobs failed"),
    "no mail": ("mail", "UPWELL_SMTP_HOST"),
    "mail away": ("mail", "The mail server is not there."),
    "old letters": ("mail", "the oldest for 5 hours"),
    "failed letter": ("mail", "1 letters did not go"),
    "old backup": ("backup", "9 days old"),
    "backup gone": ("backup", "not there any more"),
    "backup broken": ("backup", "cannot be used"),
}


def marked(what: str) -> Any:
    """A backup is not made inside a transaction."""
    return pytest.param(what, marks=pytest.mark.django_db(transaction=True)) if "backup" in what else what


@pytest.mark.parametrize("what", [marked(what) for what in BROKEN])
def test_what_is_broken_is_seen_and_has_a_cure(what, well, monkeypatch, settings):
    name, words = BROKEN[what]
    assert words not in said(name)
    break_(what, monkeypatch, settings, well)
    assert words in said(name)


def test_a_database_that_does_not_answer_hides_nothing_else(well, monkeypatch):
    def away() -> None:
        raise DatabaseError("canary")

    monkeypatch.setattr(Site, "is_example", away)
    found = doctor.examine()
    assert any("does not answer" in one.said for one in found)
    assert {"disk", "versions", "mail"} <= {one.name for one in found}
    assert not any("canary" in one.said for one in found)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own settings")
def test_a_weaker_promise_of_the_disk_is_seen(well):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = NORMAL")
    try:
        assert "when the power goes" in said("database")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = FULL")


def test_the_command_says_it_and_ends_with_one(well, capsys):
    with pytest.raises(SystemExit):
        call_command("doctor")
    assert "LOOK  backup: There is no backup yet." in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call_command("doctor", "--json")
    assert {one["name"] for one in json.loads(capsys.readouterr().out)} >= {"database", "disk", "mail"}


@pytest.mark.django_db(transaction=True)
def test_when_all_is_well_it_says_so(well, capsys, settings):
    backup.make(well / "backups")
    call_command("doctor")
    assert "All is well." in capsys.readouterr().out


def test_the_page_says_the_same_without_waiting_for_anybody(well, client, settings, monkeypatch):
    """What is quick to see stands on /operate/ as well; the mail server is not called for it."""
    monkeypatch.setattr(doctor.sender, "reach", lambda: 1 / 0)
    monkeypatch.setattr(backup, "broken", lambda _: 1 / 0)
    sign_in_user(client, User.objects.create_user("op@example.org", is_operator=True))
    (well / "secret").chmod(0o644)
    cache.delete("beat:tick")
    text = html.unescape(client.get("/operate/", headers={"host": "localhost"}).content.decode())
    shown = [one for one in doctor.examine(slow=False) if not one.well]
    assert {one.name for one in shown} == {"backup", "keys", "work"}
    assert all(one.said in text and one.do in text for one in shown)
    assert "Something needs you" in text
