"""A sign-in that was closed holds no role, also in work that waits and in letters on their way."""

from __future__ import annotations

import pytest

from tests import world as w
from upwell_site.connect import actions
from upwell_site.core import jobs
from upwell_site.core.actor import roles_of
from upwell_site.core.models import Job, Person


@pytest.mark.django_db
def test_work_asked_for_by_a_closed_sign_in_is_not_done():
    """Rights are asked again when the work runs."""
    here = w.make().sides["here"]
    lead = here.people["lead"]
    Job.objects.all().delete()
    job = actions.start_match(by=lead, round=here.rows["round"]["one"])
    assert lead.user is not None
    lead.user.is_active = False
    lead.user.save()
    assert jobs.work_one()
    job.refresh_from_db()
    assert job.state == Job.State.FAILED and "may not" in job.said
    assert roles_of(Person.objects.get(pk=lead.pk)) == {"visitor": None}
