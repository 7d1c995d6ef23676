"""Home: what needs you now."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from upwell_site.core import kept, panels
from upwell_site.core.actor import Request
from upwell_site.core.guard import allow
from upwell_site.core.links import link
from upwell_site.core.templatetags.upwell import in_words

SHOWN = 12


@allow(GET="hub.home")
def home(request: Request) -> HttpResponse:
    """Greet somebody by name, say what needs them, most pressing first; beside it what they like to know."""
    person = request.person
    if person is None:  # signed in, but not a person of this hub
        return HttpResponseRedirect(request.hub.get_absolute_url())
    needs, side = kept.until_a_deed(
        "home",
        request.actor,
        lambda: (panels.needs_of(person, request.actor), panels.show("home.side", person, request.actor)),
    )
    now = panels.fresh_needs_of(person, request.actor)
    needs = sorted([*now, *needs], key=lambda need: need.order) if now else needs
    return render(
        request,
        "core/hubs/home.html",
        {
            "today": timezone.localdate(),
            "greeting": greeting(person.name, len(needs)),
            "needs": needs[:SHOWN],
            "more": needs[SHOWN:],
            "side": side,
            "asleep": sorted(request.actor.asleep),
            "second_url": _second_step(request),
        },
    )


def _second_step(request: Request) -> str:
    """Return where a second factor is given, leading back here."""
    page = link("second_step")
    return f"{page}?{urlencode({'next': request.path})}" if page else ""


def greeting(name: str, count: int) -> str:
    """Return "Hello Semira. Four things need you."."""
    first = name.partition(" ")[0]
    hello = _("Hello %(name)s.") % {"name": first} if first else _("Hello.")
    if not count:
        return _("%(hello)s Nothing needs you now.") % {"hello": hello}
    words = ngettext("%(hello)s %(count)s thing needs you.", "%(hello)s %(count)s things need you.", count)
    return words % {"hello": hello, "count": in_words(count)}
