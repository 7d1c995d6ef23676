"""What SQLite leaves in its file of deleted and blanked words with `secure_delete`, before and after `VACUUM`.

    python benchmarks/leftovers.py

Twenty thousand rows with words of their own and two indexes, written and lengthened in no order; a third is then deleted or
blanked. Counts the words of that third that still stand in the file.
"""

from __future__ import annotations

import random
import re
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

ROWS = 20_000
WORD = re.compile(rb"zq(\d{9})qz")


def _word(number: int) -> str:
    return f"zq{number:09d}qz"


def _fill(db: sqlite3.Connection, dice: random.Random) -> None:
    db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b TEXT)")
    db.execute("CREATE INDEX i ON t (a)")
    db.execute("CREATE INDEX j ON t (b)")
    for number in range(1, ROWS + 1):
        if number % 500 == 1:
            db.execute("BEGIN")
        long = "a" * dice.choice([0, 5, 50, 300, 3000])
        db.execute("INSERT INTO t VALUES (?, ?, ?)", (number, _word(number) + long, f"pad{_word(number)}"))
        if number % 7 == 0:
            grown = dice.randrange(1, number + 1) if number % 70 == 0 else number
            db.execute("UPDATE t SET a = a || ? WHERE id = ?", ("g" * dice.choice([1, 40, 400, 5000]), grown))
        if number % 500 == 0:
            db.execute("COMMIT")


def _take_out(db: sqlite3.Connection, dice: random.Random) -> set[int]:
    gone = set(dice.sample(range(1, ROWS + 1), ROWS // 3))
    db.execute("BEGIN")
    for number in sorted(gone):
        how = "DELETE FROM t WHERE id = ?" if dice.random() < 0.5 else "UPDATE t SET a = '', b = '' WHERE id = ?"
        db.execute(how, (number,))
    db.execute("COMMIT")
    return gone


def _left(file: Path, gone: set[int]) -> int:
    return len({int(number) for number in WORD.findall(file.read_bytes())} & gone)


def main() -> None:
    """Print one line a seed."""
    print(f"SQLite {sqlite3.sqlite_version}, {ROWS} rows, {ROWS // 3} taken out")
    for seed in range(3):
        with tempfile.TemporaryDirectory() as folder:
            file, dice = Path(folder) / "a.sqlite3", random.Random(seed)
            with closing(sqlite3.connect(file, isolation_level=None)) as db:
                db.execute("PRAGMA journal_mode=WAL")
                db.execute("PRAGMA secure_delete=ON")
                _fill(db, dice)
                gone = _take_out(db, dice)
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                before, began = _left(file, gone), time.perf_counter()
                db.execute("VACUUM")
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                took, size = time.perf_counter() - began, file.stat().st_size / 1e6
                print(f"seed {seed}: left {before}, after VACUUM {_left(file, gone)} ({took:.2f} s for {size:.0f} MB)")


if __name__ == "__main__":
    main()
