"""Short forms: forms sent again, many roles at one worker, a mail server that is not well."""

from __future__ import annotations

import pytest

from tests.faults import mail, replay, roles

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def test_a_form_that_is_sent_again_changes_nothing():
    found = replay.run(8, seed=3)
    assert not found.doubled
    assert len(found.forms) == 10 and found.replayed >= 50


def test_forms_without_their_key_do_double():
    """Else a harness that sees nothing would look like a site that doubles nothing."""
    assert len(replay.run(8, seed=2, key=False).doubled) >= 5


def test_nobody_gets_anothers_page():
    cast = ("adult", "young", "lead", "admin", "organiser", "safe", "mentor")
    found = roles.run(200, who=cast, paths=("you/", "home/", "people/"))
    assert not found.mixed
    assert (found.pages, found.people) == (200, 15)
    assert found.statuses[200] > 60


def test_letters_arrive_once_whatever_the_mail_server_did():
    """How fast pages are meanwhile is measured by the command, not asserted."""
    found = mail.run(1, seconds=1)
    assert (found.letters, found.lost, found.copies, found.wrong) == (48, 0, 0, [])
    assert set(found.took) == {"well", *mail.MODES}
