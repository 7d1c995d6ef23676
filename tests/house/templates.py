"""Every template is in djade's form: one way to write them, so that a change shows only what changed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Ask djade about every template of the site."""
    files = sorted(str(p) for p in (ROOT / "src").rglob("*.html"))
    djade = Path(sys.executable).parent / "djade"
    return subprocess.run([str(djade), "--check", "--target-version", "5.2", *files], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
