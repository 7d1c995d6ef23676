"""`upwell connect match`, from two files to three, or to one sentence and nothing written."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from upwell import InputError
from upwell._kit.tables import Table, read_table
from upwell.cli import cli

MENTEES = "id,postcode,goals,availability,travel_km\nA,LS6 1AB,maths,tue-eve,5\nB,LS6 2AB,art,sat-am,5\n"
MENTORS = "id,postcode,skills,availability,travel_km,capacity,cleared\nM,LS6 1AB,maths,tue-eve,5,1,yes\n"


def run(folder: Path, *more: str, mentees: str = MENTEES, mentors: str = MENTORS) -> Result:
    (folder / "mentees.csv").write_text(mentees, encoding="utf-8")
    (folder / "mentors.csv").write_text(mentors, encoding="utf-8")
    names = [str(folder / "mentees.csv"), str(folder / "mentors.csv"), "--out", str(folder / "out")]
    return CliRunner().invoke(cli, ["connect", "match", *names, *more])


def output(folder: Path, name: str) -> Table:
    return read_table(folder / "out" / name, name)


def test_two_small_files(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 0, result.output
    assert "1 of 2 mentees have a mentor." in result.output and "Proved" in result.output
    pairs, alone = output(tmp_path, "pairs.csv"), output(tmp_path, "unmatched.csv")
    assert pairs.columns == ("mentee", "mentor", "score", "reasons")
    assert alone.columns == ("mentee", "binding", "smallest_change")
    # tags .30, near .15 and time .15, of .60 in all: 1/2 x 1 + 1/4 x 1 + 1/4 x 1/3
    assert pairs.rows == [
        ["A", "M", "0.833333", "Both free on Tuesday evening; Less than 1 km apart; Both named maths"]
    ]
    assert alone.column("mentee") == ["B"]


def test_the_summary_can_be_checked(tmp_path: Path) -> None:
    run(tmp_path, "--seed", "7")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert (summary["matched"], summary["unmatched"], summary["places"]) == (1, 1, 1)
    assert (summary["objective"], summary["bound"], summary["gap"], summary["proved"]) == (833333, 833333, 0, True)
    assert (summary["seed"], summary["rules"]["name"], summary["data_nobody_gave"]) == (7, "default", ["interests"])
    digest = hashlib.sha256((tmp_path / "mentees.csv").read_bytes()).hexdigest()
    assert summary["inputs"][0]["sha256"] == digest


def test_rules_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text("[rules]\nslot = false\n", encoding="utf-8")
    run(tmp_path, "--rules", str(tmp_path / "ours.toml"), mentors=MENTORS.replace("5,1,yes", "5,2,yes"))
    assert output(tmp_path, "pairs.csv").column("mentee") == ["A", "B"]


def test_formulas_in_ids_are_not_passed_on(tmp_path: Path) -> None:
    run(tmp_path, mentees=MENTEES.replace("A,", "=A1,"))
    assert output(tmp_path, "pairs.csv").column("mentee") == ["'=A1"]


@pytest.mark.parametrize(
    ("changes", "more", "says"),
    [
        ({"mentees": MENTEES.replace("sat-am", "Saturn")}, (), "mentees.csv, row 3, column availability: Write a day"),
        ({"mentors": MENTORS.replace(",yes", ",perhaps")}, (), "mentors.csv, row 2, column cleared: Write yes or no"),
        ({"mentors": MENTORS.replace(",cleared", ",colour")}, (), 'mentors.csv: There is no column "cleared"'),
        ({"mentees": MENTEES + "C,LS6 1AB,x,tue-eve,5,extra\n"}, (), "mentees.csv, row 4: This row has 6 cells"),
        ({"mentees": ""}, (), "mentees.csv: The file is empty"),
        ({}, ("--rules", "swift"), "no rules of this name"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(
    tmp_path: Path, changes: dict[str, str], more: tuple[str, ...], says: str
) -> None:
    result = run(tmp_path, *more, **changes)
    assert isinstance(result.exception, InputError)
    assert says in str(result.exception)
    assert not [path for path in tmp_path.iterdir() if path.name not in ("mentees.csv", "mentors.csv")]


def test_a_folder_already_there_keeps_its_other_files(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("ours", encoding="utf-8")
    (tmp_path / "out" / "pairs.csv").write_text("old", encoding="utf-8")
    assert run(tmp_path).exit_code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "notes.txt", "pairs.csv", "summary.json", "unmatched.csv",
    ]  # fmt: skip
    assert output(tmp_path, "pairs.csv").rows
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mentees.csv", "mentors.csv", "out"]


@pytest.mark.parametrize(
    ("vectors", "says"),
    [
        (np.ones((3, 4), np.float32), "2 people"),
        (np.array([["a"], ["b"]]), "not numbers"),
        (np.full((2, 4), np.nan), "not a number"),
        (b"nothing", "numpy.save"),
    ],
)
def test_vectors_that_do_not_fit_are_refused(tmp_path: Path, vectors: object, says: str) -> None:
    beside = tmp_path / "mentees_interests.npy"
    if isinstance(vectors, bytes):
        beside.write_bytes(vectors)
    else:
        np.save(beside, vectors)  # type: ignore[arg-type]
    result = run(tmp_path)
    assert isinstance(result.exception, InputError) and says in str(result.exception)


@pytest.mark.slow
def test_a_programme_of_three_hundred(tmp_path: Path) -> None:
    """The generator's files are read as they are, vectors included, and people keep their order."""
    people = pytest.importorskip("benchmarks.instances.people", reason="the generator needs polars")
    people.write_programme(people.make_programme(300, 1), tmp_path)
    args = [str(tmp_path / "mentees.csv"), str(tmp_path / "mentors.csv"), "--rules", "benchmark"]
    for name in ("one", "two"):
        result = CliRunner().invoke(cli, ["connect", "match", *args, "--out", str(tmp_path / name)])
        assert result.exit_code == 0, result.output
    pairs, alone = (read_table(tmp_path / "one" / name, name) for name in ("pairs.csv", "unmatched.csv"))
    asked = read_table(tmp_path / "mentees.csv", "mentees.csv").column("id")
    offers = read_table(tmp_path / "mentors.csv", "mentors.csv")
    cleared = {row[0] for row in offers.rows if row[-1] == "true"}
    assert pairs.column("mentee") == [person for person in asked if person not in set(alone.column("mentee"))]
    assert set(pairs.column("mentor")) <= cleared
    assert all(pairs.column("reasons")) and all(alone.column("smallest_change"))
    summary = json.loads((tmp_path / "one" / "summary.json").read_text(encoding="utf-8"))
    assert summary["proved"] and summary["inputs"][0]["interests"]
    assert abs(sum(float(score) for score in pairs.column("score")) - summary["objective"] / 1e6) < 1e-4
    for name in ("pairs.csv", "unmatched.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.slow
def test_help_is_light_and_nothing_needs_the_site() -> None:
    """Help must come at once; the engines must run where there is no web framework."""
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom upwell.cli import cli\n"
        "assert CliRunner().invoke(cli, ['connect', 'match', '--help']).exit_code == 0\n"
        "light = [m for m in ('scipy', 'numpy', 'django') if m in sys.modules]\n"
        "from upwell import connect\nfor name in connect.__all__: getattr(connect, name)\n"
        "print(light, 'django' in sys.modules, callable(connect.match), sorted(connect.__all__) == dir(connect))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] False True True"
