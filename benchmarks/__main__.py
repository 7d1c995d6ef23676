"""`python3 dev.py bench [name]`: run one benchmark, or list them. Each prints ratios against named peers in one run."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main(args: list[str]) -> int:
    """List the benchmarks, or run the one that is named with the rest of the arguments."""
    names = sorted(p.stem for p in Path(__file__).parent.glob("[a-z]*.py"))
    if not args or args[0] not in names:
        print("Benchmarks:", *names, sep="\n  ")
        return 0 if not args else 2
    sys.argv = [f"bench {args[0]}", *args[1:]]
    importlib.import_module(f"benchmarks.{args[0]}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
