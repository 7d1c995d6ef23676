"""Votes to opinion groups: the only file of `listen` that knows the engine. It reads rows and never writes.

What `groups` returns may be published as it stands: no group, cell or mark of fewer than five people is in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

import upwell
from upwell import listen
from upwell._kit.progress import Progress, silent
from upwell_site.core.columns import columns
from upwell_site.listen.marks import FEWEST, marks
from upwell_site.listen.models import Discussion, Statement, Vote, Voter

if TYPE_CHECKING:
    from upwell.listen import Export, GroupShare, OpinionGroups, StatementShares

LISTED = 5  # statements that unite, divide or bridge
Sign = Literal["agree=+1", "agree=-1"]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """A run of the engine: what may be published, and where those stand who can come back to see it."""

    mode: str
    seed: int
    version: str
    k: int
    people: int
    votes: int
    result: Json
    voter: Sequence[int]
    x: Sequence[float]
    y: Sequence[float]
    group: Sequence[int]


def read(source: str | Path | bytes | Mapping[str, bytes], *, sign: Sign | None = None) -> Export:
    """Read a vote export: a folder, the bytes of a zip, or names with bytes. `upwell.InputError` says what is wrong."""
    files = listen.open_zip(source) if isinstance(source, bytes) else source
    return listen.read_export(files, sign=sign)


def votes_of(discussion: Discussion) -> tuple[Export, np.ndarray[Any, Any]]:
    """Return the votes of a discussion as the engine reads them, and the keys of the voters in its order.

    People stand in the order in which they came (an export's own order): the small clusters start from the first.
    """
    hub = discussion.hub_id
    people = columns(Voter.objects.filter(hub_id=hub, discussion=discussion).order_by("pk"), pk="i8", number="i8")
    said = columns(
        Statement.objects.filter(hub_id=hub, discussion=discussion).order_by("number"),
        pk="i8",
        number="i8",
        moderated="i8",
        seed="?",
        meta="?",
    )
    vote = columns(
        Vote.objects.filter(hub_id=hub, discussion=discussion).order_by(), voter_id="i8", statement_id="i8", value="i1"
    )
    by_key = np.argsort(said["pk"])
    what = by_key[np.searchsorted(said["pk"], vote["statement_id"], sorter=by_key)]
    votes = listen.Votes.from_triples(
        np.searchsorted(people["pk"], vote["voter_id"]),
        what,
        vote["value"],
        n_people=len(people),
        n_statements=len(said),
    )
    statements = listen.Statements(
        id=said["number"],
        text=("",) * len(said),
        moderated=said["moderated"],
        seed=said["seed"],
        meta=said["meta"],
        author=np.full(len(said), -1),
    )
    export = listen.Export(statements, people["number"], votes, None, "agree=+1", {})
    return export, people["pk"]


def groups(
    discussion: Discussion,
    k: int | None = None,
    seed: int = 0,
    progress: Progress = silent,
    mode: Literal["polis"] = "polis",
) -> Found:
    """Find the opinion groups of a discussion.

    Raises
    ------
    upwell.InputError
        Nobody has voted, or there are fewer different positions than groups asked for.
    """
    progress("votes", 0.0)
    export, keys = votes_of(discussion)
    progress("votes", 0.3)
    found = listen.groups(
        export, mode=mode, k=k, seed=seed, progress=lambda phase, done: progress(phase, 0.3 + 0.7 * done)
    )
    voted = int((export.votes.per_person > 0).sum())
    shown = found.public_group()
    return Found(
        mode=found.mode,
        seed=seed,
        version=upwell.__version__,
        k=len(found.shown),
        people=_tellable(voted, int((shown >= 0).sum())),
        votes=len(export.votes.value) if voted >= FEWEST else 0,
        result=publishable(found, voted),
        voter=keys.tolist(),
        x=found.position[:, 0].tolist(),
        y=found.position[:, 1].tolist(),
        group=shown.tolist(),
    )


def publishable(found: OpinionGroups, voted: int) -> Json:
    """Return what may be shown of a result, as plain JSON. Statements are told by their number."""
    table = found.table()
    place = {g: row for row, g in enumerate(table.group)}
    drawn = marks(found.position, found.public_group())
    inside = sum(table.size)
    unites = found.unites(LISTED)
    return {
        "people": _tellable(voted, inside),
        "more": _tellable(voted, inside) != voted,
        "headline": found.headline().as_row(),
        "marks": [[place[m.group], m.x, m.y, m.people] for m in drawn],
        "groups": [
            {"name": name, "people": size, "says": [say.as_row() for say in found.describe(g)]}
            for g, name, size in zip(table.group, table.name, table.size, strict=True)
        ],
        "unites": [_shares(found, entry) for entry in unites],
        "divides": [_shares(found, entry) for entry in found.divides(LISTED)],
        "bridges": _bridges(found, {entry.statement for entry in unites}),
        "consensus": {
            side: [int(found.statement[entry.statement]) for entry in getattr(found.consensus, side)]
            for side in ("agree", "disagree")
        },
        "table": [_row(found, table, j) for j in np.flatnonzero(found.usable).tolist()],
    }


def _tellable(voted: int, inside: int) -> int:
    """How many people may be said to have voted: not how few are in no group that is shown."""
    if voted < FEWEST:
        return 0
    return inside if 0 < voted - inside < FEWEST else voted


def _in_100(share: GroupShare | None) -> list[int] | None:
    return [share.low, share.high, share.likely_low, share.likely_high] if share else None


def _everybody(found: OpinionGroups, statement: int, told: float | None) -> list[int] | None:
    """How many in 100 of all voters agree, and between what that likely is; None where it may not be told."""
    if told is None:
        return None
    low, high = listen.wilson(found.total.agree[0, statement], found.total.seen[0, statement])
    return [round(100 * float(value)) for value in (told, told, low, high)]


def _shares(found: OpinionGroups, entry: StatementShares) -> Json:
    names = found.names
    return {
        "statement": int(found.statement[entry.statement]),
        "shares": {names[share.group]: _in_100(share) for share in entry.shares},
        "between": list(entry.between),
        "all": _everybody(found, entry.statement, found.table().agree_share[entry.statement]),
    }


def _bridges(found: OpinionGroups, told: set[int]) -> list[Json]:
    """Statements that even the group which likes them least likely agrees with, surest first.

    Ordered by what is told and nothing else, so that the order gives no hidden number away. Those that stand in the
    list of what unites are left out: they have been said.
    """
    found_here = []
    for j in np.flatnonzero(found.usable).tolist():
        shares = found.shares(j)
        if j in told or len(shares) < 2 or any(share is None for share in shares):
            continue
        least = min((share for share in shares if share), key=lambda s: (s.likely_low, s.low, s.group))
        if 2 * least.low >= 100:
            found_here.append((-least.likely_low, -least.low, int(found.statement[j]), least))
    return [
        {"statement": number, "group": found.names[share.group], "share": _in_100(share)}
        for *_order, number, share in sorted(found_here, key=lambda entry: entry[:3])[:LISTED]
    ]


def _row(found: OpinionGroups, table: listen.PublicTable, statement: int) -> Json:
    """One statement: for each shown group how many in 100 agree and the counts, None where it may not be told."""
    shares = found.shares(statement)
    return {
        "statement": int(found.statement[statement]),
        "shares": [_in_100(share) for share in shares],
        "counts": [
            [cells[g][statement] for cells in (table.agree, table.disagree, table.pass_, table.seen)]
            for g in range(len(table.group))
        ],
        "all": _everybody(found, statement, table.agree_share[statement]),
    }
