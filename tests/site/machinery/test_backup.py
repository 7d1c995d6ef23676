"""There and back: the same rows, the same files, all walls."""

from __future__ import annotations

import json
import tarfile
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from tests.factories.machinery import make_hub, make_mentor, make_person, make_programme
from upwell_site.core import backup, walls
from upwell_site.core.models import Event, Hub, Person, User

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def place(tmp_path, settings):
    settings.DIR = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }
    return tmp_path


@pytest.fixture
def full(place, transactional_db):
    """A site with people in two hubs, an event, a person who points at another, and a file."""
    walls.put_up()
    here, there = make_hub(name="Here"), make_hub(name="There")
    mentor = make_mentor(here, make_programme(here))
    make_person(there, "Żaneta „Ż” O'Neil\twith\ttabs\nand lines \\N")
    Person.objects.filter(pk=mentor.pk).update(born_by=mentor)
    Event.objects.create(hub=here, did="x", by=mentor, numbers={"n": 1.5})
    default_storage.save("lists/a.csv", ContentFile(b"name\nAnia\n"))
    yield place
    wipe()


def wipe() -> None:
    """Empty the database, append-only tables too."""
    if connection.vendor == "sqlite":
        walls.take_down()
    tables = [
        name for name in connection.introspection.table_names() if name not in {"django_migrations", "core_cache"}
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA foreign_keys=OFF")
            for table in tables:
                cursor.execute(f'DELETE FROM "{table}"')
            cursor.execute("PRAGMA foreign_keys=ON")
        else:
            cursor.execute("TRUNCATE " + ", ".join(f'"{table}"' for table in tables) + " CASCADE")
    walls.put_up()
    call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=False)


def contents() -> dict[str, list[Any]]:
    """Return every row of every table but the library's own lists."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table not in {"core_cache", "sqlite_sequence"}:
                cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
                found[table] = [tuple(map(str, row)) for row in cursor.fetchall()]
    return found


def test_there_and_back(full, capsys):
    before = contents()
    call_command("backup")
    said = capsys.readouterr().out
    file = next((full / "backups").glob("*.tar"))
    assert file.stat().st_mode & 0o077 == 0, "nobody else on the machine reads it"
    assert "key of this site is not in it" in said
    assert backup.last() is not None
    wipe()
    default_storage.delete("lists/a.csv")
    assert not Hub.objects.exists()

    call_command("restore", str(file))

    assert contents() == before
    assert walls.missing() == []
    with default_storage.open("lists/a.csv") as back:
        assert back.read() == b"name\nAnia\n"
    assert User.objects.create_user("new@example.org").pk > max(int(row[0]) for row in before["core_user"])
    assert make_hub().pk > max(int(row[0]) for row in before["core_hub"])


def test_the_secret_is_not_in_it(full):
    (full / "secret").write_text("CANARY-SECRET")
    file = backup.make(full / "out")

    assert b"CANARY-SECRET" not in file.read_bytes()
    with tarfile.open(file) as tar:
        assert "secret" not in tar.getnames()


def test_nothing_is_put_over_what_is_there_unless_told(full):
    file = backup.make(full / "out")
    added = make_hub(name="Added later")

    with pytest.raises(CommandError, match="--replace"):
        call_command("restore", str(file))
    assert Hub.objects.filter(pk=added.pk).exists()

    call_command("restore", str(file), replace=True)
    assert not Hub.objects.filter(pk=added.pk).exists()


@pytest.mark.parametrize("how", ["a byte", "a part", "more", "not one", "newer", "other"])
def test_a_backup_that_was_changed_changes_nothing(full, how):
    file = backup.make(full / "out")
    before = contents()
    parts = full / "parts"
    with tarfile.open(file) as tar:
        tar.extractall(parts, filter="data")
    manifest = json.loads((parts / "manifest.json").read_text())
    if how == "a byte":
        victim = parts / "files/lists/a.csv"
        victim.write_bytes(victim.read_bytes()[:-1] + b"!")
    elif how == "a part":
        (parts / "files/lists/a.csv").unlink()
    elif how == "more":
        (parts / "files/evil").write_text("x")
    elif how == "newer":
        manifest["migrations"].append(["core", "9999_from_the_future"])
    elif how == "other":
        manifest["vendor"] = "oracle"
    (parts / "manifest.json").write_text(json.dumps(manifest))
    broken = full / "broken.tar"
    if how == "not one":
        broken.write_bytes(b"hello")
    else:
        with tarfile.open(broken, "w") as tar:
            tar.add(parts, arcname=".")

    with pytest.raises(CommandError):
        call_command("restore", str(broken), replace=True)
    assert contents() == before


@pytest.fixture
def sealed(full, settings):
    """A site with a sealed row, whose key lies beside it."""
    from tests.factories.people import give_role
    from upwell_site.sealed import actions

    settings.SEALED_KEY = full / "sealed.key"
    hub = Hub.objects.get(name="Here")
    give_role(make_person(hub, "Safiya Safe"), "safeguarding")
    return actions.raise_concern(by=None, hub=hub, words="canary-words", key="k")


def test_the_key_of_sealed_rows_is_in_no_backup_and_the_command_says_where_it_is(sealed, full, settings, capsys):
    """Whoever finds a backup finds noise."""
    key = settings.SEALED_KEY.read_text().split()
    call_command("backup", to=full / "out")
    assert str(settings.SEALED_KEY) in capsys.readouterr().out
    (file,) = (full / "out").glob("*.tar")
    whole = file.read_bytes()
    assert key[1].encode() not in whole and b"canary-words" not in whole
    with tarfile.open(file) as tar:
        manifest = tar.extractfile("manifest.json")
        assert manifest is not None and json.loads(manifest.read())["keys"] == [key[0]]


def test_a_backup_with_sealed_rows_does_not_come_back_without_their_key(sealed, full, settings):
    """A restore that reports success and leaves concerns unreadable would be found out on the worst day."""
    file = backup.make(full / "out")
    settings.SEALED_KEY.rename(full / "away")
    with pytest.raises(backup.Refused, match="sealed rows"):
        backup.restore(file, replace=True)
    (full / "sealed.key").write_text("damaged")
    with pytest.raises(backup.Refused, match="sealed rows"):
        backup.restore(file, replace=True)
    (full / "away").rename(settings.SEALED_KEY)
    backup.restore(file, replace=True)
    sealed.refresh_from_db()
    assert sealed.row_key()
