"""How long a list of very many people takes to be brought in with every check on, beside bare inserts in the same run.

The list is made by seed: names, addresses, phones, postcodes, dates of birth, languages, some cells empty. The command is
the one people use (`upwell-site import`); its time holds the start of the program. Peak memory is the system's figure.

    python3 dev.py bench bring_in [--people 100000 1000000] [--databases sqlite postgres]
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.site_pages import BIN, place

FIRST = ("Amina", "Danuta", "Olive", "Tomasz", "Ruth", "Semira", "Leroy", "Priya", "Jo", "Kai", "Chloë", "Łukasz")
LAST = ("Khan", "Wolska", "Nisbett", "Zielony", "Adeyemi", "Tesfay", "Brown", "Patel", "Smith", "Osei")
HEADING = ("id", "name", "email", "phone", "postcode", "date of birth", "languages")


def write_list(path: Path, people: int, seed: int = 1) -> None:
    """Write a list of invented people."""
    dice = random.Random(seed)
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(HEADING)
        for n in range(people):
            born = f"{dice.randrange(1950, 2012)}-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}"
            writer.writerow(
                (
                    f"P-{n:07d}",
                    f"{dice.choice(FIRST)} {dice.choice(LAST)}",
                    f"p{n}@example.org" if dice.random() < 0.8 else "",
                    f"0113 496 {dice.randrange(10_000):04d}" if dice.random() < 0.6 else "",
                    f"LS{dice.randrange(1, 29)} {dice.randrange(1, 10)}AB",
                    born if dice.random() < 0.7 else "",
                    dice.choice(("English", "English; Polish", "Urdu; English", "Tigrinya", "")),
                )
            )


def bare(path: Path, folder: Path) -> float:
    """Return the seconds that the standard library needs to put the same cells into one table without any check."""
    begun = time.perf_counter()
    with path.open(newline="", encoding="utf-8") as source, sqlite3.connect(folder / "bare.sqlite3") as database:
        rows = csv.reader(source)
        next(rows)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute(f"CREATE TABLE people ({', '.join(name.replace(' ', '_') for name in HEADING)})")
        database.executemany(f"INSERT INTO people VALUES ({', '.join('?' * len(HEADING))})", rows)
    database.close()
    return time.perf_counter() - begun


def main() -> None:
    """Print a table: database, people, seconds, ratio to bare inserts, peak memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgres"])
    args = parser.parse_args()
    print(f"{'database':10}{'people':>10}{'seconds':>9}{'of bare':>9}{'peak MB':>9}")
    for people in args.people:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "people.csv"
            write_list(path, people)
            plain = bare(path, Path(folder))
            for database in args.databases:
                with place(120, database) as env:
                    command = [BIN / "upwell-site", "import", "people", path, "--hub", "spring-lane"]
                    who = ["--by", "semira.tesfay@example.org"]
                    begun = time.perf_counter()
                    child = subprocess.Popen([*map(str, command), *who], env=env, stdout=subprocess.DEVNULL)
                    _pid, status, used = os.wait4(child.pid, 0)
                    took = time.perf_counter() - begun
                    assert status == 0, f"the import ended with {status}"
                    memory = used.ru_maxrss / 1000
                    print(f"{database:10}{people:>10,}{took:>9.1f}{took / plain:>9.1f}{memory:>9.0f}", flush=True)


if __name__ == "__main__":
    main()
