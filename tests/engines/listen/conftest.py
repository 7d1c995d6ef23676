"""Real conversations: three exports, and two conversations with the Polis server's own results."""

import gzip
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from upwell import listen

DATA = Path(__file__).parents[2] / "data" / "polis"
EXPORTS = ("brexit-consensus", "scoop-hivemind.biodiversity", "american-assembly.bowling-green")


@pytest.fixture(scope="session")
def polis_folder():
    """Name -> folder of a real export."""
    return {name: DATA / name for name in EXPORTS}


@pytest.fixture(scope="session")
def exports(polis_folder):
    return {name: listen.read_export(folder) for name, folder in polis_folder.items()}


@pytest.fixture(scope="session", params=["below-100-ptpts", "above-100-ptpts"])
def server(request):
    """A conversation as an `Export`, what the server computed (`math`), and its groups as labels."""
    folder = DATA / "exact" / request.param
    rows, math, comments = (
        json.loads(gzip.decompress((folder / f"{name}.json.gz").read_bytes()))
        for name in ("votes", "math-pca2", "comments")
    )
    export = export_from_json(rows, math, comments)
    return SimpleNamespace(export=export, math=math, labels=server_labels(export, math))


def _first(row, *names):
    return next(row[name] for name in names if name in row)


def export_from_json(rows, math, comments):
    """The server's JSON as an `Export`; its votes.json has 1 = agree. Statements nobody voted on are not in it."""
    number = np.array(math["tids"])
    by_number = {_first(c, "statement_id", "tid"): c for c in comments}
    told = [by_number[t] for t in number]
    voter = np.array([_first(r, "participant_id", "pid") for r in rows])
    people, who = np.unique(voter, return_inverse=True)
    what = np.searchsorted(number, [_first(r, "statement_id", "tid") for r in rows])
    statements = listen.Statements(
        id=number,
        text=tuple(c["txt"] for c in told),
        moderated=np.array([_first(c, "moderated", "mod") for c in told]),
        seed=np.array([c["is_seed"] for c in told]),
        meta=np.array([c["is_meta"] for c in told]),
        author=np.array([_first(c, "participant_id", "pid") for c in told]),
    )
    votes = listen.Votes.from_triples(
        who, what, [r["vote"] for r in rows], n_people=len(people), n_statements=len(number)
    )
    return listen.Export(statements, people, votes, None, "agree=+1", {})


def server_labels(export, math):
    """The server's group of each person, -1 for none."""
    place = {number: i for i, number in enumerate(export.participant.tolist())}
    base = dict(zip(math["base-clusters"]["id"], math["base-clusters"]["members"], strict=True))
    labels = np.full(len(place), -1)
    for cluster in math["group-clusters"]:
        for member in cluster["members"]:
            labels[[place[person] for person in base[member]]] = cluster["id"]
    return labels
