"""Requests about data: one's own, and the desk where they are answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.core import policy
from upwell_site.core.actions import data_requests as actions
from upwell_site.core.actor import Request
from upwell_site.core.forms.data_requests import Answer, Ask, Breach, Reply, Steps
from upwell_site.core.guard import allow
from upwell_site.core.models import DataRequest, Person
from upwell_site.core.views.people.pages import crumbs, decide, decide_or_say, seen_people, to

SHOWN = 100
State, Kind = DataRequest.State, DataRequest.Kind
DOINGS: dict[str, Any] = {
    "acknowledge": gettext_lazy("Say that it has come"),
    "ask_back": gettext_lazy("Ask back: the clock stands until they reply"),
    "extend": gettext_lazy("Take two months more, with a reason"),
    "carry_out": gettext_lazy("Say yes: it is to be carried out"),
    "answer": gettext_lazy("Answer: it is done"),
    "refuse": gettext_lazy("Answer: no, with a reason"),
}


def _me(request: Request) -> Person:
    assert request.person is not None  # the cells belong to people of the hub
    return request.person


@allow(GET="hub.home")
def you_requests(request: Request) -> HttpResponse:
    """What one asked about one's own data, and how it stands."""
    rows = DataRequest.objects.filter(hub=request.hub, person=request.actor.person_id).visible_to(request.actor)
    context = {
        "rows": list(rows.order_by("-opened_at", "-pk")[:SHOWN]),
        "one": request.person,
        "can_ask": request.person is not None and policy.can(request.actor, "ask_about_data", request.person),
        "crumbs": crumbs(request, (_("You"), "you")),
    }
    return render(request, "core/people/you_requests.html", context)


@allow(GET="person.ask_about_data", POST="person.ask_about_data")
def person_ask(request: Request, person: Person) -> HttpResponse:
    """Ask something about one's own data, or write down what somebody asked at the door or by phone."""
    form, own = Ask(request.POST or None, initial={"kind": request.GET.get("kind", "")}), request.person == person

    def act() -> str:
        row = actions.ask(by=_me(request), person=person, **form.cleaned_data)
        return to(request, "data_request", row)

    said = _("Written down. The clock has started.")
    if request.method == "POST" and (answer := decide(request, form, act, said)):
        return answer
    way = (_("What you asked"), "you_requests") if own else (person.name or _("No name"), "person", person)
    context = {"form": form, "one": person, "own": own, "crumbs": crumbs(request, way)}
    return render(request, "core/people/person_ask.html", context)


@allow(GET="hub.list_data_requests")
def data_requests(request: Request) -> HttpResponse:
    """The desk: what waits for an answer, overdue and soonest first, and what was answered."""
    every = DataRequest.objects.filter(hub=request.hub).visible_to(request.actor, "answer").select_related("person")
    live = list(every.filter(state__in=DataRequest.LIVE).order_by("due", "pk")[: SHOWN + 1])
    live.sort(key=lambda row: (not row.is_late, row.state == State.CLARIFYING, row.due, row.pk))
    ended = list(every.exclude(state__in=DataRequest.LIVE).order_by("-answered_at", "-pk")[:20])
    context = {
        "live": live[:SHOWN],
        "more": len(live) > SHOWN,
        "ended": ended,
        "named": seen_people(request, [row.person_id for row in [*live, *ended]], "name"),
        "can_records": policy.may(request.actor, "hub.records"),
        "can_breach": policy.may(request.actor, "hub.add_breach"),
    }
    return render(request, "core/people/data_requests.html", context)


@allow(GET="hub.add_breach", POST="hub.add_breach")
def breach_add(request: Request) -> HttpResponse:
    """Something went wrong with people's data: start the 72 hours."""
    form = Breach(request.POST or None)

    def act() -> str:
        noticed = timezone.now() - timedelta(hours=form.cleaned_data["hours"])
        row = actions.open_breach(
            by=_me(request), hub=request.hub, words=form.cleaned_data["words"], noticed_at=noticed
        )
        return to(request, "data_request", row)

    if request.method == "POST" and (answer := decide(request, form, act, _("Written down. The 72 hours run."))):
        return answer
    context = {"form": form, "crumbs": crumbs(request, (_("Requests about data"), "data_requests"))}
    return render(request, "core/people/breach_add.html", context)


@allow(GET="data_request.read")
def data_request(request: Request, row: DataRequest) -> HttpResponse:
    """One request: what was asked, when the answer is due, and what can be done."""
    return _page(request, row)


def _doings(row: DataRequest) -> list[tuple[str, Any]]:
    """Return what the hub can do with a request as it stands."""
    if row.state not in {State.OPEN, State.CARRY_OUT}:
        return []
    names = {"answer"} if row.kind == Kind.BREACH else {"answer", "refuse"}
    if row.waits_for_receipt:
        names.add("acknowledge")
    if row.kind not in {Kind.BREACH, Kind.COMPLAIN}:
        if row.state == State.OPEN:
            names.add("ask_back")
        if not row.extended_why and not row.is_late:
            names.add("extend")
    if row.kind == Kind.ERASE and row.state == State.OPEN:
        names.add("carry_out")
    return [(name, words) for name, words in DOINGS.items() if name in names]


def _page(request: Request, row: DataRequest, form: Any = None, reply: Any = None) -> HttpResponse:
    own = row.person_id is not None and row.person_id == request.actor.person_id
    answers = not own and policy.can(request.actor, "answer", row)
    doings = _doings(row) if answers else []
    breach = row.kind == Kind.BREACH
    context = {
        "row": row,
        "own": own,
        "answers": answers,
        "named": seen_people(request, [row.person_id, row.answered_by_id], "name"),
        "form": form or (Answer(choices=doings) if doings else None),
        "reply": reply or (Reply() if own and row.state == State.CLARIFYING else None),
        "steps": Steps(initial={"steps": row.steps}) if breach and answers and row.is_live else None,
        "done": [words for step, words in actions.STEPS.items() if step in row.steps],
        "can_take_back": own and row.is_live,
        "crumbs": crumbs(
            request, (_("What you asked"), "you_requests") if own else (_("Requests about data"), "data_requests")
        ),
    }
    return render(request, "core/people/data_request.html", context)


@allow(POST="data_request.reply")
def data_request_reply(request: Request, row: DataRequest) -> HttpResponse:
    """Reply to what the hub asked back, or take one's request back."""
    here = to(request, "data_request", row)
    if "take_back" in request.POST:

        def back() -> str:
            actions.take_back(by=_me(request), row=row)
            return here

        return decide_or_say(request, back, here, _("You took it back."))
    form = Reply(request.POST)

    def act() -> str:
        actions.reply(by=_me(request), row=row, words=form.cleaned_data["words"])
        return here

    return decide(request, form, act, _("Thank you. The clock goes on.")) or _page(request, row, reply=form)


@allow(POST="data_request.answer")
def data_request_answer(request: Request, row: DataRequest) -> HttpResponse:
    """Do one thing with a request: acknowledge, ask back, take more time, answer; or tick a list after a breach."""
    here = to(request, "data_request", row)
    if "ticking" in request.POST:
        steps = Steps(request.POST)

        def tick() -> str:
            chosen = steps.cleaned_data["steps"] if steps.is_valid() else []
            actions.tick(by=_me(request), row=row, steps=chosen)
            return here

        return decide_or_say(request, tick, here, _("Written down."))
    form = Answer(request.POST, choices=list(DOINGS.items()))

    def act() -> str:
        _do(_me(request), row, form.cleaned_data["do"], form.cleaned_data["words"])
        return here

    return decide(request, form, act, _("Written down.")) or _page(request, row, form=form)


def _do(by: Person, row: DataRequest, do: str, words: str) -> None:
    ways: dict[str, Callable[[], DataRequest]] = {
        "acknowledge": lambda: actions.acknowledge(by=by, row=row),
        "ask_back": lambda: actions.ask_back(by=by, row=row, question=words),
        "extend": lambda: actions.extend(by=by, row=row, why=words),
        "carry_out": lambda: actions.carry_out(by=by, row=row),
        "answer": lambda: actions.answer(by=by, row=row, words=words),
        "refuse": lambda: actions.answer(by=by, row=row, words=words, refused=True),
    }
    ways[do]()
