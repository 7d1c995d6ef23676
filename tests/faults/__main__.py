"""`python3 dev.py faults kills --times 200 --on postgres`: the long form of what `tests/faults` does in short."""

from __future__ import annotations

import argparse
import sys
import time
from importlib import import_module

CAMPAIGNS = {
    "kills": 200,
    "power": 500,
    "disk": 1,
    "commit": 20,
    "restore": 100_000,
    "replay": 60,
    "roles": 20_000,
    "mail": 3,
}


def main() -> int:
    """Run the campaigns named, or all; return 1 when one found anything."""
    reader = argparse.ArgumentParser(prog="dev.py faults", description=__doc__)
    reader.add_argument("campaign", nargs="*", choices=[*CAMPAIGNS, []], help="all when none is named")
    reader.add_argument("--times", type=int, default=0, help="how often; each has its own usual number")
    reader.add_argument("--seed", type=int, default=1, help="the same seed draws the same moments and deeds")
    reader.add_argument("--on", choices=["sqlite", "postgres"], default="sqlite")
    given = reader.parse_args()
    bad = 0
    for name in given.campaign or CAMPAIGNS:
        began = time.monotonic()
        run = import_module(f"tests.faults.{name}").run
        found = run(
            times=given.times or CAMPAIGNS[name], seed=given.seed, on=given.on, say=lambda s: print(s, flush=True)
        )
        print(f"{name} on {given.on}, seed {given.seed}, {time.monotonic() - began:.0f} s")
        for line in found.lines():
            print(f"  {line}", flush=True)
        bad += found.bad
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
