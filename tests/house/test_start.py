"""Both commands stand in the environment's folder, start quickly, and load nothing heavy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
HEAVY = {"scipy", "numba", "polars", "pandas", "sklearn", "matplotlib"}
LIST = "import sys; print(' '.join(sorted({name.partition('.')[0] for name in sys.modules})))"


def run(*command: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("name", "argument"), [("upwell", "--help"), ("upwell-site", "check"), ("upwell", "--version")]
)
def test_the_installed_command_runs(name: str, argument: str):
    """What the README says must be there after set-up."""
    done = run(str(BIN / name), argument)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "code",
    [
        "from upwell.cli import cli; cli.main(['--help'], standalone_mode=False)",
        "import sys; sys.argv = ['upwell-site', 'check']; from upwell_site.cli import main; main()",
    ],
    ids=["upwell --help", "upwell-site check"],
)
def test_starting_loads_nothing_heavy(code: str):
    """SciPy alone costs a second; a help text must not wait for it."""
    done = run(sys.executable, "-c", f"{code}\n{LIST}")
    assert done.returncode == 0, done.stderr
    assert not HEAVY & set(done.stdout.split())


def test_bad_input_on_the_command_line_is_one_sentence(tmp_path: Path):
    """Never a traceback."""
    done = run(
        str(BIN / "upwell"),
        "connect",
        "match",
        str(tmp_path / "no.csv"),
        str(tmp_path / "no.csv"),
        "--out",
        str(tmp_path / "o"),
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "no.csv" in done.stderr
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("UPWELL_HTTPS", "perhaps", "UPWELL_HTTPS must be yes or no"),
        ("UPWELL_SMTP_PORT", "post", "UPWELL_SMTP_PORT must be a whole number"),
        ("UPWELL_DATABASE", "mysql://x", "UPWELL_DATABASE must begin with"),
        ("UPWELL_SECRET_FILE", "/nowhere/secret", "cannot be read"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence(name: str, value: str, says: str):
    """An operator reads it at night, on a phone."""
    env = {k: v for k, v in os.environ.items() if k not in {"DJANGO_SETTINGS_MODULE", "UPWELL_SECRET"}}
    done = subprocess.run(
        [str(BIN / "upwell-site"), "check"],
        env={**env, name: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert says in done.stderr
    assert "Traceback" not in done.stderr
