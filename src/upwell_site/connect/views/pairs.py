"""The pairs of a round: read one after another, locked, ruled out, noted, approved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from upwell_site.connect import actions, ready
from upwell_site.connect.models import Pair, Round
from upwell_site.connect.views import cards, figures, who, words
from upwell_site.connect.views.rounds import approved_words, home_of, me
from upwell_site.core import policy
from upwell_site.core.actor import Request
from upwell_site.core.guard import allow
from upwell_site.core.once import once_or_say
from upwell_site.core.paging import page_of

SHOW = ("all", "low", "waiting", "locked", "approved", "dropped")
ORDERS = {"fit": "score", "name": "mentee__folded"}


@allow(GET="round.people")
def round_pairs(request: Request, round: Round) -> HttpResponse:
    """The pairs, fifty a page, those that fit worst first."""
    show, order = _asked(request)
    rows = _shown(round, show).visible_to(request.actor).with_can(request.actor, "edit")
    page = page_of(rows, request, ORDERS[order])
    numbers = [number for pair in page.rows for number in (pair.mentee_id, pair.mentor_id)]
    there = who.people(request, numbers, [pair.mentor_id for pair in page.rows], round)
    bars = ready.bars(round)
    return render(
        request,
        "connect/round_pairs.html",
        {
            "round": round,
            "title": _title(show, bool(page.rows or page.start)),
            "cards": [cards.pair_card(pair, there, can_edit=pair.can_edit, bars=bars) for pair in page.rows],
            "show": show,
            "chips": _chips(show, order),
            "orders": _orders(show, order),
            "back": urlencode({"show": show, "order": order, "after": request.GET.get("after", "")}),
            "page": page,
            "home": home_of(round, request),
        },
    )


def _asked(request: Request) -> tuple[str, str]:
    show, order = request.GET.get("show", "all"), request.GET.get("order", "fit")
    return (show if show in SHOW else "all"), (order if order in ORDERS else "fit")


def _shown(round: Round, show: str) -> Any:
    rows = Pair.objects.filter(hub_id=round.hub_id, round=round)
    live: QuerySet[Pair] = rows.exclude(state=Pair.State.DROPPED)
    if show == "low":
        scores = list(live.order_by().values_list("score", flat=True))
        return live.filter(score__lt=figures.low_fit(scores) * figures.PER_POINT)
    if show == "waiting":
        return ready.waiting(round)
    if show == "locked":
        return rows.filter(locked=True)
    if show in {"approved", "dropped"}:
        return rows.filter(state=show)
    return live


def _title(show: str, any_there: bool) -> str:
    if not any_there:
        return _("No pairs here")
    return {
        "low": _("Read these pairs first"),
        "waiting": _("These pairs wait"),
        "locked": _("The pairs you locked"),
        "approved": _("The pairs that are approved"),
        "dropped": _("Not these two"),
    }.get(show, _("Who was put together, and why"))


def _chips(show: str, order: str) -> list[dict[str, Any]]:
    names = (_("All"), _("Fit worst"), _("Waiting"), _("Locked"), _("Approved"), _("Not these two"))
    return [
        {"name": name, "url": f"?{urlencode({'show': key, 'order': order})}", "current": key == show}
        for key, name in zip(SHOW, names, strict=True)
    ]


def _orders(show: str, order: str) -> list[dict[str, Any]]:
    names = {"fit": _("Worst fit first"), "name": _("By name")}
    return [
        {"name": name, "url": f"?{urlencode({'show': show, 'order': key})}", "current": key == order}
        for key, name in names.items()
    ]


@allow(GET="pair.read")
def pair(request: Request, pair: Pair) -> HttpResponse:
    """One pair. Staff see all of it; the two themselves, once approved, see who and why, and no number."""
    theirs = request.actor.person_id in {pair.mentee_id, pair.mentor_id}
    there = who.people(request, [pair.mentee_id, pair.mentor_id], [] if theirs else [pair.mentor_id], pair.round)
    if theirs:
        other = there[pair.mentor_id if request.actor.person_id == pair.mentee_id else pair.mentee_id]
        said = words.reasons(pair.reasons, without_place=True)
        context = {"pair": pair, "other": other, "reasons": said, "thread": ready.thread_of(pair)}
        return render(request, "connect/pair_mine.html", context)
    can_edit = policy.can(request.actor, "edit", pair)
    card = cards.pair_card(pair, there, can_edit=can_edit, bars=ready.bars(pair.round))
    can_approve = card.is_proposed and policy.can(request.actor, "approve", pair)
    return render(request, "connect/pair.html", {"card": card, "round": pair.round, "can_approve": can_approve})


def _after(request: Request, pair: Pair) -> str:
    """Return where a decision leads: back into the list it was made in, to the round, or to the pair."""
    back, hub = request.POST.get("back", ""), request.hub.slug
    if back == "round":
        return reverse("round", args=[hub, pair.round_id])
    if back == "pair":
        return reverse("pair", args=[hub, pair.pk])
    asked = {key: back_value(back, key) for key in ("show", "order", "after")}
    kept = {key: value for key, value in asked.items() if value}
    return f"{reverse('round_pairs', args=[hub, pair.round_id])}{'?' if kept else ''}{urlencode(kept)}#pair-{pair.pk}"


def back_value(back: str, key: str) -> str:
    """Return one known value out of the list's own address, never anything else."""
    for part in back[:100].split("&"):
        name, _equals, value = part.partition("=")
        if name == key and (value in SHOW or value in ORDERS or (value.isdecimal() and len(value) <= 18)):
            return value
    return ""


def _decide(request: Request, pair: Pair, do: Callable[[], str], *, gone: bool = False) -> HttpResponse:
    """Decide about a pair once; `gone` when the pair's own page may not be there afterwards."""
    where = _after(request, pair)
    there = reverse("round", args=[request.hub.slug, pair.round_id]) if gone and "#" not in where else where

    def once_done() -> str:
        messages.success(request, do())
        return there

    return once_or_say(request, once_done, where)


@allow(POST="pair.edit")
def pair_lock(request: Request, pair: Pair) -> HttpResponse:
    """Keep a pair whatever later runs find, or let it go again."""
    to = request.POST.get("to") != "unlock"

    def do() -> str:
        actions.lock(by=me(request), pair=pair, locked=to)
        return _("Locked. Later runs keep these two.") if to else _("Unlocked. Later runs may change it.")

    return _decide(request, pair, do)


@allow(POST="pair.edit")
def pair_drop(request: Request, pair: Pair) -> HttpResponse:
    """Rule two people out for this round, or allow them again."""
    again = request.POST.get("to") == "allow"

    def do() -> str:
        if again:
            actions.allow_again(by=me(request), pair=pair)
            return _("The next run may put these two together again.")
        actions.drop(by=me(request), pair=pair)
        return _("Not these two. Run it again to find somebody else.")

    return _decide(request, pair, do, gone=again)


@allow(POST="pair.edit")
def pair_note(request: Request, pair: Pair) -> HttpResponse:
    """Keep a note of staff on a pair."""

    def do() -> str:
        actions.write_note(by=me(request), pair=pair, note=request.POST.get("note", ""))
        return _("The note is kept.")

    return _decide(request, pair, do)


@allow(POST="pair.approve")
def pair_approve(request: Request, pair: Pair) -> HttpResponse:
    """Approve one pair."""
    return _decide(request, pair, lambda: approved_words(actions.approve_pair(by=me(request), pair=pair)))
