"""`dev.py check`: every tool runs, and those that are red are named at the end."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

BIN = Path(sys.executable).parent
CHECKS: dict[str, list[str]] = {
    "lint": [str(BIN / "ruff"), "check", "src", "tests", "benchmarks", "dev.py"],
    "format": [str(BIN / "ruff"), "format", "--check", "src", "tests", "benchmarks", "dev.py"],
    "types": [str(BIN / "mypy")],
    "import contracts": [str(BIN / "lint-imports")],
    "templates": [str(BIN / "python"), "-m", "tests.house.templates"],
    "migration drift": [str(BIN / "upwell-site"), "makemigrations", "--check", "--dry-run"],
    "audit": [str(BIN / "python"), "-m", "tests.audit"],
    "docs": [str(BIN / "python"), "-m", "pytest", "tests/house/test_docs.py", "-p", "no:cacheprovider"],
}


def main(wanted: list[str]) -> int:
    """Run the checks named, or all; return 1 when one is red."""
    red = []
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "UPWELL_DIR": folder, "UPWELL_SECRET": "only-for-checks"}
        for name, command in CHECKS.items():
            if wanted and name not in wanted:
                continue
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
            asked = "NOT RUN" not in done.stdout
            print(f"{'RED' if done.returncode else 'ok ' if asked else '-- '} {name}", flush=True)
            if not asked:
                print(f"    {done.stdout.strip()}", flush=True)
            if done.returncode:
                red.append(name)
                print((done.stdout + done.stderr)[-6000:], flush=True)
    if red:
        print(f"\n{len(red)} of {len(CHECKS)} checks are red: {', '.join(red)}")
    return 1 if red else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
