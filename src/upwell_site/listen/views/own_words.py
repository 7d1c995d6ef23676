"""Say it in your own words: a page to write on, for everybody."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from upwell_site.core.actor import Request
from upwell_site.core.forms.clean import Clean
from upwell_site.core.guard import allow
from upwell_site.core.once import once
from upwell_site.core.refused import Refused
from upwell_site.listen.actions import own_words as actions
from upwell_site.listen.models import Note
from upwell_site.listen.views.common import posted

HOUR = 3600
MOST = {"one": 5, "hub": 100}  # in an hour: from one place on the net, and in a whole hub


class SayForm(Clean):
    """What somebody says, and whether it may be shared."""

    words = forms.CharField(
        label=gettext_lazy("What is on your mind?"),
        max_length=actions.LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Write something first.")},
    )
    share = forms.ChoiceField(
        label=gettext_lazy("May we share these words?"),
        choices=[(choice.value, choice.label) for choice in actions.CHOICES],
        widget=forms.RadioSelect,
        initial=Note.Share.NO,
    )
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=80, required=False)
    contact = forms.CharField(
        label=gettext_lazy("How can we reach you?"),
        help_text=gettext_lazy("A telephone number or an e-mail address. Are you under 18? Then leave it out."),
        max_length=120,
        required=False,
    )


@allow(GET="hub.say", POST="hub.say")
def say(request: Request) -> HttpResponse:
    """Write something down for the hub, without an account."""
    open_here = actions.receiver(request.hub) is not None
    form = SayForm(posted(request), initial={"share": Note.Share.NO})
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _say(request, form))
        except Refused as problem:
            form.add_error(None, str(problem))
    context = {"form": form, "open_here": open_here, "agreed": actions.words_shown(request.hub)}
    return render(request, "listen/own_words.html", context, status=400 if form.errors else 200)


def _say(request: Request, form: SayForm) -> str:
    _not_too_often(request)
    actions.say(hub=request.hub, **form.cleaned_data)
    messages.success(request, _("Thank you. Somebody of the hub reads it."))
    return reverse("hub", args=[request.hub.slug])


def _not_too_often(request: Request) -> None:
    """Count what was sent in this hour; addresses are kept for that hour only, and not as they are."""
    place = salted_hmac("upwell.say", _address(request)).hexdigest()[:32]
    for key, most in ((f"say:{request.hub.pk}:{place}", MOST["one"]), (f"say:{request.hub.pk}", MOST["hub"])):
        cache.add(key, 0, HOUR)
        if cache.incr(key) > most:
            raise Refused(_("A lot was written here just now. Please try again in an hour, or ring the hub."))


def _address(request: Request) -> str:
    """Return where a request comes from: as the last proxy we trust wrote it, where there is one."""
    hops = settings.TRUSTED_HOPS
    parts = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    return parts[-hops] if hops and len(parts) >= hops else str(request.META.get("REMOTE_ADDR", ""))
