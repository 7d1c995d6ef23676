"""The bill of materials: every part that runs in a site, with its version, hashes and licence, as CycloneDX 1.6 JSON.

`python3 dev.py bom [FILE]`. Made from the lock file and from what the installed parts say of themselves.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.markers import Marker

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements" / "run.txt"
PART = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^ ;\\]+)(?:\s*;\s*(?P<where>[^\\]+?))?\s*\\?$"
)
HASH = re.compile(r"--hash=(?P<how>sha256):(?P<mark>[0-9a-f]{64})")
COPYLEFT = re.compile(r"\b(A|L)?GPL|Affero|General Public", re.I)
# Used as they are and linked to at run time, which the LGPL lets everybody do; never changed and never copied.
MAY = {"psycopg": "LGPL-3.0-only", "psycopg-binary": "LGPL-3.0-only", "psycopg-pool": "LGPL-3.0-only"}


@dataclass(slots=True)
class Part:
    """One line of the lock file."""

    name: str
    version: str
    where: str
    hashes: list[str] = field(default_factory=list)

    def is_for_here(self) -> bool:
        """Whether it is installed on a machine like this one."""
        return not self.where or Marker(self.where).evaluate()

    def licence(self) -> str:
        """Return the licence as the part itself states it; "" when it is not installed here."""
        try:
            told = metadata.metadata(self.name)
        except metadata.PackageNotFoundError:
            return ""
        stated = told.get("License-Expression") or ""
        classes = [c.rpartition(" :: ")[2] for c in told.get_all("Classifier") or [] if c.startswith("License :: ")]
        short = (told.get("License") or "").strip().partition("\n")[0]
        return stated or " AND ".join(sorted(set(classes) - {"OSI Approved"})) or short[:80]


def parts(lock: Path = LOCK) -> list[Part]:
    """Read the lock file. Raises ValueError for a line it does not know: nothing is left out in silence."""
    found: list[Part] = []
    for number, line in enumerate(lock.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line[0] not in " \t":
            match = PART.match(line)
            if match is None:
                raise ValueError(f"{lock.name} line {number} is no part: {line}")
            found.append(Part(match["name"], match["version"], match["where"] or ""))
        else:
            mark = HASH.search(line)
            if mark is None or not found:
                raise ValueError(f"{lock.name} line {number} is no hash: {line}")
            found[-1].hashes.append(mark["mark"])
    return found


def bill() -> dict[str, Any]:
    """Return the bill of materials."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "upwell", "version": metadata.version("upwell")}},
        "components": [
            {
                "type": "library",
                "name": part.name,
                "version": part.version,
                "purl": f"pkg:pypi/{part.name.lower()}@{part.version}",
                "hashes": [{"alg": "SHA-256", "content": mark} for mark in part.hashes],
                "licenses": [{"license": {"name": part.licence() or "not installed on this machine"}}],
            }
            for part in parts()
        ],
    }


def main() -> int:
    """Write it to a file, or to the screen."""
    text = json.dumps(bill(), indent=1)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text + "\n", "utf-8")
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
