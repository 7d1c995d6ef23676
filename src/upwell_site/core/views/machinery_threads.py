"""Conversations in writing: a list, one of them, and what those who watch over it can do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.core import policy, threads
from upwell_site.core.actor import Request
from upwell_site.core.forms.clean import Clean
from upwell_site.core.guard import allow
from upwell_site.core.models import Membership, Message, Person, Seat, Thread
from upwell_site.core.once import once
from upwell_site.core.paging import page_of
from upwell_site.core.refused import Refused
from upwell_site.core.views.machinery_parts import decided

PARTY, OBSERVER = Seat.As.PARTY, Seat.As.OBSERVER
SOMEBODY = {PARTY: gettext_lazy("somebody who takes part"), OBSERVER: gettext_lazy("an approved adult")}


class Write(Clean):
    """What somebody writes."""

    text = forms.CharField(
        label=gettext_lazy("Your message"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=threads.LONGEST,
        error_messages={"required": gettext_lazy("Write something first.")},
    )


class AddWatcher(forms.Form):
    """Who shall watch over a conversation too."""

    person = forms.TypedChoiceField(
        label=gettext_lazy("Who shall see every message too?"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose somebody first.")},
    )

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = people  # type: ignore[attr-defined]


@allow(GET="hub.list_threads")
def threads_page(request: Request) -> HttpResponse:
    """Show the conversations somebody may see, newest first, each with who sits in it."""
    page = page_of(Thread.objects.filter(hub=request.hub).visible_to(request.actor), request, "-pk")
    names = _names(request, page.rows)
    found = [(row, names.get(row.pk, "")) for row in page.rows]
    return render(request, "core/machinery/threads.html", {"threads": found, "page": page})


def _names(request: Request, rows: list[Thread]) -> dict[int, str]:
    """Return who takes part in each conversation, as far as the reader may know their names."""
    parties = Seat.objects.filter(hub=request.hub, thread__in=[row.pk for row in rows], seat=PARTY, until__isnull=True)
    seats = list(parties.order_by("id"))
    known = _known(request, {seat.person_id for seat in seats})
    names: dict[int, list[str]] = {}
    for seat in seats:
        names.setdefault(seat.thread_id, []).append(known.get(seat.person_id, str(SOMEBODY[PARTY])))
    return {number: ", ".join(dict.fromkeys(mine)) for number, mine in names.items()}


def _known(request: Request, numbers: set[int]) -> dict[int, str]:
    """Return the names among these people that the reader may see; others are named by what they do here."""
    people = Person.objects.filter(hub=request.hub, pk__in=numbers).visible_to(request.actor)
    return {person.pk: person.short_name for person in people}


@allow(GET="thread.read", POST="thread.write")
def thread_page(request: Request, thread: Thread) -> HttpResponse:
    """Show one conversation with its messages, and let somebody write who sits in it."""
    form = Write(request.POST) if request.method == "POST" else Write()
    if request.method == "POST" and form.is_valid():
        here, by = _here(request, thread), _me(request)
        text = form.cleaned_data["text"]

        def write() -> str:
            row = threads.post_message(by=by, thread=thread, text=text)
            return f"{here}#m{row.pk}"

        try:
            return once(request, write)
        except Refused as no:
            form.add_error("text", str(no))
    return render(request, "core/machinery/thread.html", _context(request, thread, form))


def _context(request: Request, thread: Thread, form: Write) -> dict[str, Any]:
    seats = list(Seat.objects.filter(hub=request.hub, thread=thread).order_by("seat", "id"))
    sitting = [seat for seat in seats if seat.until is None]
    mine = next((seat for seat in sitting if seat.person_id == request.actor.person_id), None)
    known = _known(request, {seat.person_id for seat in seats})
    names = {seat.person_id: known.get(seat.person_id, SOMEBODY[seat.seat]) for seat in seats}
    rows = Message.objects.filter(hub=request.hub, thread=thread).visible_to(request.actor)
    page = page_of(rows.with_can(request.actor, "hide", "read_hidden"), request, "-pk")
    missing = threads.lacks(thread)
    watches = policy.can(request.actor, "watch", thread)
    return {
        "thread": thread,
        "form": form,
        "parties": [names[seat.person_id] for seat in sitting if seat.seat == PARTY],
        "observers": [names[seat.person_id] for seat in sitting if seat.seat == OBSERVER],
        "mine": mine,
        "texts": [(row, names.get(row.person_id, SOMEBODY[PARTY])) for row in reversed(page.rows)],
        "page": page,
        "missing": missing if watches else [],
        "may_write": mine is not None and thread.paused_at is None and not missing,
        "may_watch": watches,
        "may_add": policy.can(request.actor, "add_seat", thread),
    }


@allow(GET="thread.add_seat", POST="thread.add_seat")
def add_watcher(request: Request, thread: Thread) -> HttpResponse:
    """Let another approved adult watch over a conversation; only those who count as one are offered."""
    everybody, people = _candidates(request, thread)
    sent = request.method == "POST"  # the same form sent twice names somebody who sits there by now: `once` answers
    form = AddWatcher(request.POST if sent else None, people=list((everybody if sent else people).items()))
    if request.method == "POST" and form.is_valid():
        number, by, here = form.cleaned_data["person"], _me(request), _here(request, thread)

        def add() -> str:
            person = Person.objects.get(hub=request.hub, pk=number)
            threads.add_watcher(by=by, thread=thread, person=person)
            messages.success(request, _("They see every message from now on."))
            return here

        try:
            return once(request, add)
        except Refused as no:
            form.add_error(None, str(no))
    form.fields["person"].choices = list(people.items())  # type: ignore[attr-defined]
    context = {"thread": thread, "form": form, "any_there": bool(people), "missing": threads.lacks(thread)}
    return render(request, "core/machinery/thread_watcher.html", context)


def _candidates(request: Request, thread: Thread) -> tuple[dict[int, str], dict[int, str]]:
    """Return who may watch over a conversation, and those of them who do not sit in it yet.

    By name, or by what they do where the reader may not know it.
    """
    seats = Seat.objects.filter(hub=request.hub, thread=thread, until__isnull=True)
    sitting = set(seats.values_list("person_id", flat=True))
    numbers = [one.pk for one in threads.watchers(request.hub.pk, thread.programme)]
    named = Person.objects.filter(hub=request.hub, pk__in=numbers).visible_to(request.actor, "name")
    roles = Membership.objects.filter(policy.live(Membership), hub=request.hub, person__in=numbers)
    approved = roles.filter(role__in=threads.APPROVED).order_by("-id")
    names = {row.person_id: str(row.get_role_display()) for row in approved} | {one.pk: one.name for one in named}
    words = {number: names[number] for number in numbers}
    return words, {number: name for number, name in words.items() if number not in sitting}


@allow(POST="thread.write")
def leave(request: Request, thread: Thread) -> HttpResponse:
    """Leave a conversation."""
    me = _me(request)
    where, back = reverse("threads", args=[request.hub.slug]), _here(request, thread)
    said = _("You left the conversation.")
    return decided(request, where, lambda: threads.leave(by=me, thread=thread, person=me), said, back=back)


@allow(POST="thread.watch")
def pause(request: Request, thread: Thread) -> HttpResponse:
    """Pause a conversation."""
    said = _("Paused. Nobody can write in it until you let it go on.")
    by = _me(request)
    return decided(request, _here(request, thread), lambda: threads.pause(by=by, thread=thread), said)


@allow(POST="thread.watch")
def resume(request: Request, thread: Thread) -> HttpResponse:
    """Let a conversation go on."""
    by = _me(request)
    return decided(request, _here(request, thread), lambda: threads.resume(by=by, thread=thread), _("It goes on."))


@allow(POST="message.hide")
def hide(request: Request, message: Message) -> HttpResponse:
    """Hide a message."""
    said = _("Hidden. It is kept, and those who look after safety can read it.")
    where, by = _here(request, message.thread), _me(request)
    return decided(request, where, lambda: threads.hide(by=by, message=message), said)


def _here(request: Request, thread: Thread) -> str:
    return reverse("thread", args=[request.hub.slug, thread.pk])


def _me(request: Request) -> Person:
    """Who asks: every cell of these pages is a person's."""
    return request.person  # type: ignore[return-value]
