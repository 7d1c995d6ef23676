"""Are known holes in the parts we run? Never an answer that nobody gave: a part that was skipped is a fault.

`pip-audit` says "no known vulnerabilities" and ends with 0 when it could look at nothing: so each part is read.
With UPWELL_AUDIT=strict also "it could not be asked" is a fault; otherwise that is said loudly.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.bom import LOCK, Part, parts

ROOT = Path(__file__).resolve().parents[1]
NOT_RUN = "NOT RUN: "


def faults(said: dict[str, Any], locked: Iterable[Part]) -> list[str]:
    """Return what is wrong by an answer of pip-audit: holes, parts it skipped, parts of the lock it says nothing of."""
    found, seen = [], set()
    for one in said.get("dependencies", []):
        name = str(one.get("name", "")).lower().replace("_", "-")
        seen.add(name)
        if "skip_reason" in one:
            found.append(f"{name} was skipped: {one['skip_reason']}")
            continue
        found += [f"{name} {one.get('version')}: {hole.get('id')}" for hole in one.get("vulns", [])]
    wanted = {part.name.lower().replace("_", "-") for part in locked if part.is_for_here()}
    found += [f"{name} was not looked at" for name in sorted(wanted - seen)]
    return found


def ask() -> dict[str, Any] | str:
    """Return pip-audit's answer, or why there is none."""
    program = shutil.which("pip-audit") or shutil.which("pip-audit", path=str(Path(sys.executable).parent))
    if program is None:
        return "pip-audit is not installed here"
    line = [program, "-r", str(LOCK), "--require-hashes", "--disable-pip", "-f", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
        said = json.loads(done.stdout)
        return said if isinstance(said, dict) else "pip-audit gave an answer of another kind"
    except (subprocess.TimeoutExpired, ValueError):
        return "pip-audit gave no answer that can be read: is its data in reach?"


def verdict(answer: dict[str, Any] | str, locked: list[Part], *, strict: bool) -> tuple[int, list[str]]:
    """Return the exit code and what to print."""
    if isinstance(answer, str):
        return (1 if strict else 0), [f"{NOT_RUN}{answer}"]
    found = faults(answer, locked)
    here = sum(part.is_for_here() for part in locked)
    return (1, found) if found else (0, [f"{here} parts looked at, no known hole"])


def main() -> int:
    """Ask and say."""
    code, lines = verdict(ask(), parts(), strict=os.environ.get("UPWELL_AUDIT") == "strict")
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
