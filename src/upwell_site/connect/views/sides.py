"""Both sides of a round as they were brought in, and the people without a mentor."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from upwell_site.connect.models import Ask, Offer, Round, Unmatched
from upwell_site.connect.views import cards, figures, who, words
from upwell_site.connect.views.rounds import PAGE, home_of, page_number
from upwell_site.core import policy
from upwell_site.core.actor import Request
from upwell_site.core.guard import allow


def _page(request: Request, rows: Any, **asked: str) -> tuple[list[Any], dict[str, str]]:
    """Return one page of rows, and the ways to the pages beside it."""
    page = page_number(request)
    found = list(rows[(page - 1) * PAGE : page * PAGE + 1])
    ways = {
        "next": f"?{urlencode({**asked, 'page': str(page + 1)})}" if len(found) > PAGE else "",
        "previous": f"?{urlencode({**asked, 'page': str(page - 1)})}" if page > 1 else "",
    }
    return found[:PAGE], ways


@allow(GET="round.people")
def round_unmatched(request: Request, round: Round) -> HttpResponse:
    """People without a mentor: what they asked for, what is in the way, the smallest change that would help."""
    groups = figures.groups(round, exactly=True)
    asked = request.GET.get("change", "")
    change = asked if asked in words.CHANGES else ""
    rows = Unmatched.objects.filter(hub=request.hub, round=round).visible_to(request.actor)
    if change:
        rows = rows.filter(change_code__startswith=change)
    found, ways = _page(request, rows.order_by("change_code", "id"), **({"change": change} if change else {}))
    there = who.people(request, [row.mentee_id for row in found])
    asks = Ask.objects.filter(hub=request.hub, round=round, person__in=[row.mentee_id for row in found])
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
        "cards": [cards.alone_card(row, by_person.get(row.mentee_id), there) for row in found],
        **ways,
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
    found, ways = _page(request, rows.order_by("person__folded", "id"))
    numbers = [row.person_id for row in found]
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
            "rows": [{"row": row, "who": there[row.person_id], "said": words.asked(row)} for row in found],
            "bring_in": cards.bring_in(request.hub.slug, round.pk)[kind] if may_add else "",
            "template": cards.templates(request.hub.slug)[kind],
            **ways,
        },
    )
