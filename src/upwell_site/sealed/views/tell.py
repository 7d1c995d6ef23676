"""Telling us that somebody may not be safe, with or without an account; and the receipt."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from upwell_site.core.actor import Request
from upwell_site.core.guard import allow
from upwell_site.core.once import KEY, new_key, once
from upwell_site.core.refused import Refused
from upwell_site.sealed import actions, reserve
from upwell_site.sealed.forms import More
from upwell_site.sealed.models import Concern
from upwell_site.sealed.telling import Tell

SAYS = {
    Concern.State.NEW: "received",
    Concern.State.ACKNOWLEDGED: "looked_at",
    Concern.State.ACTING: "looked_at",
    Concern.State.CLOSED: "closed",
}


@allow(GET="hub.raise_concern", POST="hub.raise_concern")
def concern_add(request: Request) -> HttpResponse:
    """Take a worry. What was typed is never lost: a fault shows the page again with the words in it."""
    form = Tell(request.POST or None, hub=request.hub, actor=request.actor)
    if form.is_bound and form.is_valid():
        given = request.POST.get("once", "")
        key = actions.receipt_key(request.hub, given if KEY.match(given) else new_key())
        signed = request.user.is_authenticated and form.cleaned_data["sender"]
        by = request.person if signed else None
        try:
            _do(request, lambda: actions.raise_concern(by=by, hub=request.hub, key=key, **form.concern()))
            return HttpResponseRedirect(reverse("concern_receipt", args=[request.hub.slug, key]))
        except Refused as no:
            form.add_error(None, str(no))
    return render(request, "sealed/tell.html", {"form": form, "can": bool(form.held)})


@allow(GET="hub.raise_concern", POST="hub.raise_concern")
def concern_receipt(request: Request, key: str) -> HttpResponse:
    """Say to whoever has the key how far it is, and nothing else; take more words."""
    concern = Concern.objects.filter(hub=request.hub, receipt=actions.digest_of(key)).only("state").first()
    if concern is None:
        raise Http404
    form = More(request.POST or None)
    if form.is_bound and form.is_valid():
        words = form.cleaned_data["words"]
        try:
            _do(request, lambda: actions.add_words(key=key, hub=request.hub, words=words))
            return HttpResponseRedirect(f"{request.path}?added=yes")
        except Refused as no:
            form.add_error(None, str(no))
    context = {
        "form": form,
        "says": SAYS[Concern.State(concern.state)],
        "added": "added" in request.GET,
        "address": request.build_absolute_uri(request.path),
        "crumbs": [{"name": _("Keeping people safe"), "url": reverse("hub_safe", args=[request.hub.slug])}],
    }
    return render(request, "sealed/receipt.html", context)


def _do(request: Request, act: Callable[[], object]) -> None:
    """Do it once, also on a full disk. No address is kept as the answer: it holds the key of a receipt."""

    def decide() -> str:
        act()
        return ""

    reserve.with_room(lambda: once(request, decide, anybody=True))
