"""Talks: one's own, recording one, what was said and what is next."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from upwell_site.core import policy
from upwell_site.core.actor import Request
from upwell_site.core.guard import allow
from upwell_site.core.models import Person
from upwell_site.core.once import once, once_or_say
from upwell_site.core.paging import page_of
from upwell_site.core.refused import Refused
from upwell_site.listen.actions import talks as actions
from upwell_site.listen.forms import NEW, NOBODY, NoteForm, TalkForm
from upwell_site.listen.models import Conversation, Note
from upwell_site.listen.views.common import posted

SHARED = 20


@allow(GET="hub.list_talks")
def talks(request: Request) -> HttpResponse:
    """One's own talks, newest first; and the words that people of one's programmes let us share."""
    rows = (
        Conversation.objects.filter(hub=request.hub, organiser=request.person)
        .visible_to(request.actor)
        .select_related("place", "person")
        .defer("place__outline")
    )
    page = page_of(rows, request, "-pk")
    notes = Note.objects.filter(hub=request.hub, shared_at__isnull=False).visible_to(request.actor)
    shared = notes.exclude(organiser=request.person).select_related("conversation__place").order_by("-shared_at")
    context = {
        "page": page,
        "names": _names(request, [row.person_id for row in page.rows]),
        "shared": list(shared.defer("conversation__place__outline")[:SHARED]),
        "can_add": policy.may(request.actor, "hub.add_talk"),
    }
    return render(request, "listen/talks.html", context)


def _names(request: Request, keys: list[int | None]) -> dict[str, str]:
    """Names that this reader may see, by the number of the person."""
    people = Person.objects.filter(hub=request.hub, pk__in=[k for k in keys if k]).visible_to(request.actor, "name")
    return {str(key): name for key, name in people.values_list("pk", "name")}


@allow(GET="hub.add_talk", POST="hub.add_talk")
def talk_add(request: Request) -> HttpResponse:
    """Record a talk."""
    form = TalkForm(request, posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _record(request, form))
        except Refused as problem:
            form.add_error("said_yes" if "Ask first" in str(problem) else None, str(problem))
    context = {"form": form, "asked": actions.words_asked(request.hub)}
    return render(request, "listen/talk_add.html", context, status=400 if form.errors else 200)


def _record(request: Request, form: TalkForm) -> str:
    assert request.person is not None
    given: dict[str, Any] = dict(form.cleaned_data)
    who = given.pop("who")
    given.pop("adult")
    given["person"] = given["person"] if who == "known" else None
    given["new_name"] = given["new_name"] if who == NEW else ""
    given["said_yes"] = given["said_yes"] and who != NOBODY
    talk = actions.record_talk(by=request.person, hub=request.hub, **given)
    messages.success(request, _("Kept. Only you can read it, and the person you talked to."))
    return _there(talk)


def _there(talk: Conversation) -> str:
    return reverse("talk", args=[talk.hub.slug, talk.pk])


@allow(GET="conversation.read")
def talk(request: Request, conversation: Conversation) -> HttpResponse:
    """One talk: what was said, what may be shared, what is next."""
    return _talk(request, conversation, NoteForm())


def _talk(request: Request, conversation: Conversation, form: NoteForm, status: int = 200) -> HttpResponse:
    rows = Conversation.objects.filter(hub=request.hub, pk=conversation.pk).select_related("place", "programme")
    row = rows.defer("place__outline").with_can(request.actor, "edit", "add_note").get()
    notes = Note.objects.filter(hub=request.hub, conversation=conversation).visible_to(request.actor)
    names = _names(request, [conversation.person_id, conversation.organiser_id])
    context = {
        "conversation": row,
        "notes": list(notes.with_can(request.actor, "edit").order_by("id")),
        "name": names.get(str(conversation.person_id), ""),
        "organiser": names.get(str(conversation.organiser_id), ""),
        "mine": request.person is not None and conversation.organiser_id == request.person.pk,
        "programme_seen": row.programme_id and policy.can(request.actor, "read", row.programme),
        "form": form,
    }
    return render(request, "listen/talk.html", context, status=status)


@allow(POST="conversation.add_note")
def talk_note(request: Request, conversation: Conversation) -> HttpResponse:
    """Add what else was said."""
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            return once(request, lambda: _add_note(request, conversation, form))
        except Refused as problem:
            form.add_error("words", str(problem))
    return _talk(request, conversation, form, 400)


def _add_note(request: Request, conversation: Conversation, form: NoteForm) -> str:
    assert request.person is not None
    actions.add_note(by=request.person, conversation=conversation, **form.cleaned_data)
    messages.success(request, _("Added."))
    return _there(conversation)


@allow(POST="conversation.edit")
def talk_next(request: Request, conversation: Conversation) -> HttpResponse:
    """The next step: done, or moved to another day."""
    return _decide(request, conversation, lambda: _next(request, conversation))


def _next(request: Request, conversation: Conversation) -> str:
    assert request.person is not None
    if request.POST.get("do") == "move":
        try:
            to = date.fromisoformat(request.POST.get("to", ""))
        except ValueError as problem:
            raise Refused(_("Choose a day.")) from problem
        actions.move_next_step(by=request.person, conversation=conversation, to=to)
        messages.success(request, _("Moved."))
    else:
        actions.done_next_step(by=request.person, conversation=conversation)
        messages.success(request, _("Done. You kept your word."))
    return _there(conversation)


@allow(POST="note.edit")
def note_share(request: Request, note: Note) -> HttpResponse:
    """Write down what somebody answered when asked whether their words may be shared."""
    return _decide(request, note.conversation, lambda: _share(request, note))


def _share(request: Request, note: Note) -> str:
    assert request.person is not None
    actions.share_note(by=request.person, note=note, share=request.POST.get("share", ""))
    messages.success(request, _("Written down."))
    return _there(note.conversation)


def _decide(request: Request, conversation: Conversation, decide: Any) -> HttpResponse:
    return once_or_say(request, decide, _there(conversation))
