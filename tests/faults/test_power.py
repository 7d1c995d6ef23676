"""Power cuts replayed over the site's own deeds: nothing acknowledged is lost, and holes planted on purpose show."""

from __future__ import annotations

import shutil

import pytest

from tests.faults import power

pytestmark = [
    pytest.mark.faults,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("strace") is None, reason=power.NOT_RUN),
]
DEEDS, CUTS = 60, 60


def test_nothing_acknowledged_is_lost_as_shipped():
    found = power.one("", CUTS, seed=3, deeds=DEEDS)
    assert (found.cuts, found.acknowledged) == (CUTS, DEEDS)
    assert found.bad == 0, found.line()


@pytest.mark.parametrize("hole", power.PLANTED)
def test_a_hole_planted_on_purpose_shows(hole):
    """Without it, a harness that sees nothing would look the same as a site that loses nothing."""
    found = power.one(hole, 40, seed=1, deeds=DEEDS)
    assert found.bad > 0, found.line()


def test_what_was_not_synced_may_be_gone_and_what_was_stays(tmp_path):
    """The model by hand: a file that was synced in a folder that was not may lose its name, never its content."""
    start, site = tmp_path / "start", tmp_path / "site"
    start.mkdir()
    (start / "old").write_bytes(b"1111")
    call, seen = power.Call, set()
    for seed in range(60):
        disk, to = power.Disk(start, site, power.Random(seed)), tmp_path / f"cut{seed}"
        for one in (
            call("write", f"{site}/old", 0, b"22"),
            call("name", f"{site}/new"),
            call("write", f"{site}/new", 0, b"33"),
            call("sync", f"{site}/new"),
        ):
            disk.do(one)
        to.mkdir()
        disk.cut(to)
        seen.add(((to / "old").read_bytes(), (to / "new").read_bytes() if (to / "new").exists() else None))
    assert seen == {(old, new) for old in (b"1111", b"2211") for new in (b"33", None)}
