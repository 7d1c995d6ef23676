"""`upwell connect`: match two spreadsheets of people."""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import upwell
from upwell._kit.errors import InputError
from upwell._kit.tables import Table, read_table
from upwell._kit.writing import write_table

if TYPE_CHECKING:
    from upwell.connect import Matching, Mentors, Rules


@click.group(name="connect")
def group() -> None:
    """Match mentors and mentees."""


@group.command()
@click.argument("mentees", type=click.Path(path_type=Path))
@click.argument("mentors", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the three files.")
@click.option("--rules", default="default", show_default=True, help="default, benchmark or a TOML file.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Decides between equals.")
def match(mentees: Path, mentors: Path, out: Path, rules: str, seed: int) -> None:
    """Match MENTEES with MENTORS (CSV or XLSX) so that the pairs fit best in all.

    Only mentors whose checks are done are matched. Vectors in X_interests.npy beside X.csv are used if both
    files have them. Writes pairs.csv, unmatched.csv and summary.json.
    """
    from upwell import connect

    start = time.perf_counter()
    if out.exists() and not out.is_dir():
        raise InputError("There is a file of this name. Choose another folder for --out.", value=out)
    chosen = connect.load_rules(rules)
    asking, offering = (read_table(path, path.name) for path in (mentees, mentors))
    theirs, ours = _interests(mentees), _interests(mentors)
    people, mentee_ids = connect.parse_mentees(asking, interests=theirs)
    offers, mentor_ids = connect.parse_mentors(offering, interests=ours)
    found = connect.match(people, offers, rules=chosen, seed=seed)
    summary = _summary(found, offers, chosen, seed)
    summary["inputs"] = [
        _input(path, table, side, theirs is not None and ours is not None)
        for path, table, side in ((mentees, asking, "mentees"), (mentors, offering, "mentors"))
    ]
    summary["seconds"] = round(time.perf_counter() - start, 3)
    _write(out, lambda folder: _write_all(folder, found, mentee_ids, mentor_ids, summary))
    click.echo(f"{summary['matched']:,} of {len(mentee_ids):,} mentees have a mentor.")
    if found.proved:
        click.echo("Proved: no other match has a larger sum of scores. Anybody can check this.")
    click.echo(f"Look at the pairs in {out / 'pairs.csv'}. A person decides about each.")


def _interests(path: Path) -> Any:
    """Return the vectors beside a spreadsheet, or None."""
    import numpy as np

    beside = path.with_name(path.name.removesuffix(".gz").rsplit(".", 1)[0] + "_interests.npy")
    if not beside.is_file():
        return None
    try:
        vectors = np.load(beside, allow_pickle=False)
    except (ValueError, OSError, EOFError):
        raise InputError("The interests cannot be read. Save them with numpy.save.", file=beside.name) from None
    if not isinstance(vectors, np.ndarray) or vectors.dtype.kind not in "fiu":
        raise InputError("The interests are not numbers. Save one vector a person.", file=beside.name)
    return vectors.astype(np.float32, copy=False)


def _summary(found: Matching, offers: Mentors, rules: Rules, seed: int) -> dict[str, Any]:
    matched = int((found.mentor_of >= 0).sum())
    settings = {key: None if value == math.inf else value for key, value in asdict(rules).items()}
    return {
        "mentees": len(found.mentor_of),
        "mentors": len(offers),
        "mentors_cleared": int(offers.cleared.sum()),
        "places": int(offers.capacity[offers.cleared].sum()),
        "pairs_allowed": len(found.edges.idx),
        "matched": matched,
        "unmatched": len(found.mentor_of) - matched,
        "score_unit": 0.000001,
        "objective": found.value,
        "bound": found.bound,
        "gap": found.bound - found.value,
        "proved": found.proved,
        "rules": settings,
        "data_nobody_gave": list(found.left_out),
        "seed": seed,
        "version": upwell.__version__,
    }


def _input(path: Path, table: Table, side: str, vectors: bool) -> dict[str, Any]:
    from upwell import connect

    used = connect.guess_columns(table.columns, side)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "file": path.name,
        "sha256": digest,
        "rows": len(table.rows),
        "columns": used,
        "columns_not_used": [heading for heading in table.columns if heading not in used.values()],
        "interests": vectors,
    }


def _write_all(
    folder: Path, found: Matching, mentee_ids: list[str], mentor_ids: list[str], summary: dict[str, Any]
) -> None:
    pairs, alone = [], []
    for mentee, mentor in enumerate(found.mentor_of.tolist()):
        if mentor < 0:
            alone.append((mentee_ids[mentee], *found.unmatched(mentee)))
        else:
            said = "; ".join(str(reason) for reason in found.reasons(mentee))
            pairs.append((mentee_ids[mentee], mentor_ids[mentor], f"{found.score[mentee] / 1e6:.6f}", said))
    write_table(folder / "pairs.csv", ("mentee", "mentor", "score", "reasons"), pairs)
    write_table(folder / "unmatched.csv", ("mentee", "binding", "smallest_change"), alone)
    text = json.dumps(summary, indent=2, ensure_ascii=False)
    (folder / "summary.json").write_text(text + "\n", encoding="utf-8")


def _write(out: Path, fill: Callable[[Path], None]) -> None:
    """Fill a folder beside `out` and move it into place only when it is complete."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as problem:
        raise InputError(f"This folder cannot be written: {problem.strerror}.", value=out) from None
    try:
        fill(draft)
        if out.exists():  # other files there are left alone
            for file in sorted(draft.iterdir()):
                os.replace(file, out / file.name)  # noqa: PTH105 (Path.replace says the same, less plainly)
        else:
            draft.chmod(0o777 & ~_umask())
            draft.rename(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now
