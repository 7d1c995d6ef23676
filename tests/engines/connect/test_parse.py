"""Spreadsheets of people: what they write is understood, or named with its place and the fix."""

from __future__ import annotations

import math

import numpy as np
import pytest

from upwell import InputError
from upwell._kit.tables import Table, read_table
from upwell.connect import COLUMNS, cells, columns_for, guess_columns, parse_mentees, parse_mentors
from upwell.connect.cells import SLOTS


def table(text: str, name: str = "mentees.csv") -> Table:
    return read_table(text.encode(), name)


@pytest.mark.parametrize(
    ("cell", "slots"),
    [
        ("tue-eve", {"tue-eve"}),
        ("Tuesday evening", {"tue-eve"}),
        ("Mon AM, thurs evenings.", {"mon-am", "thu-eve"}),
        ("tue and thu evenings", {"tue-eve", "thu-eve"}),
        ("weekends", {f"{d}-{p}" for d in ("sat", "sun") for p in ("am", "pm", "eve")}),
        ("mon-fri evenings", {f"{d}-eve" for d in ("mon", "tue", "wed", "thu", "fri")}),
        ("Fri to Sun mornings", {"fri-am", "sat-am", "sun-am"}),
        ("Wednesday", {"wed-am", "wed-pm", "wed-eve"}),
        ("evenings", {s for s in SLOTS if s.endswith("eve")}),
        ("any time", set(SLOTS)),
        ("", set()),
    ],
)
def test_times_are_read_as_people_write_them(cell: str, slots: set[str]) -> None:
    assert cells.read_slots(cell) == slots


@pytest.mark.parametrize(
    ("read", "cell", "value"),
    [
        (cells.read_languages, "English; polish", {"en", "pl"}),
        (cells.read_languages, "BSL, yue", {"bfi", "yue"}),
        (cells.read_km, "7,5", 7.5),
        (cells.read_km, "5km", 5.0),
        (cells.read_km, "", None),
        (cells.read_mode, "Face to face", "in-person"),
        (cells.read_mode, "Either", "either"),
        (cells.read_capacity, "", 1),
        (cells.read_capacity, "0", 0),
        (cells.read_yes, "TRUE", True),
        (cells.read_yes, "pending", False),
        (cells.read_yes, "", False),
        (cells.read_organisation, "  Leeds   Library ", "leeds library"),
        (cells.read_latitude, "", None),
        (cells.read_longitude, "-1,5", -1.5),
    ],
)
def test_cells_are_read(read: object, cell: str, value: object) -> None:
    assert read(cell) == value  # type: ignore[operator]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_every_example_in_the_guide_can_be_read(column: object) -> None:
    column.read(column.example)  # type: ignore[attr-defined]


@pytest.mark.parametrize("side", ["mentees", "mentors"])
def test_no_heading_stands_for_two_columns(side: str) -> None:
    headings = [h for column in columns_for(side) for h in (column.name, *column.synonyms)]
    for heading in headings:
        (found,) = guess_columns([heading], side)
        assert guess_columns([heading.upper().replace(" ", "_")], side) == {found: heading.upper().replace(" ", "_")}


def test_our_own_heading_goes_before_a_synonym() -> None:
    assert guess_columns(["Reference", "ID", "Colour"], "mentees") == {"id": "ID"}
    with pytest.raises(InputError, match="Not a side"):
        columns_for("friends")


def test_a_spreadsheet_in_other_words() -> None:
    people, ids = parse_mentors(
        table(
            "Name;Post code;Expertise;Free times;DBS check;Max mentees;How far;Shoe size\n"
            "Ann;LS6 1AB;Public speaking, Maths;weekday evenings;Yes;2;3 miles;38\n"
            "Bo;;;;;;;\n",
            "mentors.csv",
        )
    )
    assert ids == ["row-2", "row-3"]
    assert people.tags == (frozenset({"public-speaking", "maths"}), frozenset())
    assert (people.cleared.tolist(), people.capacity.tolist()) == ([True, False], [2, 1])
    assert abs(people.travel_km[0] - 4.83) < 0.01 and math.isnan(people.travel_km[1])
    assert abs(people.lat[0] - 53.81) < 0.01 and math.isnan(people.lat[1])
    assert people.languages == (frozenset({"en"}),) * 2


def test_written_degrees_go_before_a_postcode() -> None:
    people, _ = parse_mentees(table("id,postcode,lat,lon\n1,LS6 1AB,51.5,-0.1\n2,LS6 1AB,,\n"))
    assert people.lat.round(1).tolist() == [51.5, 53.8]


MISTAKES = [
    ("id", "", "no id", ()),
    ("id", "1", "Row 2 has the same id", ()),
    ("postcode", "ZZ9 9ZZ", "do not know this postcode", ()),
    ("lat", "north", "Write a number", ()),
    ("lat", "99", "degrees", ("-90 to 90",)),
    ("lon", "200", "degrees", ("-180 to 180",)),
    ("lat", "", "half a place", ()),
    ("lon", "", "half a place", ()),
    ("languages", "Klingonese", "do not know this language", ()),
    ("availability", "Tuesday at 6", "day and a part", ("mon",)),
    ("travel_km", "far", "number of km", ()),
    ("travel_km", "-3", "between 0 and", ()),
    ("mode", "telepathy", "how they will meet", ("in-person",)),
    ("skills", "x" * 61, "few words", ()),
    ("capacity", "two", "whole number", ()),
    ("capacity", "1000", "whole number", ()),
    ("cleared", "maybe", "yes or no", ("yes",)),
]
GOOD = {
    "id": "1", "postcode": "LS6 1AB", "lat": "53.8", "lon": "-1.5", "skills": "maths", "languages": "en",
    "availability": "tue-eve", "travel_km": "5", "mode": "either", "capacity": "1", "cleared": "yes",
}  # fmt: skip


def mistaken() -> Table:
    """Return a table with a good first row, and one planted mistake in each row after it."""
    lines = [";".join(GOOD), ";".join(GOOD.values())]
    for at, (column, cell, _, _) in enumerate(MISTAKES, start=2):
        lines.append(";".join((GOOD | {"id": str(at)} | {column: cell}).values()))
    return table("\n".join(lines), "mentors.csv")


@pytest.mark.parametrize("at", range(len(MISTAKES)), ids=[f"{c}={v[:9]}" for c, v, _, _ in MISTAKES])
def test_each_planted_mistake_is_named_with_row_column_and_fix(at: int) -> None:
    whole = mistaken()
    alone = Table(whole.name, whole.columns, [whole.rows[0], whole.rows[at + 1]], [2, at + 3])
    column, cell, says, allowed = MISTAKES[at]
    with pytest.raises(InputError, match=says) as caught:
        parse_mentors(alone)
    problem = caught.value
    assert (problem.file, problem.row, problem.column) == ("mentors.csv", at + 3, column)
    assert set(allowed) <= set(problem.allowed)
    assert not cell or problem.value in (None, cell)


def test_all_mistakes_are_collected_for_a_preview() -> None:
    problems: list[InputError] = []
    people, ids = parse_mentors(mistaken(), problems=problems)
    assert [problem.row for problem in problems] == [at + 3 for at in range(len(MISTAKES))]
    assert ids == ["1"] and len(people) == 1


def test_a_missing_column_of_checks_is_refused_even_in_a_preview() -> None:
    """Nobody is taken for cleared because a column was forgotten."""
    with pytest.raises(InputError, match='no column "cleared"'):
        parse_mentors(table("id\n1\n"), problems=[])


def test_a_mapping_chosen_by_hand_is_obeyed_and_checked() -> None:
    people, _ = parse_mentees(table("a,b\n1,maths\n"), mapping={"id": "a", "goals": "b"})
    assert people.tags == (frozenset({"maths"}),)
    with pytest.raises(InputError, match="no such column"):
        parse_mentees(table("a,b\n1,maths\n"), mapping={"id": "c"})
    with pytest.raises(InputError, match="Not a column of ours"):
        parse_mentees(table("a,b\n1,maths\n"), mapping={"capacity": "a"})


def test_vectors_follow_their_rows() -> None:
    vectors = np.arange(6, dtype=np.float32).reshape(3, 2)
    problems: list[InputError] = []
    people, ids = parse_mentees(table("id,travel_km\n1,2\n2,far\n3,4\n"), interests=vectors, problems=problems)
    assert ids == ["1", "3"]
    assert people.interests is not None and people.interests.tolist() == [[0, 1], [4, 5]]
    with pytest.raises(InputError, match="3 people"):
        parse_mentees(table("id\n1\n2\n3\n"), interests=vectors[:2])
