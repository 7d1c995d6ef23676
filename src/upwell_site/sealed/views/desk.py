"""The desk of those who look after safety: the list, one concern, what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from upwell_site.core.actor import Request
from upwell_site.core.guard import allow
from upwell_site.core.models import Person
from upwell_site.core.once import once
from upwell_site.core.refused import Refused
from upwell_site.sealed import actions, ask
from upwell_site.sealed.forms import Done
from upwell_site.sealed.keys import Locked
from upwell_site.sealed.models import Concern, ConcernEntry

PAGE = 50


@allow(GET="hub.list_concerns")
def concerns(request: Request) -> HttpResponse:
    """Every concern that this person may read: when it came and how far it is. No word of it."""
    page = page_number(request)
    rows = Concern.objects.filter(hub=request.hub).visible_to(request.actor).order_by("-raised_at", "id")
    found = list(
        rows.only("hub", "state", "raised_at", "acknowledged_at", "closed_at")[(page - 1) * PAGE :][: PAGE + 1]
    )
    context = {
        "concerns": found[:PAGE],
        "next": f"?page={page + 1}" if len(found) > PAGE else "",
        "previous": f"?page={page - 1}" if page > 1 else "",
        "alone": len({row.person_id for row in ask.holders(request.hub.pk)}) < 2,
    }
    return render(request, "sealed/concerns.html", context)


@allow(GET="concern.read", POST="concern.read")
def concern(request: Request, concern: Concern) -> HttpResponse:
    """One concern: how far it is. Its words only when somebody presses "Read it", which is written down."""
    if request.method != "POST":
        return _page(request, concern)
    try:
        return _page(request, concern, told=ask.read(by=me(request), concern=concern))
    except Refused as no:
        messages.error(request, str(no))
        return _page(request, concern)


@allow(POST="concern.act")
def concern_write(request: Request, concern: Concern) -> HttpResponse:
    """Say that it was seen, write down what was done, or close it."""
    form = Done(request.POST)
    if not form.is_valid():
        return _page(request, concern, form=form)
    by, words = me(request), form.cleaned_data["words"]
    acts: dict[str, tuple[Callable[[], None], str]] = {
        ConcernEntry.Kind.SEEN: (
            lambda: actions.acknowledge_concern(by=by, concern=concern),
            _("They can see that you saw it."),
        ),
        ConcernEntry.Kind.DONE: (
            lambda: actions.add_to_concern(by=by, concern=concern, words=words),
            _("Written down."),
        ),
        ConcernEntry.Kind.CLOSED: (lambda: actions.close_concern(by=by, concern=concern, words=words), _("Closed.")),
    }
    act, said = acts.get(form.cleaned_data["kind"], acts[ConcernEntry.Kind.DONE])

    def decide() -> str:
        act()
        messages.success(request, said)
        return reverse("concern", args=[request.hub.slug, concern.pk])

    try:
        return once(request, decide)
    except Refused as no:
        form.add_error("words", str(no))
        return _page(request, concern, form=form)


def _page(request: Request, concern: Concern, **more: Any) -> HttpResponse:
    entries = ConcernEntry.objects.filter(hub=request.hub, concern=concern).defer("words").select_related("by")
    context = {
        "concern": concern,
        "entries": list(entries.order_by("number")),
        "looks": list(ask.looks_at(concern)[:PAGE]),
        "fault": _fault(concern),
        "form": Done(),
        "crumbs": [{"name": _("Concerns"), "url": reverse("concerns", args=[request.hub.slug])}],
    }
    return render(request, "sealed/concern.html", context | more)


def _fault(concern: Concern) -> str:
    """Return a sentence when something is not as it was written, or cannot be opened."""
    try:
        if ask.broken(concern):
            return _("Something here was changed outside of these pages. Tell whoever runs the site, and keep a copy.")
    except Locked as no:
        return str(no)
    return ""


def me(request: Request) -> Person:
    """Return who asks: the cells of these pages belong to people of the hub."""
    assert request.person is not None
    return request.person


def page_number(request: Request) -> int:
    """Return the page that the address asks for, within reason."""
    asked = request.GET.get("page", "1")
    return max(1, int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 1
