"""Writing of connect: who asks and who offers in a round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from upwell_site.connect.models import Ask, Offer
from upwell_site.core.bringing.kinds import Loading, Plan
from upwell_site.core.bringing.people import give_role, update, write_people
from upwell_site.core.models import Membership


@transaction.atomic
def bring_in_asks(*, plans: Sequence[Plan], loading: Loading) -> None:
    """Write people who ask for a mentor, make them part of the programme, and put their asks into the round."""
    _bring_in(Ask, plans, loading)
    give_role(plans, loading, Membership.Role.MENTEE, granted=True)


@transaction.atomic
def bring_in_offers(*, plans: Sequence[Plan], loading: Loading) -> None:
    """Write people who offer to mentor. Their role is only proposed: somebody grants it once all is in order."""
    _bring_in(Offer, plans, loading)
    give_role(plans, loading, Membership.Role.MENTOR, granted=False)


def _bring_in(model: Any, plans: Sequence[Plan], loading: Loading) -> None:
    write_people(plans, loading)
    new = [plan for plan in plans if plan.more["side"][0] is None]
    rows = model.objects.bulk_create(
        [
            model(
                hub=loading.hub,
                round=loading.target.thing,
                programme=loading.programme,
                person=plan.thing,
                **plan.more["side"][1],
            )
            for plan in new
        ],
        batch_size=500,
    )
    loading.keep((plan.row.number, row, None) for plan, row in zip(new, rows, strict=True))
    known = [plan for plan in plans if plan.more["side"][0] is not None and plan.more["side"][1]]
    update(model, known, loading, of="side")
