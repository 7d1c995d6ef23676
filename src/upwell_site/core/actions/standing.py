"""Writing down what somebody has in order: training, code of conduct, references, check. Never what a check found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core.actions.people import has_safety_role, holds_safety_role
from upwell_site.core.events import log
from upwell_site.core.models import HubText, Person, Standing
from upwell_site.core.refused import Refused

CHECK_DAYS = 3 * 366  # a check is looked at again after three years at the latest


def may_record_check(person: Person) -> bool:
    """Whether `person` may say that a check is in order: where somebody looks after safety, only they.

    Where under-18s take part it is never anybody else: a safeguarding lead whose time ran out has to be followed first.
    """
    return holds_safety_role(person) or not (person.hub.takes_under_18s or has_safety_role(person.hub_id))


@transaction.atomic
def record(*, by: Person, person: Person, what: str, since: date | None = None, until: date | None = None) -> Standing:
    """Write down that one thing is in order, from a day until a day. Nobody does so for themselves."""
    today = timezone.localdate()
    since = since or today
    if by.pk == person.pk:
        raise Refused(_("Somebody else has to write this down for you."))
    if since > today:
        raise Refused(_("The first day cannot lie ahead."))
    if until is not None and until <= since:
        raise Refused(_("The last day has to come after the first."))
    if what == Standing.What.CHECK:
        _check_the_check(by, since, until)
    return write(by=by, person=person, what=what, since=since, until=until, recorded_by=by)


def _check_the_check(by: Person, since: date, until: date | None) -> None:
    if not may_record_check(by):
        raise Refused(_("Only the safeguarding lead writes down that a check is in order."))
    if until is None:
        raise Refused(_("A check needs a last day: write when it must be looked at again."))
    if until > since + timedelta(days=CHECK_DAYS):
        raise Refused(_("A check counts for three years at most. Please choose an earlier last day."))


@transaction.atomic
def record_many(*, by: Person, people: Iterable[Person], **what: Any) -> int:
    """Write down the same thing for several people; for all of them or for none."""
    done = [record(by=by, person=person, **what) for person in people]
    if not done:
        raise Refused(_("Please tick at least one person."))
    return len(done)


def write(
    *, by: Person, person: Person, what: str, since: date, until: date | None, recorded_by: Person | None
) -> Standing:
    """Write the row; a second one of the same day takes the place of the first."""
    row: Standing
    row, _new = Standing.objects.update_or_create(
        hub_id=person.hub_id, person=person, what=what, since=since, defaults={"until": until, "by": recorded_by}
    )
    log(by, f"record_{what}", row)
    return row


@transaction.atomic
def take_back(*, by: Person, person: Person, what: str) -> None:
    """End a thing that is no longer in order: from today it does not count, and a mentor's rights rest."""
    if by.pk == person.pk:
        raise Refused(_("Somebody else has to write this down for you."))
    if what == Standing.What.CHECK and not may_record_check(by):
        raise Refused(_("Only the safeguarding lead writes down whether a check is in order."))
    rows = list(Standing.objects.filter(hub_id=person.hub_id, person=person, what=what).in_force())
    if not rows:
        raise Refused(_("There is nothing to take back."))
    Standing.objects.filter(pk__in=[row.pk for row in rows]).update(until=timezone.localdate())
    for row in rows:
        log(by, f"take_back_{what}", row)


@transaction.atomic
def sign_code(*, by: Person, text: HubText) -> Standing:
    """Write down that somebody signed the hub's code of conduct, in the version they saw."""
    newest = conduct(by.hub_id)
    if newest is None or newest.pk != text.pk:
        raise Refused(_("These words have changed. Please read them again."))
    row = write(by=by, person=by, what=Standing.What.CODE, since=timezone.localdate(), until=None, recorded_by=None)
    log(by, "sign_code", text, version=text.version)
    return row


def conduct(hub_id: int) -> HubText | None:
    """Return the newest code of conduct of a hub."""
    found: HubText | None = (
        HubText.objects.filter(hub_id=hub_id, kind=HubText.Kind.CONDUCT).order_by("-version").first()
    )
    return found
