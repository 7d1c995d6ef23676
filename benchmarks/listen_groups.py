"""How long opinion groups take, beside red-dwarf in the same run: `python -m benchmarks.listen_groups`.

Whole pipeline on votes in memory: positions, groups, counts, scores, representative and consensus lists. Read the
ratios, not the seconds: machines differ. red-dwarf (the `bench` group of pyproject.toml) runs once, ours five times,
of which the best counts; both are warmed up on a small conversation first.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.instances.votes import make_conversation
from upwell import listen

BOWLING_GREEN = Path(__file__).parents[1] / "tests" / "data" / "polis" / "american-assembly.bowling-green"
PLANTED = {"n_people": 10_000, "n_statements": 500, "n_votes": 474_000, "n_groups": 4, "seed": 1}
REPEATS = 5


def best(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Seconds of the quickest of several runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def ours(votes: listen.Votes) -> listen.OpinionGroups:
    """All that a page about the groups needs."""
    result = listen.groups(votes)
    for group in range(result.k):
        result.representative(group)
    return result


def red_dwarf() -> Callable[[list[dict[str, int]]], object] | None:
    """red-dwarf's whole pipeline, None if it is not installed."""
    if importlib.util.find_spec("reddwarf") is None:
        return None
    from reddwarf.implementations.base import run_pipeline

    return lambda rows: run_pipeline(votes=rows, random_state=0)


def as_rows(votes: listen.Votes) -> list[dict[str, int]]:
    """The votes as red-dwarf takes them; building this list is not timed."""
    columns = (votes.people.tolist(), votes.statement.tolist(), votes.value.tolist())
    return [
        {"participant_id": i, "statement_id": j, "vote": v, "modified": 0} for i, j, v in zip(*columns, strict=True)
    ]


def planted() -> tuple[listen.Votes, np.ndarray]:
    """Invented votes of four equal groups, and the group of each person."""
    talk = make_conversation(*PLANTED.values())
    size = {"n_people": PLANTED["n_people"], "n_statements": PLANTED["n_statements"]}
    return listen.Votes.from_triples(talk.person, talk.statement, talk.vote, **size), talk.group


def compare(name: str, votes: listen.Votes, other: Callable[[list[dict[str, int]]], object] | None) -> None:
    """Print one line: our time, theirs, and the ratio."""
    seconds = best(lambda: ours(votes))
    line = f"{name}: {votes.n_people:,} x {votes.n_statements:,}, {len(votes.value):,} votes: {seconds * 1000:.0f} ms"
    if other is not None:
        rows = as_rows(votes)
        theirs = best(lambda: other(rows), repeats=1)
        line += f"; red-dwarf {theirs:.2f} s; ratio {theirs / seconds:.0f}"
    print(line, flush=True)


def main() -> None:
    other = red_dwarf()
    if other is None:
        print("red-dwarf is not installed: no ratio. Install the `bench` group of pyproject.toml to compare.")
    rng = np.random.default_rng(0)
    small = listen.Votes.from_matrix(rng.choice([1.0, -1.0, 0.0], size=(120, 30)))
    ours(small)
    if other is not None:
        other(as_rows(small))
    reading = best(lambda: listen.read_export(BOWLING_GREEN))
    export = listen.read_export(BOWLING_GREEN)
    print(f"Reading Bowling Green's export: {reading * 1000:.0f} ms")
    compare("Bowling Green", export.votes, other)
    votes, _ = planted()
    compare("Planted groups", votes, other)


if __name__ == "__main__":
    main()
