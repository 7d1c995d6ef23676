"""Hosting a discussion: begin it, bring votes in, open and close it, look at new sentences, ask for the groups."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from upwell import InputError
from upwell_site.core import jobs
from upwell_site.core.actor import Request
from upwell_site.core.events import ref
from upwell_site.core.guard import allow
from upwell_site.core.models import Job
from upwell_site.core.once import once, once_or_say
from upwell_site.core.paging import page_of
from upwell_site.core.refused import Refused
from upwell_site.listen import bringing
from upwell_site.listen.actions import discussions as actions
from upwell_site.listen.forms import BeginForm, EditForm, ExportForm
from upwell_site.listen.models import Discussion, Statement
from upwell_site.listen.views.common import posted

FIRST = 8  # sentences shown when an export is only looked at


def _there(discussion: Discussion, name: str = "discussion") -> str:
    return reverse(name, args=[discussion.hub.slug, discussion.pk])


@allow(GET="hub.add_discussion", POST="hub.add_discussion")
def discussion_new(request: Request) -> HttpResponse:
    """Begin a discussion with one's own sentences."""
    form = BeginForm(request, posted(request), initial={"place": request.hub.place_id})
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _begin(request, form))
        except (Refused, ValueError) as problem:
            form.add_error(None, str(problem))
    return _form(request, "listen/begin.html", form)


def _begin(request: Request, form: BeginForm) -> str:
    assert request.person is not None
    given = form.cleaned_data
    row = actions.begin(
        by=request.person,
        hub=request.hub,
        title=given["title"],
        about=given["about"],
        place=given["place"],
        programme=given["programme"],
        public=given["public"],
        sentences=given["sentences"].splitlines(),
    )
    messages.success(request, _("Saved. Nobody votes yet: open it when you are ready."))
    return _there(row)


@allow(GET="hub.add_discussion", POST="hub.add_discussion")
def discussion_add(request: Request) -> HttpResponse:
    """Bring a vote export in, or only look at what is in it."""
    form = ExportForm(request, posted(request), request.FILES if request.method == "POST" else None)
    looked: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("do") == "look":
                looked = _look(form)
            else:
                return once(request, lambda: _bring_in(request, form))
        except InputError as problem:
            form.add_error("sign" if "1 means agree" in problem.message else "upload", str(problem))
        except Refused as problem:
            form.add_error("upload", str(problem))
    return _form(request, "listen/bring_in.html", form, **looked)


def _look(form: ExportForm) -> dict[str, Any]:
    export = bringing.look(form.cleaned_data["upload"], form.cleaned_data["sign"])
    return {"looked": export, "first": export.first[:FIRST]}


def _bring_in(request: Request, form: ExportForm) -> str:
    assert request.person is not None
    given = {name: form.cleaned_data[name] for name in ("title", "about", "source", "place", "programme", "public")}
    sign = form.cleaned_data["sign"] or None
    row = bringing.bring_in_export(
        by=request.person, hub=request.hub, files=form.cleaned_data["upload"], sign=sign, **given
    )
    messages.success(request, _("Brought in. The groups are worked out next; this page shows how far it is."))
    return _there(row)


def _form(request: Request, template: str, form: Any, **more: Any) -> HttpResponse:
    return render(request, template, {"form": form, **more}, status=400 if form.errors else 200)


@allow(GET="discussion.edit", POST="discussion.edit")
def discussion_edit(request: Request, discussion: Discussion) -> HttpResponse:
    """Change what a discussion is called and who sees its page."""
    names = ("title", "about", "public", "source")
    initial = {name: getattr(discussion, name) for name in names}
    initial |= {"programme": discussion.programme_id, "place": discussion.place_id}
    form = EditForm(request, discussion, posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _edit(request, discussion, form))
        except Refused as problem:
            form.add_error(None, str(problem))
    return _form(request, "listen/edit.html", form, discussion=discussion)


def _edit(request: Request, discussion: Discussion, form: EditForm) -> str:
    assert request.person is not None
    actions.edit(by=request.person, discussion=discussion, **form.cleaned_data)
    messages.success(request, _("Saved."))
    return _there(discussion)


@allow(POST="discussion.edit")
def discussion_state(request: Request, discussion: Discussion) -> HttpResponse:
    """Open it for votes, close it, or take it out again."""
    return _decide(request, discussion, lambda: _state(request, discussion))


def _state(request: Request, discussion: Discussion) -> str:
    assert request.person is not None
    match request.POST.get("do"):
        case "open":
            actions.open_votes(by=request.person, discussion=discussion)
            messages.success(request, _("Open. People here can vote now."))
        case "close":
            actions.close_votes(by=request.person, discussion=discussion)
            messages.success(request, _("Closed. The result stays on this page."))
        case "remove":
            actions.remove(by=request.person, discussion=discussion)
            messages.success(request, _("Taken out. Nothing of it is left here."))
            return reverse("discussions", args=[request.hub.slug])
        case _:
            raise Refused(_("Choose what to do."))
    return _there(discussion)


@allow(POST="discussion.regroup")
def discussion_regroup(request: Request, discussion: Discussion) -> HttpResponse:
    """Ask for the groups to be worked out again, or stop that."""
    return _decide(request, discussion, lambda: _regroup(request, discussion))


def _regroup(request: Request, discussion: Discussion) -> str:
    assert request.person is not None
    if request.POST.get("do") == "stop":
        rows = Job.objects.filter(hub=request.hub, kind="listen.regroup", about=ref(discussion))
        for job in rows.filter(state__in=[Job.State.WAITING, Job.State.RUNNING]):
            jobs.ask_to_stop(job)
        return _there(discussion)
    k = request.POST.get("k", "")
    if k not in {"", "2", "3", "4", "5"}:
        raise Refused(_("Choose from two to five groups."))
    actions.ask_groups(by=request.person, discussion=discussion, k=int(k) if k else None)
    return _there(discussion)


def _decide(request: Request, discussion: Discussion, decide: Any, back: str = "discussion") -> HttpResponse:
    """Do it once; a refusal is told on the page it came from."""
    return once_or_say(request, decide, _there(discussion, back))


@allow(GET="discussion.moderate")
def statements(request: Request, discussion: Discussion) -> HttpResponse:
    """New sentences that somebody has to look at, and those that were kept out."""
    which = -1 if request.GET.get("show") == "out" else 1 if request.GET.get("show") == "in" else 0
    rows = (
        Statement.objects.filter(hub=request.hub, discussion=discussion, moderated=which)
        .visible_to(request.actor)
        .with_can(request.actor, "moderate")
    )
    here = _there(discussion, "statements")
    chips = [
        {"name": _("New"), "url": here, "current": which == 0},
        {"name": _("Let in"), "url": f"{here}?show=in", "current": which == 1},
        {"name": _("Kept out"), "url": f"{here}?show=out", "current": which == -1},
    ]
    context = {"discussion": discussion, "page": page_of(rows, request), "chips": chips, "which": which}
    return render(request, "listen/statements.html", context)


@allow(POST="statement.moderate")
def statement_moderate(request: Request, statement: Statement) -> HttpResponse:
    """Let a sentence in or keep it out."""
    return _decide(request, statement.discussion, lambda: _moderate(request, statement), "statements")


def _moderate(request: Request, statement: Statement) -> str:
    assert request.person is not None
    answer = request.POST.get("answer")
    if answer not in {"in", "out"}:
        raise Refused(_("Let it in or keep it out."))
    actions.moderate(by=request.person, statement=statement, accept=answer == "in")
    messages.success(request, _("Done. It can be changed under “Let in” and “Kept out”."))
    return _there(statement.discussion, "statements")
