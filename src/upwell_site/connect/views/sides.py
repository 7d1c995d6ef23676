"""Both sides of a round as they were brought in, and the people without a mentor."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from upwell_site.connect.models import Ask, Offer, Round, Unmatched
from upwell_site.connect.views import cards, figures, who, words
from upwell_site.connect.views.rounds import home_of
from upwell_site.core import policy
from upwell_site.core.actor import Request
from upwell_site.core.guard import allow
from upwell_site.core.paging import page_of


@allow(GET="round.people")
def round_unmatched(request: Request, round: Round) -> HttpResponse:
    """People without a mentor: what they asked for, what is in the way, the smallest change that would help."""
    groups = figures.groups(round, exactly=True)
    asked = request.GET.get("change", "")
    change = asked if asked in words.CHANGES else ""
    rows = Unmatched.objects.filter(hub=request.hub, round=round).visible_to(request.actor)
    if change:
        rows = rows.filter(change_code__startswith=change)
    page = page_of(rows, request, "change_code")
    numbers = [row.mentee_id for row in page.rows]
    there = who.people(request, numbers)
    asks = Ask.objects.filter(hub=request.hub, round=round, person__in=numbers)
    by_person = {ask.person_id: ask for ask in asks}
    total = sum(group.people for group in groups)
    chips = [{"name": _("All %(n)s") % {"n": total}, "url": "?", "current": not change}]
    chips += [
        {"name": f"{g.people} {g.words}", "url": f"?{urlencode({'change': g.code})}", "current": g.code == change}
        for g in groups
    ]
    context = {
        "round": round,
        "home": home_of(round, request),
        "total": total,
        "chips": chips if len(groups) > 1 else [],
        "cards": [cards.alone_card(row, by_person.get(row.mentee_id), there) for row in page.rows],
        "page": page,
    }
    return render(request, "connect/round_unmatched.html", context)


@allow(GET="round.people")
def round_asks(request: Request, round: Round) -> HttpResponse:
    """Who asks for a mentor, as it was brought in."""
    rows = Ask.objects.filter(hub=request.hub, round=round).visible_to(request.actor)
    return _side(request, round, rows, _("Who asks for a mentor"), "mentees")


@allow(GET="round.people")
def round_offers(request: Request, round: Round) -> HttpResponse:
    """Who offers to be a mentor, as it was brought in, and whether the hub has all in order."""
    rows = Offer.objects.filter(hub=request.hub, round=round).visible_to(request.actor)
    return _side(request, round, rows, _("Who offers to be a mentor"), "mentors")


def _side(request: Request, round: Round, rows: Any, title: str, kind: str) -> HttpResponse:
    page = page_of(rows, request, "person__folded")
    numbers = [row.person_id for row in page.rows]
    there = who.people(request, numbers, numbers if kind == "mentors" else [], round)
    may_add = round.state != Round.State.APPROVED and policy.can(request.actor, "edit", round)
    return render(
        request,
        "connect/round_side.html",
        {
            "round": round,
            "home": home_of(round, request),
            "title": title,
            "kind": kind,
            "rows": [{"row": row, "who": there[row.person_id], "said": words.asked(row)} for row in page.rows],
            "bring_in": cards.bring_in(request.hub.slug, round.pk)[kind] if may_add else "",
            "template": cards.templates(request.hub.slug)[kind],
            "page": page,
        },
    )
