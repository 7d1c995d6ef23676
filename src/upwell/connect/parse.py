"""Turn a spreadsheet of people into columns that can be matched."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from upwell._kit.errors import InputError
from upwell._kit.postcodes import Spot
from upwell._kit.tables import Table
from upwell.connect.columns import columns_for, guess_columns
from upwell.connect.people import Mentees, Mentors

_Row = dict[str, object]


def parse_mentees(
    table: Table,
    *,
    mapping: Mapping[str, str] | None = None,
    interests: NDArray[np.float32] | None = None,
    problems: list[InputError] | None = None,
) -> tuple[Mentees, list[str]]:
    """Read people who ask for a mentor.

    Parameters
    ----------
    table : Table
        From `upwell._kit.tables.read_table`.
    mapping : mapping, optional
        Our column name -> the file's heading; guessed if not given (`guess_columns`).
    interests : ndarray (rows, d), optional
        A vector for each row of the table.
    problems : list, optional
        Without it the first problem is raised. With it all problems are put into the list, rows that
        have one are left out, and only a missing column is raised.

    Returns
    -------
    people : Mentees
    ids : list of str
        One for each person, in the file's order.

    Raises
    ------
    InputError
        Naming file, row, column and what to write.

    Examples
    --------
    >>> from upwell._kit.tables import read_table
    >>> people, ids = parse_mentees(read_table(b"id,postcode,goals\\n7,LS6 1AB,maths\\n", "mentees.csv"))
    >>> ids, people.tags, float(people.lat[0])
    (['7'], (frozenset({'maths'}),), 53.8113)
    """
    rows, ids, kept = _read_rows(table, "mentees", mapping, problems)
    return Mentees(**_columns(rows, "goals", _some(interests, table, kept, "mentees"))), ids  # type: ignore[arg-type]


def parse_mentors(
    table: Table,
    *,
    mapping: Mapping[str, str] | None = None,
    interests: NDArray[np.float32] | None = None,
    problems: list[InputError] | None = None,
) -> tuple[Mentors, list[str]]:
    """Read people who offer to mentor; the parameters are those of `parse_mentees`.

    Returns
    -------
    people : Mentors
    ids : list of str
    """
    rows, ids, kept = _read_rows(table, "mentors", mapping, problems)
    mentors = Mentors(
        **_columns(rows, "skills", _some(interests, table, kept, "mentors")),  # type: ignore[arg-type]
        capacity=np.array([row.get("capacity", 1) for row in rows], dtype=np.int64),
        cleared=np.array([row["cleared"] for row in rows], dtype=bool),
    )
    return mentors, ids


def _columns(rows: list[_Row], tags: str, interests: NDArray[np.float32] | None) -> dict[str, object]:
    nothing: frozenset[str] = frozenset()
    places = [_place(row) for row in rows]
    travel = [row.get("travel_km") for row in rows]
    return {
        "lat": np.array([lat for lat, _ in places], dtype=np.float64),
        "lon": np.array([lon for _, lon in places], dtype=np.float64),
        "tags": tuple(row.get(tags, nothing) for row in rows),
        "languages": tuple(row.get("languages", frozenset({"en"})) for row in rows),
        "slots": tuple(row.get("availability", nothing) for row in rows),
        "organisation": tuple(row.get("organisation", "") for row in rows),
        "travel_km": np.array([np.nan if km is None else km for km in travel], dtype=np.float64),
        "mode": tuple(row.get("mode", "in-person") for row in rows),
        "interests": interests,
    }


def _place(row: _Row) -> tuple[float, float]:
    """Return lat and lon; those written are better than a postcode's."""
    lat, lon, spot = row.get("lat"), row.get("lon"), row.get("postcode")
    if isinstance(lat, float) and isinstance(lon, float):
        return lat, lon
    return (spot.lat, spot.lon) if isinstance(spot, Spot) else (np.nan, np.nan)


def _some(
    interests: NDArray[np.float32] | None, table: Table, kept: list[int], side: str
) -> NDArray[np.float32] | None:
    if interests is None:
        return None
    if interests.ndim != 2 or len(interests) != len(table.rows):
        message = (
            f"The interests of the {side} have the shape {interests.shape}, but the spreadsheet has "
            f"{len(table.rows):,} people. Make them again from the same file, one row for each person."
        )
        raise InputError(message, file=table.name)
    return interests[kept]


def _read_rows(
    table: Table, side: str, mapping: Mapping[str, str] | None, problems: list[InputError] | None
) -> tuple[list[_Row], list[str], list[int]]:
    """Return the values of each good row, its id, and its place in the table."""
    headings = _headings(table, side, mapping)
    columns = [column for column in columns_for(side) if column.name in headings and not column.private]
    at = {name: table.columns.index(heading) for name, heading in headings.items()}
    rows: list[_Row] = []
    ids: list[str] = []
    kept: list[int] = []
    seen: dict[str, int] = {}
    for place, (cells, number) in enumerate(zip(table.rows, table.numbers, strict=True)):
        row: _Row = {}
        wrong: list[InputError] = []
        for column in columns:
            try:
                row[column.name] = column.read(cells[at[column.name]])
            except InputError as problem:
                wrong.append(_placed(problem, table.name, number, headings[column.name]))
        wrong += _row_problems(row, seen, headings, table.name, number)
        if wrong and problems is None:
            raise wrong[0]
        if wrong and problems is not None:
            problems += wrong
            continue
        rows.append(row)
        ids.append(str(row.get("id", f"row-{number}")))
        kept.append(place)
    return rows, ids, kept


def _headings(table: Table, side: str, mapping: Mapping[str, str] | None) -> dict[str, str]:
    """Return our column -> the file's heading, all of which are there."""
    headings = dict(guess_columns(table.columns, side) if mapping is None else mapping)
    ours = {column.name for column in columns_for(side)}
    for name, heading in headings.items():
        if heading not in table.columns:
            raise InputError("There is no such column.", file=table.name, column=heading, allowed=table.columns)
        if name not in ours:
            raise InputError("Not a column of ours.", file=table.name, value=name)
    for column in columns_for(side):
        if column.required and column.name not in headings:
            what = f"{column.about[0].lower()}{column.about[1:]}"
            raise InputError(f'There is no column "{column.name}". Add it: {what}', file=table.name)
    return headings


def _placed(problem: InputError, file: str, row: int, column: str) -> InputError:
    return InputError(
        problem.message, file=file, row=row, column=column, value=problem.value, allowed=problem.allowed
    )  # fmt: skip


def _row_problems(
    row: _Row, seen: dict[str, int], headings: dict[str, str], file: str, number: int
) -> list[InputError]:
    found = []
    if "id" in row:
        key = str(row["id"])
        if not key:
            message = "This person has no id. Give each person one."
            found.append(InputError(message, file=file, row=number, column=headings["id"]))
        elif key in seen:
            message = f"Row {seen[key]} has the same id. Give each person their own."
            found.append(InputError(message, file=file, row=number, column=headings["id"], value=key))
        seen.setdefault(key, number)
    if ("lat" in headings or "lon" in headings) and (row.get("lat") is None) != (row.get("lon") is None):
        missing = "lat" if row.get("lat") is None else "lon"
        if missing in row or missing not in headings:
            message = f"There is half a place. Write {missing} too, or leave both empty."
            found.append(InputError(message, file=file, row=number, column=headings.get(missing, missing)))
    return found
