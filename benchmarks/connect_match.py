"""Is the match as good as OR-tools', and how long does it take beside it?

Answers it on generated programmes (`benchmarks.instances.people`), both solvers in one process on the same
pairs, the building of OR-tools' model included. Compare the ratios: seconds depend on the machine.

Examples
--------
``python -m benchmarks.connect_match --sizes 1000 5000 --seed 1``
"""

from __future__ import annotations

import argparse
import io
import resource
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from ortools.graph.python import min_cost_flow

from benchmarks.instances.people import make_programme
from upwell._kit.tables import read_table
from upwell.connect import Edges, Mentees, Mentors, assign, candidates, parse_mentees, parse_mentors, verify

T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def people(n: int, seed: int, scarce: bool) -> tuple[Mentees, Mentors]:
    """Draw a programme and read it as the command would."""
    sides = make_programme(n, seed, scarce)
    tables = {}
    for side, (frame, _) in sides.items():
        out = io.BytesIO()
        frame.write_csv(out)
        tables[side] = read_table(out.getvalue(), f"{side}.csv")
    mentees, _ = parse_mentees(tables["mentees"], interests=sides["mentees"][1])
    mentors, _ = parse_mentors(tables["mentors"], interests=sides["mentors"][1])
    return mentees, mentors


def or_tools(edges: Edges, capacity: np.ndarray) -> int:
    """Return the best sum of scores by SimpleMinCostFlow."""
    n, m = edges.n_mentees, edges.n_mentors
    source, sink = n + m, n + m + 1
    flow = min_cost_flow.SimpleMinCostFlow()
    add = flow.add_arcs_with_capacity_and_unit_cost
    add(edges.rows(), n + edges.idx, np.ones(len(edges.idx), np.int64), -edges.score.astype(np.int64))
    add(np.full(n, source), np.arange(n), np.ones(n, np.int64), np.zeros(n, np.int64))
    add(np.arange(m) + n, np.full(m, sink), capacity, np.zeros(m, np.int64))
    flow.add_arc_with_capacity_and_unit_cost(source, sink, n, 0)
    flow.set_node_supply(source, n)
    flow.set_node_supply(sink, -n)
    if flow.solve() != flow.OPTIMAL:
        raise RuntimeError("OR-tools found no optimum")
    return -flow.optimal_cost()


def measure(n: int, seed: int, scarce: bool) -> str:
    mentees, mentors = people(n, seed, scarce)
    edges, comparing = timed(lambda: candidates(mentees, mentors))
    chosen, ours = timed(lambda: assign(edges, mentors.capacity, seed=seed))
    verdict, checking = timed(lambda: verify(edges, mentors.capacity, chosen))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # before OR-tools takes its share
    theirs, other = timed(lambda: or_tools(edges, mentors.capacity))
    if verdict.gap or verdict.primal != theirs:
        raise AssertionError(f"ours {verdict}, OR-tools {theirs}")
    return (
        f"| {n:,} | {'scarce' if scarce else 'ample'} | {len(edges.idx):,} | {verdict.matched:,} | {verdict.primal:,} "
        f"| {comparing:.2f} | {ours:.2f} | {checking:.2f} | {other:.2f} | {ours / other:.2f} | {peak:.2f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 5000])
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    print("| mentees | mentors | pairs | matched | objective (both) | compare s | assign s | verify s "
          "| OR-tools s | assign / OR-tools | peak GB |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for n in args.sizes:
        for scarce in (False, True):
            print(measure(n, args.seed, scarce), flush=True)


if __name__ == "__main__":
    main()
