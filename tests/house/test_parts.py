"""The parts that others wrote: locked with hashes, listed with licences, and looked at for holes without pretending."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import audit, bom

LOCKS = sorted((bom.ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_part_is_locked_with_hashes_and_no_address(lock: Path):
    found = bom.parts(lock)
    assert len(found) > 5
    assert all(part.hashes for part in found)
    assert not re.search(r"://|index-url", lock.read_text("utf-8"))


def test_the_bill_holds_every_part_with_its_hashes_and_licence():
    lines = bom.LOCK.read_text("utf-8").splitlines()
    names = {line.partition("==")[0].partition("[")[0] for line in lines if "==" in line and line[0] != " "}
    bill = bom.bill()
    assert {one["name"] for one in bill["components"]} == names
    assert all(one["hashes"] and one["licenses"] for one in bill["components"])
    unknown = [part.name for part in bom.parts() if not part.licence() and not part.where]
    assert not unknown, "a part that is installed everywhere states no licence"


def test_no_part_forces_its_licence_on_us():
    found = {p.name: p.licence() for p in bom.parts() if bom.COPYLEFT.search(p.licence())}
    assert found.items() <= bom.MAY.items()


@pytest.mark.parametrize("said", ["GPL-3.0-only", "AGPL-3.0", "GNU Affero General Public License v3", "LGPLv3"])
def test_a_licence_that_forces_itself_on_us_is_known_for_one(said: str):
    assert bom.COPYLEFT.search(said)


def test_a_line_nobody_knows_is_not_left_out(tmp_path):
    lock = tmp_path / "run.txt"
    lock.write_text("thing @ file:///somewhere\n")
    with pytest.raises(ValueError, match="line 1 is no part"):
        bom.parts(lock)


# A part with a condition that holds here counts as one without.
LOCKED = [
    bom.Part("one", "1.0", ""),
    bom.Part("two", "2.0", "implementation_name != 'pypy'"),
    bom.Part("windows", "3.0", "sys_platform == 'win32'"),
]
FINE = [{"name": "one", "version": "1.0", "vulns": []}, {"name": "Two", "version": "2.0", "vulns": []}]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([FINE[0], {"name": "two", "version": "2.0", "vulns": [{"id": "PYSEC-1"}]}], "two 2.0: PYSEC-1"),
        ([FINE[0], {"name": "two", "skip_reason": "could not be found"}], "two was skipped"),
        ([FINE[0]], "two was not looked at"),
        ([], "one was not looked at"),
        ([one for one in FINE if one["name"] == "one"], "two was not looked at"),
    ],
)
def test_the_audit_sees_holes_and_what_it_did_not_see(answer, words):
    code, said = audit.verdict({"dependencies": answer}, LOCKED, strict=False)
    assert code == 1 and any(words in line for line in said)


def test_an_audit_that_found_nothing_after_looking_at_all_is_fine():
    assert audit.verdict({"dependencies": FINE}, LOCKED, strict=True) == (0, ["2 parts looked at, no known hole"])


@pytest.mark.parametrize(("strict", "code"), [(False, 0), (True, 1)])
def test_an_audit_that_could_not_be_made_says_so(strict, code):
    assert audit.verdict("no data", LOCKED, strict=strict) == (code, ["NOT RUN: no data"])
