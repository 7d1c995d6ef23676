#!/usr/bin/env python3
"""Every command of the project. Needs only Python 3.11, pip and git: `python3 dev.py demo`, `python3 dev.py test`.

setup [run|test|engines]  install everything into .venv        demo [--port N]  the example place, in your browser
test [pytest options]     all tests, browser included          check            lint, types, contracts, drift, docs
bench [name]              measured figures, as ratios          shell            a Python shell inside the site
lock                      renew requirements/*.txt             shots            pictures for README and docs
mutants                   mistakes in the source            bom [FILE]       the bill of materials, as CycloneDX
faults [kills|power|disk|commit|restore|replay|roles|mail] [--times N] [--seed S] [--on sqlite|postgres]
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOCKS = {  # what each kind of environment is locked from
    "run": ["--extra", "site", "--extra", "postgres", "--group", "build"],
    "test": ["--extra", "site", "--extra", "postgres", "--group", "build", "--group", "test", "--group", "lint"],
    "engines": ["--group", "build", "--group", "engines"],
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def run(*command: object, **options: object) -> None:
    """Run a command here; end with its exit code when it fails."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, **options)
    if done.returncode:
        sys.exit(done.returncode)


def uv() -> str:
    """The path of uv: the system's, or one fetched once with pip into .tools."""
    ours = ROOT / ".tools" / "bin" / "uv"
    if not ours.exists():
        if found := shutil.which("uv"):
            return found
        quiet = ["-q", "--disable-pip-version-check", "--root-user-action=ignore"]
        run(sys.executable, "-m", "pip", "install", *quiet, "--target", ROOT / ".tools", "uv")
    return str(ours)


def setup(kind: str) -> Path:
    """Install the locked packages and the project; return the folder of its commands. Done before: nothing happens."""
    venv = ROOT / (".venv-engines" if kind == "engines" else ".venv")
    lock = ROOT / "requirements" / f"{kind}.txt"
    project = (ROOT / "pyproject.toml").read_bytes()
    mark = hashlib.sha256(lock.read_bytes() + project).hexdigest()[:12]
    wanted = [venv / f".{kind}-{mark}"]
    if kind == "run":  # the test environment holds all that the run environment does
        more = hashlib.sha256((ROOT / "requirements" / "test.txt").read_bytes() + project).hexdigest()[:12]
        wanted.append(venv / f".test-{more}")
    if not any(path.exists() for path in wanted):
        print("Setting up: this takes about half a minute, once.", flush=True)
        if not (venv / "bin" / "python").exists():
            run(uv(), "venv", "-q", "--python", sys.executable, venv)
        python = ["--python", venv / "bin" / "python"]
        run(uv(), "pip", "sync", "-q", "--system-certs", "--require-hashes", *python, lock)
        run(uv(), "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--offline", *python, "-e", ".")
        for old in venv.glob(".*-*"):
            old.unlink()
        wanted[0].touch()
    return venv / "bin"


def browser() -> str:
    """The path of Chromium, installed by the system's package manager when that is allowed; else one clear sentence."""
    names = [os.environ.get("CHROMIUM", ""), *BROWSERS]
    if found := next((path for name in names if name and (path := shutil.which(name))), None):
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests.", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        run("apt-get", "update", "-qq", **quiet)
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "libatomic1", **quiet)
        return shutil.which("chromium") or sys.exit("Chromium was installed but cannot be found.")
    return sys.exit("The browser tests need Chromium: install it, or set CHROMIUM=/path/to/chromium.")


def main(args: list[str]) -> None:
    command, rest = (args[0] if args else "help"), args[1:]
    if command == "setup":
        setup(rest[0] if rest else "run")
    elif command == "demo":
        site = setup("run") / "upwell-site"
        os.execv(site, [str(site), "demo", *rest])
    elif command == "test":
        env = {**os.environ, "CHROMIUM": browser()}
        side_by_side = ["-n", str(min(4, os.cpu_count() or 1)), "--dist", "worksteal"]  # each process has its database
        run(setup("test") / "python", "-m", "pytest", *side_by_side, *rest, env=env)
    elif command == "check":
        run(setup("test") / "python", ROOT / "tests" / "check.py", *rest)
    elif command == "bench":
        run(setup("test") / "python", "-m", "benchmarks", *rest)
    elif command == "faults":
        run(setup("test") / "python", "-m", "tests.faults", *rest)
    elif command == "bom":
        run(setup("test") / "python", "-m", "tests.bom", *rest)
    elif command == "mutants":
        run(setup("test") / "python", "-m", "tests.house.source_mutants", *rest)
    elif command == "shots":
        run(setup("test") / "python", "-m", "tests.journeys.shots", *rest, env={**os.environ, "CHROMIUM": browser()})
    elif command == "shell":
        run(setup("run") / "upwell-site", "shell", *rest)
    elif command == "lock":
        for kind, parts in LOCKS.items():
            how = "--universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate -q"
            run(uv(), "pip", "compile", *how.split(), "pyproject.toml", *parts, "-o", f"requirements/{kind}.txt")
    else:
        print(__doc__)
        sys.exit(0 if command in {"help", "-h", "--help"} else 2)


if __name__ == "__main__":
    main(sys.argv[1:])
