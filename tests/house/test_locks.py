"""Where two decisions at the same moment would undo each other, the rows wait: seen in the statements that are sent."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import world as w
from upwell_site.connect import actions as connect
from upwell_site.connect.bridge import Result
from upwell_site.core.actions import people
from upwell_site.core.models import Membership
from upwell_site.core.refused import Refused
from upwell_site.listen.actions import discussions

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("not __import__('django.db').db.connection.features.has_select_for_update", reason="one writer"),
]


def locked(captured: CaptureQueriesContext, table: str) -> bool:
    return any(f'FROM "{table}"' in q["sql"] and " FOR " in q["sql"] for q in captured.captured_queries)


def test_a_run_of_matching_holds_the_pairs_it_replaces():
    """Else it would delete a pair that is being approved."""
    here = w.make().sides["here"]
    result = Result(pairs=[], alone=[], locked=frozenset(), forbidden=frozenset(), summary={"version": "1"}, pool="")
    with CaptureQueriesContext(connection) as captured:
        connect.store_proposals(by=None, round=here.rows["round"]["one"], result=result)
    assert locked(captured, "connect_pair") and locked(captured, "core_programme")


def test_two_admins_who_end_each_others_role_wait_for_each_other():
    """Else a hub would be left without any."""
    here = w.make().sides["here"]
    role = Membership.objects.get(person=here.people["asleep"], role="admin")
    with CaptureQueriesContext(connection) as captured:
        people.end_role(by=here.people["admin"], membership=role)
    assert locked(captured, "core_hub")


def test_a_first_vote_waits_for_a_discussion_that_is_taken_out():
    """Else the vote would point at nothing, or the discussion at a vote."""
    here = w.make().sides["here"]
    with CaptureQueriesContext(connection) as captured, pytest.raises(Refused):
        discussions.remove(by=here.people["lead"], discussion=here.rows["discussion"]["open"])
    assert locked(captured, "listen_discussion")
