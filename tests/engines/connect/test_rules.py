"""Rules from a file: what is written counts, what is unknown is refused."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from upwell import InputError
from upwell.connect import Rules, load_rules


def written(tmp_path: Path, text: str) -> Rules:
    path = tmp_path / "ours.toml"
    path.write_text(text, encoding="utf-8")
    return load_rules(path)


def test_the_named_rules_are_those_of_the_method_notes() -> None:
    """The benchmark's figures can be compared only while these stand."""
    rules = load_rules("benchmark")
    assert (rules.interests, rules.tags, rules.near, rules.time) == (0.40, 0.30, 0.15, 0.15)
    assert (rules.near_km, rules.slots_enough, rules.goal) == (8.0, 3, "total")
    assert rules.distance and rules.mode and rules.language and rules.slot and rules.organisation
    assert math.isinf(rules.max_travel_km)


def test_a_file_changes_what_it_names(tmp_path: Path) -> None:
    rules = written(
        tmp_path,
        'goal = "most_people"\n[weights]\ninterests = 0\n[rules]\norganisation = false\n'
        "[travel]\nmax_travel_km = 15\n[time]\nslots_enough = 2\n",
    )
    assert rules == Rules(
        name="ours", goal="most_people", interests=0, organisation=False, max_travel_km=15, slots_enough=2
    )


@pytest.mark.parametrize(
    ("text", "says", "column"),
    [
        ("speed = 1", "Unknown setting", "speed"),
        ("[rules]\ncleared = false", "Unknown setting", "[rules] cleared"),
        ("[weights]\ninterest = 1", "Unknown setting", "[weights] interest"),
        ('goal = "fair"', "Not a goal", "goal"),
        ('[rules]\nslot = "no"', "true or false", "[rules] slot"),
        ('[weights]\ntags = "many"', "Write a number", "[weights] tags"),
        ("[weights]\ntags = -1", "above 0", "[weights] tags"),
        ("[weights]\ntags = inf", "above 0", "[weights] tags"),
        ("[travel]\nnear_km = 0", "above 0", "[travel] near_km"),
        ("[time]\nslots_enough = 1.5", "whole number", "[time] slots_enough"),
        ("[weights]\ninterests = 0\ntags = 0\nnear = 0\ntime = 0", "At least one weight", "[weights]"),
        ("weights = 3", "Unknown setting", "weights"),
        ("goal = ", "cannot be read as TOML", ""),
    ],
)
def test_mistakes_in_a_file_are_named(tmp_path: Path, text: str, says: str, column: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        written(tmp_path, text)
    assert (caught.value.file, caught.value.column) == ("ours.toml", column)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(InputError, match="no rules of this name") as caught:
        load_rules("fastest")
    assert caught.value.allowed == ("default", "benchmark")
