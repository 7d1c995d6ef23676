"""Examples in docstrings run; sentences hold together."""

from __future__ import annotations

import doctest
import string
from importlib import import_module

import pytest

from upwell.connect.words import WORDS, say_all, say_slot, slot_order

MODULES = [
    "upwell._kit.geo", "upwell._kit.postcodes", "upwell._kit.tables", "upwell._kit.writing",
    "upwell._kit._csv", "upwell.connect._assign",
    "upwell.connect._candidates", "upwell.connect._match", "upwell.connect._verify", "upwell.connect.cells",
    "upwell.connect.columns", "upwell.connect.parse", "upwell.connect.rules",
]  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_run(name: str) -> None:
    result = doctest.testmod(import_module(name))
    assert result.failed == 0 and result.attempted > 0


def test_both_forms_of_a_sentence_use_the_same_values() -> None:
    """A translator must not lose a value; the form for one may leave the number out."""
    for code, words in WORDS.items():
        if isinstance(words, tuple):
            one, many = ({name for _, name, _, _ in string.Formatter().parse(text) if name} for text in words)
            assert one | {"n"} == many | {"n"}, code


def test_slots_and_lists_read_well() -> None:
    assert str(say_slot("sun-am")) == "Sunday morning"
    assert str(say_slot("after school")) == "after school"
    assert sorted(["sun-am", "x", "mon-eve", "mon-am"], key=slot_order) == ["mon-am", "mon-eve", "sun-am", "x"]
    assert (
        str(say_all([say_slot("mon-am"), say_slot("tue-pm"), say_slot("x")]))
        == "Monday morning, Tuesday afternoon and x"
    )
