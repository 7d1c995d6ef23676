"""From SQLite to PostgreSQL and back: three sites of their own, the same digest at each end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.conftest import _postgres

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
FILL = (
    "import django; django.setup(); from tests import world; w = world.make(); "
    "from upwell_site.core.models import Person, Letter; p = w.sides['here'].people; "
    "Person.objects.filter(pk=p['lead'].pk).update(born_by=p['admin']); "
    "Person.objects.filter(pk=p['admin'].pk).update(born_by=p['lead'], about='Żaneta \\u2028 \"=1\\\\n\\t🙂'); "
    "Letter.objects.update(state='sent')"
)


class Place:
    """A site with a folder and a database of its own."""

    def __init__(self, folder: Path, database: str = "") -> None:
        folder.mkdir()
        self.env = {k: v for k, v in os.environ.items() if k not in {"UPWELL_DATABASE", "UPWELL_TEST_ON"}}
        self.env |= {"UPWELL_DIR": str(folder), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        self.env |= {"DJANGO_SETTINGS_MODULE": "upwell_site.project.settings"}
        if database:
            self.env["UPWELL_DATABASE"] = database
        self.run("migrate")

    def python(self, *arguments: str) -> str:
        done = subprocess.run([sys.executable, *arguments], env=self.env, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, *arguments: str) -> str:
        return self.python("-m", "django", *arguments)


def digest(said: str) -> str:
    return re.search(r"Digest of the hub: (\w{64})", said)[1]


@pytest.fixture
def database():
    import psycopg

    uri, name = _postgres(), f"upwell_move_{os.getpid()}"
    with psycopg.connect(uri, autocommit=True) as db:
        db.execute(f'CREATE DATABASE "{name}"')
    yield urlunsplit(urlsplit(uri)._replace(path=f"/{name}"))
    with psycopg.connect(uri, autocommit=True) as db:
        db.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


# The example hub has 231,140 rows: minutes, so it goes on request (UPWELL_MOVE=example).
@pytest.mark.parametrize("fill", ["world", *os.environ.get("UPWELL_MOVE", "").split()])
def test_sqlite_to_postgres_to_sqlite(tmp_path, database, fill):
    first = Place(tmp_path / "a")
    if fill == "world":
        first.python("-c", FILL)
        hub = "here"
    else:
        first.run("example")
        hub = first.python(
            "-c",
            "import django; django.setup(); from upwell_site.core.models import Hub; "
            "print(Hub.objects.filter(kind='hub').order_by('pk')[0].slug)",
        ).strip()
    left = digest(first.run("archive", hub, "--to", str(tmp_path / "one.zip")))
    second = Place(tmp_path / "b", database)
    assert digest(second.run("move_hub", str(tmp_path / "one.zip"))) == left
    assert digest(second.run("archive", hub, "--to", str(tmp_path / "two.zip"))) == left
    third = Place(tmp_path / "c")
    assert digest(third.run("move_hub", str(tmp_path / "two.zip"))) == left
    assert digest(third.run("archive", hub, "--to", str(tmp_path / "three.zip"))) == left
    assert digest(first.run("archive", hub, "--to", str(tmp_path / "again.zip"))) == left  # left as it was
