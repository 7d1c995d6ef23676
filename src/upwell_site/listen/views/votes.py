"""Voting: one sentence at a time, as long as somebody likes."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from upwell_site.core import policy
from upwell_site.core.actor import Request
from upwell_site.core.guard import allow
from upwell_site.core.models import Link
from upwell_site.core.once import once
from upwell_site.core.paging import page_of
from upwell_site.core.refused import Refused
from upwell_site.listen.actions import discussions as writing
from upwell_site.listen.actions import votes as actions
from upwell_site.listen.forms import StatementForm
from upwell_site.listen.models import Discussion, Statement, Vote, Voter
from upwell_site.listen.views.common import link_of, posted

ANSWERS = {"yes": 1, "no": -1, "pass": 0}


@allow(GET="discussion.vote", POST="discussion.vote")
def discussion_vote(request: Request, discussion: Discussion) -> HttpResponse:
    """One sentence, three answers. What comes next is drawn by lot, so that no sentence is favoured."""
    link = None if request.person else link_of(request)
    problem = ""
    if request.method == "POST":
        try:
            return once(request, lambda: _vote(request, discussion, link))
        except Refused as refused:
            problem = str(refused)
    voter = actions.voter_of(discussion, request.person, link)
    statement, left, mine = _next(request, discussion, voter)
    try:
        actions.check_link(discussion, link)
    except Refused as refused:
        problem, statement = str(refused), None
    context = {
        "discussion": discussion,
        "statement": statement,
        "left": left,
        "mine": mine,
        "problem": problem,
        "has_voted": voter is not None,
    }
    return render(request, "listen/vote.html", context, status=400 if request.method == "POST" else 200)


def _vote(request: Request, discussion: Discussion, link: Link | None) -> str:
    answer, key = ANSWERS.get(request.POST.get("answer", "")), request.POST.get("statement", "")
    open_ones = Statement.objects.filter(hub=request.hub, discussion=discussion, moderated=1)
    statement = open_ones.filter(pk=key).first() if key.isascii() and key.isdecimal() and len(key) < 19 else None
    if answer is None or statement is None:
        raise Refused(_("Choose yes, no or pass."))
    actions.vote(by=request.person, discussion=discussion, statement=statement, value=answer, link=link)
    return reverse("discussion_vote", args=[request.hub.slug, discussion.pk])


def _next(request: Request, discussion: Discussion, voter: Voter | None) -> tuple[Statement | None, int, Vote | None]:
    """The sentence to show, how many are left, and this voter's answer to it if they gave one before."""
    rows = Statement.objects.filter(hub=request.hub, discussion=discussion, moderated=1)
    votes = Vote.objects.filter(hub=request.hub, discussion=discussion, voter=voter)
    unseen = rows.exclude(pk__in=votes.values("statement")) if voter else rows
    keys = list(unseen.order_by().values_list("pk", flat=True))
    asked = request.POST.get("statement") or request.GET.get("sentence", "")
    chosen: Any = asked if asked.isascii() and asked.isdecimal() and len(asked) < 19 else None
    statement = rows.filter(pk=chosen).first() if chosen else None
    if statement is None and keys:
        statement = rows.get(pk=secrets.choice(keys))
    before = votes.filter(statement=statement).first() if voter and statement else None
    return statement, len(keys), before


@allow(GET="discussion.vote", POST="discussion.vote")
def discussion_say(request: Request, discussion: Discussion) -> HttpResponse:
    """Add a sentence of one's own."""
    link = None if request.person else link_of(request)
    form = StatementForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _say(request, discussion, form, link))
        except Refused as problem:
            form.add_error("text", str(problem))
    return _page(request, "listen/say.html", discussion, form)


def _say(request: Request, discussion: Discussion, form: StatementForm, link: Link | None) -> str:
    actions.check_link(discussion, link)
    known = policy.can(request.actor, "moderate", discussion)
    writing.add_statement(
        by=request.person, discussion=discussion, text=form.cleaned_data["text"], accepted=known, seed=known
    )
    messages.success(
        request,
        _("Added. People can vote on it now.")
        if known
        else _("Thank you. Somebody looks at it, then others can vote on it."),
    )
    return reverse("discussion_vote", args=[request.hub.slug, discussion.pk])


def _page(request: Request, template: str, discussion: Discussion, form: StatementForm) -> HttpResponse:
    status = 400 if form.errors else 200
    return render(request, template, {"discussion": discussion, "form": form}, status=status)


@allow(GET="discussion.vote")
def discussion_mine(request: Request, discussion: Discussion) -> HttpResponse:
    """One's own answers, each with a way to change it."""
    voter = actions.voter_of(discussion, request.person, None if request.person else link_of(request))
    rows = Vote.objects.filter(hub=request.hub, discussion=discussion, voter=voter).select_related("statement")
    page = page_of(rows if voter else rows.none(), request, "-pk")
    return render(request, "listen/mine.html", {"discussion": discussion, "page": page})
