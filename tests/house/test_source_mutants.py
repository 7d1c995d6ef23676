"""Mistakes planted in the source: each still fits, and the quickest are tried every day; all by `dev.py mutants`."""

from __future__ import annotations

import pytest

from tests.house.source_mutants import MUTANTS, Mutant

QUICK = {"a formula in a list", "a form that counts twice"}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.what)
def test_a_mutant_still_fits_into_the_source(mutant: Mutant):
    """Else it would be killed for ever without anybody looking."""
    assert mutant.fits()


@pytest.mark.slow
@pytest.mark.parametrize("mutant", [one for one in MUTANTS if one.what in QUICK], ids=lambda one: one.what)
def test_a_mutant_is_killed(mutant: Mutant):
    assert mutant.killed()


def test_there_are_enough():
    assert len(MUTANTS) >= 20
