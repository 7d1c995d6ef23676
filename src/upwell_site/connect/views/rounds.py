"""Rounds of matching: all of them, a new one, one to read through, its rules, running and approving it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from upwell._kit.writing import table_text
from upwell_site.connect import actions, bridge, ready
from upwell_site.connect.forms import RoundForm, RulesForm
from upwell_site.connect.models import Ask, Pair, Round, Unmatched
from upwell_site.connect.views import cards, figures, who, words
from upwell_site.core import looks, policy
from upwell_site.core.actor import Request
from upwell_site.core.events import ref
from upwell_site.core.guard import allow
from upwell_site.core.models import Job, Person, Programme
from upwell_site.core.once import once, once_or_say
from upwell_site.core.paging import page_of
from upwell_site.core.refused import Refused
from upwell_site.core.templatetags.upwell import in_words


def me(request: Request) -> Person:
    """Return the person who asks; the table lets nobody else in here."""
    assert request.person is not None
    return request.person


def home_of(round: Round, request: Request) -> str:
    """Return the address of a round."""
    return reverse("round", args=[request.hub.slug, round.pk])


# ---- all of them ----


@allow(GET="hub.list_rounds")
def rounds(request: Request) -> HttpResponse:
    """Every round somebody may read, newest first."""
    rows = Round.objects.filter(hub=request.hub).visible_to(request.actor).select_related("programme")
    page = page_of(rows, request, "-pk")
    ready = sum(row.state == Round.State.MATCHED for row in page.rows)
    return render(
        request,
        "connect/rounds.html",
        {
            "page": page,
            "title": rounds_title(ready, bool(page.rows)),
            "can_add": policy.may(request.actor, "hub.add_round"),
            "templates": cards.templates(request.hub.slug),
        },
    )


def rounds_title(ready: int, any_there: bool) -> str:
    """Return the answer as a heading: how many rounds are ready to read."""
    if not any_there:
        return _("No round of matching yet")
    if not ready:
        return _("No round waits to be read")
    words = ngettext("%(count)s round is ready to read", "%(count)s rounds are ready to read", ready)
    return words % {"count": in_words(ready)}


@allow(GET="hub.add_round", POST="hub.add_round")
def round_add(request: Request) -> HttpResponse:
    """Begin a round in a programme that one leads."""
    mine = Programme.objects.filter(hub=request.hub).visible_to(request.actor, "add_round").order_by("name")
    form = RoundForm(request.POST if request.method == "POST" else None, programmes=mine)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _add(request, form))
        except Refused as problem:
            form.add_error("name", str(problem))
    return render(request, "connect/round_add.html", {"form": form, "any_programme": mine.exists()})


def _add(request: Request, form: RoundForm) -> str:
    row = actions.create_round(by=me(request), hub=request.hub, **form.cleaned_data)
    return home_of(row, request)


# ---- one of them ----


@allow(GET="round.read")
def round_(request: Request, round: Round) -> HttpResponse:
    """One round, to read through before anybody hears: figures, fit, places, and one pair of many."""
    job = newest_job(round)
    running = job is not None and job.ended_at is None
    if request.htmx and running:
        return render(request, "connect/round.html#job", _job(request, round, job))
    if request.htmx:  # the run has ended: show all of it
        return HttpResponse(headers={"HX-Refresh": "true"})
    can = {
        action: policy.can(request.actor, action, round) for action in ("people", "edit", "run", "approve", "export")
    }
    counted = figures.figures(round)
    groups = figures.groups(round, exactly=can["people"])
    context = {
        "round": round,
        "can_list": policy.may(request.actor, "hub.list_rounds"),
        "can": can,
        "f": counted,
        "title": _title(round, counted),
        "proof": figures.proof(round),
        "fit": figures.fit(counted.scores),
        "where": figures.where(request, round),
        "groups": groups,
        "unexplained": max(0, counted.alone - Unmatched.objects.filter(hub=request.hub, round=round).count()),
        "letters": _letters(round) if counted.approved else None,
        "bring_in": {} if round.state == Round.State.APPROVED else cards.bring_in(request.hub.slug, round.pk),
        "templates": cards.templates(request.hub.slug),
        **_job(request, round, job),
        **(_examples(request, round, can["edit"]) if can["people"] else {}),
    }
    return render(request, "connect/round.html", context)


def _title(round: Round, counted: figures.Figures) -> str:
    """Return what the round says: what to do next, or what was done."""
    if counted.can_go:
        return _("Read it through before anybody hears")
    if counted.approved:
        return ngettext("%(n)s pair is approved", "%(n)s pairs are approved", counted.approved) % {
            "n": f"{counted.approved:,}"
        }
    if counted.waiting:
        return _("These pairs wait for their mentors")
    if round.run_at:
        return _("No pair was found. See what would help")
    if counted.asks and counted.offers:
        return _("Everybody is here. Find the pairs")
    return _("Bring in who asks and who offers")


def newest_job(round: Round) -> Job | None:
    """Return the newest run of a round, finished or not."""
    rows = Job.objects.filter(hub_id=round.hub_id, kind=actions.MATCH, about=ref(round))
    job: Job | None = rows.order_by("-id").first()
    return job


def _job(request: Request, round: Round, job: Job | None) -> dict[str, Any]:
    running = job is not None and job.ended_at is None
    return {
        "round": round,
        "job": job,
        "running": running,
        "failed": job is not None and job.state == Job.State.FAILED,
        "stopped": job is not None and job.state == Job.State.STOPPED,
        "phase": words.phase(job.phase) if job else "",
        "done": round_percent(job.done) if job else 0,
        "here": home_of(round, request),
    }


def round_percent(share: float) -> int:
    """Return a share as a whole number of hundredths."""
    return int(100 * min(1.0, max(0.0, share)))


def _letters(round: Round) -> dict[str, Any] | None:
    first = actions.letters_waiting(round).order_by("after").values_list("after", flat=True).first()
    if first is None:
        return None
    return {
        "count": actions.letters_waiting(round).count(),
        "at": date_format(timezone.localtime(first), "H.i"),
    }


def _examples(request: Request, round: Round, can_edit: bool) -> dict[str, Any]:
    """Return the weakest pair that waits, and the first person without a mentor."""
    pair = Pair.objects.filter(hub=request.hub, round=round, state=Pair.State.PROPOSED).order_by("score", "id").first()
    alone = Unmatched.objects.filter(hub=request.hub, round=round).order_by("id").first()
    numbers = [pair.mentee_id, pair.mentor_id] if pair else []
    there = who.people(
        request, [*numbers, *([alone.mentee_id] if alone else [])], [pair.mentor_id] if pair else [], round
    )
    ask = Ask.objects.filter(hub=request.hub, round=round, person=alone.mentee_id).first() if alone else None
    return {
        "pair_card": cards.pair_card(pair, there, can_edit=can_edit, bars=ready.bars(round)) if pair else None,
        "alone_card": cards.alone_card(alone, ask, there) if alone else None,
    }


# ---- what is done to it ----


@allow(GET="round.edit", POST="round.edit")
def round_rules(request: Request, round: Round) -> HttpResponse:
    """What a pair has to keep in this round, and what makes it a good one."""
    first = RulesForm.from_rules(bridge.plain_rules(round.rules))
    form = RulesForm(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _rules(request, round, form))
        except Refused as problem:
            form.add_error(None, str(problem))
    return render(request, "connect/round_rules.html", {"round": round, "form": form})


def _rules(request: Request, round: Round, form: RulesForm) -> str:
    actions.save_rules(by=me(request), round=round, rules=form.rules())
    messages.success(request, _("Saved. They count from the next run on."))
    return home_of(round, request)


@allow(POST="round.run")
def round_run(request: Request, round: Round) -> HttpResponse:
    """Start a run; the page of the round shows how far it is."""

    def start() -> str:
        actions.start_match(by=me(request), round=round)
        return home_of(round, request)

    return once_or_say(request, start, home_of(round, request))


@allow(POST="round.run")
def round_stop(request: Request, round: Round) -> HttpResponse:
    """Stop a run. What was there before stays."""

    def stop() -> str:
        actions.stop_match(by=me(request), round=round)
        messages.info(request, _("We stop it. Nothing is changed."))
        return home_of(round, request)

    return once_or_say(request, stop, home_of(round, request))


@allow(POST="round.approve")
def round_approve(request: Request, round: Round) -> HttpResponse:
    """Approve every pair that may be, and put the letters in the outbox."""
    return once_or_say(request, lambda: _approve(request, round), home_of(round, request))


def _approve(request: Request, round: Round) -> str:
    done = actions.approve_round(by=me(request), round=round)
    if done.pairs:
        messages.success(request, approved_words(done))
    if done.held:
        wait = ngettext(
            "%(n)s pair waits, because something is not in order yet or no place is left. Nobody hears of it.",
            "%(n)s pairs wait, because something is not in order yet or no place is left. Nobody hears of them.",
            len(done.held),
        )
        messages.warning(request, wait % {"n": f"{len(done.held):,}"})
        return f"{reverse('round_pairs', args=[request.hub.slug, round.pk])}?show=waiting"
    if not done.pairs:
        raise Refused(_("There is no pair to approve. Find the pairs first."))
    return home_of(round, request)


def approved_words(done: actions.Approved) -> str:
    """Say how many pairs were approved, and when the letters go."""
    said = ngettext("%(n)s pair is approved.", "%(n)s pairs are approved.", done.pairs) % {"n": f"{done.pairs:,}"}
    if done.after is None:
        return said
    letters = ngettext(
        "%(n)s letter goes at %(at)s. Until then you can stop it.",
        "%(n)s letters go at %(at)s. Until then you can stop them.",
        done.letters,
    )
    at = date_format(timezone.localtime(done.after), "H.i")
    return f"{said} {letters % {'n': f'{done.letters:,}', 'at': at}}"


@allow(POST="round.approve")
def round_letters_stop(request: Request, round: Round) -> HttpResponse:
    """Stop the letters that still wait."""

    def stop() -> str:
        stopped = actions.stop_letters(by=me(request), round=round)
        said = ngettext("%(n)s letter was stopped.", "%(n)s letters were stopped.", stopped) % {"n": f"{stopped:,}"}
        messages.success(request, f"{said} {_('The pairs stay approved.')}")
        return home_of(round, request)

    return once_or_say(request, stop, home_of(round, request))


@allow(POST="round.export")
def round_export(request: Request, round: Round) -> HttpResponse:
    """Take the pairs away as a spreadsheet, with the names one may see. It is written down that somebody did."""
    rows = list(Pair.objects.filter(hub=request.hub, round=round).visible_to(request.actor).order_by("score", "id"))
    there = who.people(request, [number for row in rows for number in (row.mentee_id, row.mentor_id)])
    actions.export_pairs(by=me(request), round=round, pairs=len(rows))
    looks.write(request.hub.pk, me(request).pk, there, "list")
    columns = ["mentee", "mentee_name", "mentor", "mentor_name", "fit", "reasons", "state", "locked", "note"]
    text = table_text(columns, (_line(row, there) for row in rows))
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slugify(round.name)[:40] or "round"}-pairs.csv"'
    return response


def _line(pair: Pair, there: dict[int, who.Who]) -> list[object]:
    mentee, mentor = there[pair.mentee_id], there[pair.mentor_id]
    return [
        mentee.number,
        mentee.name if mentee.named else "",
        mentor.number,
        mentor.name if mentor.named else "",
        round(pair.score / figures.PER_POINT),
        "; ".join(reason.text for reason in words.reasons(pair.reasons)),
        pair.get_state_display(),
        _("yes") if pair.locked else _("no"),
        pair.note,
    ]
