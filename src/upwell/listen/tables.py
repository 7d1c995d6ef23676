"""A result as three plain files: people.csv, statements.csv and summary.json; and groups read from a file."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
from pathlib import Path

import upwell
from upwell._kit.errors import InputError
from upwell.listen import _grid, public
from upwell.listen._groups import OpinionGroups
from upwell.listen.export import Export
from upwell.listen.files import plain

# A spreadsheet would run a text that begins with one of these; an apostrophe in front makes it text.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read_labels(content: bytes, export: Export, file: str = "groups.csv") -> list[str]:
    """Groups from a file with the columns ``participant`` and ``group``, in the order of the export's people.

    Parameters
    ----------
    content : bytes
        The CSV file. People it does not name are in no group.
    export : Export
    file : str
        Its name, for errors.

    Returns
    -------
    list of str, length n_people
        The group of each person, "" for none.

    Raises
    ------
    InputError
        A column is missing, a number is none of the export's people, or stands there twice.
    """
    columns, rest = _grid.heading(file, plain(content, file), ("participant", "group"))
    place = {int(number): i for i, number in enumerate(export.participant)}
    labels = [""] * len(place)
    named: set[int] = set()
    for block in _grid.blocks(file, columns, rest):
        numbers = _grid.whole_numbers(block, columns.index("participant"))
        for row, number in enumerate(numbers.tolist()):
            if number not in place:
                raise block.fault("Nobody with this number voted in the export.", row, columns.index("participant"))
            if number in named:
                raise block.fault("This person stands here twice. Keep one row.", row, columns.index("participant"))
            named.add(number)
            labels[place[number]] = block.text(row, columns.index("group"))
    return labels


def write_results(result: OpinionGroups, export: Export, folder: str | Path) -> list[Path]:
    """Write people.csv, statements.csv and summary.json; all three or none.

    Parameters
    ----------
    result : OpinionGroups
    export : Export
        What it was computed from.
    folder : path
        Made if it is not there. Files of these names in it are replaced, others stay.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputError
        `folder` is a file, or cannot be written.
    """
    target = Path(folder)
    if target.exists() and not target.is_dir():
        raise InputError("This is a file. Name a folder to write into.", file=str(target))
    texts = {
        "people.csv": _people(result),
        "statements.csv": _statements(result, export),
        "summary.json": json.dumps(_summary(result, export), indent=2, ensure_ascii=False) + "\n",
    }
    try:
        _put(texts, target)
    except OSError as problem:
        raise InputError(f"This folder cannot be written: {problem.strerror}.", file=str(target)) from problem
    return [target / name for name in texts]


def _put(texts: dict[str, str], target: Path) -> None:
    """Write beside the target first, so that a full disk leaves nothing half done."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        for name, text in texts.items():
            (draft / name).write_text(text, encoding="utf-8", newline="")
        target.mkdir(exist_ok=True)
        for name in texts:
            (draft / name).replace(target / name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _csv(rows: list[list[object]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _people(result: OpinionGroups) -> str:
    rows: list[list[object]] = [["participant", "x", "y", "group"]]
    columns = (result.participant.tolist(), result.position.tolist(), result.public_group().tolist())
    for number, (x, y), group in zip(*columns, strict=True):
        rows.append([number, repr(x), repr(y), result.names[group] if group >= 0 else ""])
    return _csv(rows)


def _statements(result: OpinionGroups, export: Export) -> str:
    table = result.table()
    answers = {"agree": table.agree, "disagree": table.disagree, "pass": table.pass_, "seen": table.seen}
    heading = [f"{name}_{answer}" for name in table.name for answer in answers]
    last = ["group-aware-consensus", "agree_share", "consensus", "represents", "comment-body"]
    rows: list[list[object]] = [["comment-id", "moderated", *heading, *last]]
    everyone = _everyone(result)
    marks = _marks(result, table)
    consensus = result.group_aware_consensus.tolist()
    for j, number in enumerate(result.statement.tolist()):
        cells = [cells[g][j] for g in range(len(table.name)) for cells in answers.values()]
        share = table.agree_share[j]
        counts = ["" if cell is None else cell for cell in cells]
        scores = [repr(consensus[j]), "" if share is None else repr(share)]
        flags = [everyone.get(j, ""), " ".join(marks.get(j, []))]
        moderated = int(export.statements.moderated[j])
        rows.append([number, moderated, *counts, *scores, *flags, _safe(export.statements.text[j])])
    return _csv(rows)


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _everyone(result: OpinionGroups) -> dict[int, str]:
    """Statement -> what most of all voters say."""
    sides = {"agree": result.consensus.agree, "disagree": result.consensus.disagree}
    return {entry.statement: side for side, entries in sides.items() for entry in entries}


def _marks(result: OpinionGroups, table: public.PublicTable) -> dict[int, list[str]]:
    """Statement -> the shown groups it marks, as "A:agree", where enough people saw it."""
    marks: dict[int, list[str]] = {}
    for row, group in enumerate(table.group):
        for entry in result.representative(group):
            if table.seen[row][entry.statement] is not None:
                marks.setdefault(entry.statement, []).append(f"{result.names[group]}:{entry.side}")
    return marks


def _summary(result: OpinionGroups, export: Export) -> dict[str, object]:
    number = result.statement.tolist()
    table = result.table()
    marks = _marks(result, table)
    groups = [
        {
            "name": name,
            "people": size,
            "represents": [
                {"comment-id": number[j], "side": mark.rpartition(":")[2]}
                for j, found in marks.items()
                for mark in found
                if mark.rpartition(":")[0] == name
            ],
            "says": [str(say) for say in result.describe(group)],
        }
        for group, name, size in zip(table.group, table.name, table.size, strict=True)
    ]
    return {
        "upwell": upwell.__version__,
        "topic": export.summary.get("topic", ""),
        "mode": result.mode,
        "seed": result.seed,
        "sign": export.sign,
        "people": len(result.participant),
        "statements": len(number),
        "votes": int(export.votes.value.size),
        "headline": str(result.headline()),
        "groups": groups,
        "silhouette": {str(k): value for k, value in result.silhouette.items()},
        "explained": result.explained.tolist(),
        "consensus": {
            "agree": [number[entry.statement] for entry in result.consensus.agree],
            "disagree": [number[entry.statement] for entry in result.consensus.disagree],
        },
        "unites": _listed(result, unites=True),
        "divides": _listed(result, unites=False),
        "smallest_number_shown": public.MINIMUM,
    }


def _listed(result: OpinionGroups, *, unites: bool) -> list[dict[str, object]]:
    entries = result.unites() if unites else result.divides()
    return [
        {
            "comment-id": int(result.statement[entry.statement]),
            "agree_in_100": {
                result.names[share.group]: {
                    "share": [share.low, share.high],
                    "likely": [share.likely_low, share.likely_high],
                }
                for share in entry.shares
            },
        }
        for entry in entries
    ]
