"""A short form of `benchmarks/malformed.py`: one file of each kind somebody might upload, each through the page."""

from __future__ import annotations

import random

import pytest

from benchmarks.instances.malformed import MAKERS, files
from tests.site.bringing.conftest import words_of
from upwell_site.core import jobs
from upwell_site.core.models import Membership, Organisation, Person


def counted() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Person, Organisation, Membership))


@pytest.mark.slow
@pytest.mark.parametrize("kind", MAKERS)
def test_each_kind_of_file_gets_an_answer_and_is_never_brought_in_by_half(admin, kind):
    """A file that is read is brought in whole; any other says what to do, and brings nothing in."""
    name, body = MAKERS[kind](random.Random(f"suite {kind}"))
    before = counted()
    answer = admin.upload("people", body, name=name)
    assert answer.status_code in (200, 400)
    if answer.status_code == 400:  # the form itself says what is wrong with the file
        assert counted() == before
        return
    while jobs.work_one():
        pass
    batch = admin.batch
    said = words_of(admin.client.get(f"{admin.root}{batch.pk}/"))
    assert batch.state in ("checked", "failed"), said
    assert counted() == before
    fault = batch.found.get("said") or batch.found["problems"]
    if fault:
        assert "to put right" in said or "We cannot read this file" in said
        assert "Traceback" not in said
    admin.post("load")
    while jobs.work_one():
        pass
    rows = 0 if fault else batch.found["rows"]
    assert counted()[0] == before[0] + rows
    if kind.startswith("good"):
        assert not fault, fault


def test_a_seed_makes_the_same_files_again():
    first, again = list(files(7, 3)), list(files(7, 3))
    assert [row for row in first if row[1].endswith("csv")] == [row for row in again if row[1].endswith("csv")]
