"""Gone means gone: every byte of the site's folder and of a fresh backup; and old backups bring nobody back."""

from __future__ import annotations

import json
import logging
import re
import struct
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, models
from django.utils import timezone

from tests import world as w
from tests.factories.machinery import make_hub, make_person
from upwell_site.connect.models import Ask, Offer, Round, Unmatched
from upwell_site.core import backup, erase, jobs, ledger, privacy, redact, safe_start, scrub, threads, walls
from upwell_site.core.bringing import files
from upwell_site.core.models import (
    Attendance,
    Batch,
    BatchRow,
    Event,
    Invitation,
    Job,
    Letter,
    Link,
    Merge,
    Message,
    NoticeChoice,
    Person,
    Seat,
    Standing,
)
from upwell_site.listen.models import Discussion, Statement

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WORD = re.compile(rb"zq[0-9a-f]{10}qz")


@pytest.fixture
def folder(tmp_path, settings, monkeypatch, transactional_db) -> Iterator[Path]:
    """A site's folder with the database in it: on SQLite a real file, because memory has no pages to look through."""
    settings.DIR = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }
    walls.put_up()
    if connection.vendor != "sqlite":
        yield tmp_path
        wipe()
        return
    connection.ensure_connection()
    memory = connection.connection
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(tmp_path / "upwell.sqlite3")])
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "upwell.sqlite3"))
    connection.connection = None
    connection.connect()
    yield tmp_path
    connection.close()
    connection.connection = memory


def wipe() -> None:
    with connection.cursor() as cursor:
        keep = {"django_migrations", "core_cache"}
        tables = [name for name in connection.introspection.table_names() if name not in keep]
        cursor.execute("TRUNCATE " + ", ".join(f'"{table}"' for table in tables) + " CASCADE")
    walls.put_up()


# ---- somebody with a canary in every field ----


def somebody(world: w.World) -> tuple[Person, set[bytes]]:
    """Give `adult` a row in every table that can be about them, a canary in every field, and return the held words."""
    side = world.sides["here"]
    p, r, hub, person = side.people, side.rows, side.hub, side.people["adult"]
    a, soon, one = r["programme"]["A"], timezone.now() + timedelta(days=3), r["round"]["one"]
    Person.objects.filter(pk=person.pk).update(born_claimed=date(1957, 3, 17), born_claimed_by=p["lead"])
    Invitation.objects.create(hub=hub, person=person, address="x@example.org", key_hash="2" * 64, expires_at=soon)
    Link.objects.create(hub=hub, person=person, scope="x", key_hash="3" * 64, expires_at=soon)
    NoticeChoice.objects.create(hub=hub, person=person, kind="message", wanted=False)
    gone = Person.objects.create(hub=hub, merged_into=person, emptied_at=timezone.now(), outside_id="x")
    Merge.objects.create(hub=hub, kept=person, other=gone, by=p["admin"], undo={"other": {"name": "x"}})
    Standing.objects.create(hub=hub, person=person, what="code")
    day = timezone.localdate()
    apps.get_model("sealed.Check").objects.create(
        hub=hub,
        person=person,
        level="basic",
        issued_on=day - timedelta(days=2),
        recheck_on=day + timedelta(days=700),
        status="in_order",
        verified_by=p["lead"],
    )
    Attendance.objects.create(hub=hub, person=person, training=r["training"]["A"], state="came")
    Job.objects.filter(kind="test.nothing").delete()
    Job.objects.create(hub=hub, kind="test.done", by=person, state="done")
    Event.objects.create(hub=hub, by=person, did="test")
    Discussion.objects.create(hub=hub, title="A title of the hub's", by=person)
    Round.objects.create(hub=hub, programme=a, name="Spring", approved_by=person, approved_at=timezone.now())
    batch = Batch.objects.create(hub=hub, kind="people", by=person, file_name="a.csv", digest="0" * 64, state="done")
    for model in (Ask, Offer):
        model.objects.create(hub=hub, round=one, programme=a, person=person)
    Unmatched.objects.create(hub=hub, round=one, programme=a, mentee=person)
    Statement.objects.create(hub=hub, discussion=r["discussion"]["open"], number=5, text="x", author=person)
    adults = threads.open_thread(by=None, parties=[person, p["mentor"]])
    Message.objects.create(hub=hub, thread=adults, person=person, text="x")
    EmailAddress.objects.create(user=person.user, email="x@example.org", verified=True, primary=True)
    Authenticator.objects.create(user=person.user, type="totp", data={"secret": "x"})
    numbers = iter(range(10_000))
    for model, personal, rows in erase.about(person):
        for row in rows:
            _canaries(world, model, personal, row, numbers)
    user = type(person.user).objects.filter(pk=person.user_id)
    user.update(email=f"{_word(world)}@example.org")
    EmailAddress.objects.filter(user=person.user).update(email=f"{_word(world)}@example.org")
    Authenticator.objects.filter(user=person.user).update(data={"secret": _word(world)})
    person = Person.objects.select_related("user").get(pk=person.pk)
    BatchRow.objects.create(
        hub=hub, batch=batch, number=1, made=f"core.person:{person.pk}", new=False, before={"name": _word(world)}
    )
    Letter.objects.create(
        hub=hub, address=person.email, kind="invitation", event="e", values={"n": _word(world)}, message_id="<c@x>"
    )
    stored, digest, _size = files.store([f"name,email\n{_word(world)},{person.email}\n".encode()])
    files.problems_of(stored).write_text(_word(world))
    Batch.objects.create(
        hub=hub, kind="people", by=p["lead"], file_name="b.csv", file=stored, digest=digest, found={"s": _word(world)}
    )
    held = _word(world)
    Seat.objects.create(hub=hub, thread=r["thread"]["young"], person=person)
    Message.objects.create(hub=hub, thread=r["thread"]["young"], person=person, text=held)
    return person, {held.encode()}


def _sealed(model: Any, personal: privacy.Personal) -> bool:
    """Whether the law holds a row whose words no copy can be read in anyway (tests/site/sealed)."""
    return model._meta.app_label == "sealed" and personal.on_erase == "hold"


def _word(world: w.World) -> str:
    return world.word("here", "person", "adult", "contact")


def _canaries(world: w.World, model: Any, personal: privacy.Personal, row: Any, numbers: Iterator[int]) -> None:
    """Put a word of its own into each field that may say something; in rows that go as a whole, in every text."""
    if getattr(model, "append_only", False) or _sealed(model, personal):
        return
    wordy = set(privacy.Kind) - {privacy.NONE, privacy.LINK, privacy.DATE}
    wanted = {n for n, kind in personal.fields.items() if kind in wordy or model is Person} - set(personal.stays)
    if personal.on_erase == "delete":
        wanted |= set(personal.fields)
    values: dict[str, Any] = {}
    for name in wanted:
        field = model._meta.get_field(name)
        if isinstance(field, models.JSONField):
            values[name] = {"x": _word(world)} if field.default is dict else [_word(world)]
        elif isinstance(field, models.CharField | models.TextField) and not field.choices:
            text = f"{_word(world)}@example.org" if isinstance(field, models.EmailField) else _word(world)
            if (field.max_length or 999) >= len(text):
                values[name] = text
        elif isinstance(field, models.BinaryField) and name != "wrapped":  # a key names the site's key it needs
            values[name] = _word(world).encode()
        elif isinstance(field, models.FloatField):
            values[name] = 50 + next(numbers) / 9973
    model._base_manager.filter(pk=row.pk).update(**values)


def said(person: Person) -> set[bytes]:
    """Return every canary in rows about somebody, numbers and dates of theirs as they stand in the file included."""
    found: set[bytes] = set()
    for _model, personal, rows in erase.about(person):
        for values in rows.values():
            found |= set(WORD.findall(repr(values).encode()))
            if personal.on_erase == "delete":
                floats = [value for value in values.values() if isinstance(value, float) and value % 1]
                found |= {struct.pack(">d", value) for value in floats}
    return found | {b"1957-03-17"}


def leftovers(folder: Path, words: set[bytes], *, but: tuple[str, ...] = ()) -> dict[str, set[bytes]]:
    """Return file -> which of these words stand in it, in every file of the site's folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in but:
            inside = path.read_bytes()
            if there := {word for word in words if word in inside}:
                found[path.name] = there
    return found


def everything(folder: Path) -> set[bytes]:
    """Return every canary in a fresh backup: all that is in the database, and no free page."""
    return set(WORD.findall(backup.make(folder / "out").read_bytes()))


def forgotten(folder: Path) -> tuple[set[bytes], set[bytes], set[bytes], dict[str, set[bytes]]]:
    """Build W, forget somebody by the job; return their words, those held, all others, and what is left where."""
    world = w.make()
    person, held = somebody(world)
    mine = said(person) | {c.word.encode() for c in world.canaries if c.row == "adult" and c.hub == "here"}
    before = everything(folder)
    next((folder / "out").glob("*.tar")).unlink()
    lines = logging.FileHandler(folder / "upwell.log")
    lines.addFilter(redact.Redact())
    logging.getLogger().addHandler(lines)
    try:
        job = erase.start(by=world.sides["here"].people["admin"], person=person)
        assert jobs.work_one()
    finally:
        logging.getLogger().removeHandler(lines)
        lines.close()
    job.refresh_from_db()
    assert job.state == "done", job.said
    if not scrub.at_once():
        assert erase.settle()
    mine -= held
    backup.make(folder / "out")
    return mine, held, before - mine - held, leftovers(folder, mine)


def test_every_table_that_can_be_about_somebody_is_tried(folder):
    """A new table without a row here would never be looked through."""
    person, _held = somebody(w.make())
    found = [(model, personal) for model, personal, rows in erase.about(person) if not rows.exists()]
    assert [model._meta.label for model, personal in found if not _sealed(model, personal)] == []


def test_not_a_byte_of_somebody_is_left(folder):
    """B8: database file, its log of writes and free pages, uploads, the log of the site, a fresh backup."""
    mine, held, others, left = forgotten(folder)
    assert len(mine) > 60
    assert left == {}
    after = set(WORD.findall(next((folder / "out").glob("*.tar")).read_bytes()))
    assert others - after == set(), "what is other people's is all there"
    assert len(others) > 50
    assert held <= after, "what the law holds is all there"
    print(f"canaries of one person: {len(mine)}, of others: {len(others)}, held: {len(held)}, left: {len(left)}")


def _nothing_scrubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrub, "scrub", lambda: True)


def _ask_forgotten_by_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ask, "personal", privacy.NOTHING)


def _phone_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Person, "personal", replace(Person.personal, stays=(*Person.personal.stays, "phone")))


def _made_by_imports_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erase, "forget", lambda rows: 0 if rows.model is BatchRow else _forget(rows))


_forget = erase.forget
HOLES = [_ask_forgotten_by_the_registry, _phone_stays, _made_by_imports_stays, _nothing_scrubbed]


@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.__name__.strip("_"))
def test_a_hole_is_found(folder, monkeypatch, hole):
    """The scan can see what it looks for."""
    if hole is _nothing_scrubbed and connection.vendor != "sqlite":
        pytest.skip("the files of a PostgreSQL server are not read here")
    marks = said

    def in_all_rows(person: Person) -> set[bytes]:
        found = marks(person)
        hole(monkeypatch)  # planted once the canaries are known
        return found

    monkeypatch.setitem(globals(), "said", in_all_rows)
    assert forgotten(folder)[3] != {}


# ---- the ledger ----


def test_the_ledger_holds_no_name_and_no_number(folder):
    """Whoever finds it alone learns how many, and when."""
    world = w.make()
    person = world.sides["here"].people["adult"]
    erase.erase_person(by=None, person=person)
    ledger.write(person)
    ledger.write(person)
    inside = ledger.path().read_bytes()
    assert ledger.path().stat().st_mode & 0o077 == 0
    assert not WORD.search(inside)
    assert str(person.joined_at.date()).encode() not in inside.replace(str(timezone.now().date()).encode(), b"")
    assert ledger.unscrubbed() == 1


def test_an_old_backup_brings_nobody_back(folder):
    """Back up, forget, put the old backup back: forgotten again before anything is served, and out of the file too."""
    world = w.make(sealed=False)
    person, _held = somebody(world)
    mine = said(person) - _held
    old = backup.make(folder / "old")
    erase.start(by=world.sides["here"].people["admin"], person=person)
    jobs.work_one()
    told: list[str] = []

    backup.restore(old, replace=True, say=told.append)

    assert "Forgotten since this backup was made, and forgotten again now: 1" in told
    person.refresh_from_db()
    assert person.emptied_at is not None
    safe_start.check()
    old.unlink()
    assert everything(folder) & mine == set()
    assert leftovers(folder, mine) == {}
    assert not (folder / "old" / ledger.NAME).exists()


def test_the_ledger_is_in_no_backup(folder):
    ledger.write(make_person(make_hub()))
    assert b"erasure" not in backup.make(folder / "out").read_bytes()


def test_nothing_starts_while_somebody_forgotten_is_back(folder):
    """A database put back by hand, beside `restore`."""
    person = make_person(make_hub(), "Back Again")
    ledger.write(person)
    with pytest.raises(ImproperlyConfigured, match="forget-again"):
        safe_start.check()
    with pytest.raises(ImproperlyConfigured):
        call_command("work", once=True)
    call_command("forget_again")
    safe_start.check()
    person.refresh_from_db()
    assert person.name == ""


def test_a_number_given_out_again_is_somebody_else(folder):
    """After an old backup came back, new people get numbers that others had."""
    person = make_person(make_hub())
    ledger.write(person)
    Person.objects.filter(pk=person.pk).update(joined_at=person.joined_at + timedelta(microseconds=1))
    assert ledger.back_again() == []


def test_under_another_secret_nothing_is_restored_blindly(folder, settings):
    person = make_person(make_hub())
    file = backup.make(folder / "out")
    ledger.write(person)
    settings.SECRET_KEY = "another"
    assert ledger.back_again() == []
    with pytest.raises(CommandError, match="another secret"):
        call_command("restore", str(file), replace=True)
    with pytest.raises(CommandError, match="another secret"):
        call_command("forget_again")


def test_a_reader_of_an_older_page_delays_the_end(folder):
    """The checkpoint answers busy: not done yet."""
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's log of writes")
    import sqlite3

    make_hub()
    other = sqlite3.connect(folder / "upwell.sqlite3")
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM core_hub").fetchone()
    make_hub()
    assert erase.settle() is False
    other.close()
    assert erase.settle() is True


def test_a_backup_says_where_the_ledger_is(folder, capsys):
    ledger.write(make_person(make_hub()))
    call_command("backup")
    assert "erasures.sqlite3" in capsys.readouterr().out
    assert json.loads((folder / "last-backup.json").read_text())
