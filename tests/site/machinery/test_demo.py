"""The example: everything starts together and ends together; a real site is never taken for one."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from upwell_site.core import demo
from upwell_site.core.management.commands import demo as command
from upwell_site.core.models import Hub, Site, User
from upwell_site.project.example import settle

UPWELL = [sys.executable, "-c", "from upwell_site.cli import main; main()"]
MAKE_READY = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from upwell_site.core.models import Hub, Site
Site.objects.update_or_create(pk=1, defaults={"example": True})
Hub.objects.create(name="H", slug="h", controller="T", example=True)
"""


def clean_env(folder: Path) -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("UPWELL_", "DJANGO_"))}
    return {**env, "UPWELL_DIR": str(folder)}


def answer(port: int, path: str) -> int:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", path)
        return line.getresponse().status
    finally:
        line.close()


def of_folder(folder: Path) -> list[str]:
    """Return the processes that work for this folder's site."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if f"UPWELL_DIR={folder}\0".encode() in (place / "environ").read_bytes():
                found.append(place.name)
        except OSError:
            continue
    return found


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A folder with an example that only has to be started."""
    folder = tmp_path_factory.mktemp("demo")
    env = clean_env(folder)
    with_settings = {**env, "DJANGO_SETTINGS_MODULE": "upwell_site.project.settings"}
    subprocess.run([sys.executable, "-c", MAKE_READY], env=with_settings, check=True, capture_output=True)
    return folder, env


def start(env: dict[str, str]) -> tuple[subprocess.Popen[str], int]:
    """Start a demo and return it with the port it printed."""
    running = subprocess.Popen([*UPWELL, "demo", "--no-browser"], env=env, stdout=-1, stderr=-2, text=True)
    said = []
    for line in running.stdout:
        said.append(line)
        if "Upwell is here: http://127.0.0.1:" in line:
            return running, int(line.rsplit(":", 1)[1].strip().strip("/"))
    raise AssertionError("".join(said))


def until(seconds: float, true: object) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.slow
def test_a_demo_starts_in_seconds_and_ends_with_all_its_children(ready):
    folder, env = ready
    began = time.monotonic()
    running, port = start(env)
    took = time.monotonic() - began

    assert answer(port, "/health/") == 200
    assert until(30, lambda: len(of_folder(folder)) >= 5), "parent, web and its workers, worker, tick"
    running.send_signal(signal.SIGINT)
    rest = running.communicate(timeout=20)[0]

    assert "Nothing is running any more." in rest
    assert running.returncode == 0
    assert of_folder(folder) == []
    socket.create_server(("127.0.0.1", port)).close()
    print(f"up after {took:.1f} s")  # not held to a number: the machine of a test may be busy


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_a_demo_killed_with_9_leaves_nothing_behind(ready):
    folder, env = ready
    running, port = start(env)
    running.kill()
    running.communicate()

    assert until(15, lambda: of_folder(folder) == [])
    socket.create_server(("127.0.0.1", port)).close()


def test_a_taken_port_gives_way_to_a_free_one():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert demo.free_port(port) != port
    assert demo.free_port(port) == port


def test_a_port_that_was_asked_for_is_not_changed_silently():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match="is taken"):
            command.Command().handle(port=port, fresh=False, no_browser=True)


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["a hub", "a sign-in", "a start"])
def test_a_real_site_is_never_made_an_example(what):
    if what == "a hub":
        Hub.objects.create(name="Real", slug="real", controller="A trust")
    elif what == "a sign-in":
        User.objects.create_user("ania@example.org")
    else:
        Site.objects.create(pk=1)

    with pytest.raises(CommandError, match="holds a real site"):
        command.prepare(fresh=False)
    assert not Site.is_example()


@pytest.mark.django_db
def test_fresh_never_deletes_a_real_site(tmp_path, settings, monkeypatch):
    from django.db import connection

    file = tmp_path / "upwell.sqlite3"
    file.write_text("a real one")
    monkeypatch.setitem(connection.settings_dict, "NAME", str(file))
    with pytest.raises(CommandError, match="for the example only"):
        command.begin_again()
    assert file.exists()


def test_settings_of_a_real_site_do_not_reach_the_example():
    env = {"UPWELL_SMTP_HOST": "mail", "UPWELL_SMTP_HOST_FILE": "x", "UPWELL_DATABASE": "postgresql://x/y", "HOME": "/"}
    settle(env)

    assert env == {"HOME": "/", "UPWELL_DIR": "var/demo"}
