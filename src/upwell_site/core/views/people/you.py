"""One's own pages: what the hub knows, what one said yes to, the code of conduct, networks."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from upwell_site.core import policy
from upwell_site.core.actions import consent, networks, standing
from upwell_site.core.actor import Request
from upwell_site.core.forms.people_places import EnterNetwork
from upwell_site.core.guard import allow
from upwell_site.core.models import ConsentText, Entry, Hub, HubText, Person, Standing
from upwell_site.core.training_text import page_html
from upwell_site.core.views.people.pages import crumbs, decide, decide_or_say, to
from upwell_site.core.views.people.people import about_person


@allow(GET="hub.home")
def you(request: Request) -> HttpResponse:
    """What this hub knows about oneself, and what one can change."""
    person = request.person
    if person is None or not policy.can(request.actor, "read", person):
        return render(request, "core/people/you_not_here.html", {"by_link": person is not None})
    context = about_person(request, person) | {
        "purposes": consent.purposes_of(person),
        "notice": _newest(request.hub, HubText.Kind.PRIVACY) is not None,
        "has_code": standing.conduct(request.hub.pk) is not None,
        "has_networks": networks.networks_of(request.hub).exists(),
    }
    return render(request, "core/people/you.html", context)


def _newest(hub: Hub, kind: str) -> HubText | None:
    found: HubText | None = HubText.objects.filter(hub=hub, kind=kind).order_by("-version").first()
    return found


@allow(GET="hub.read")
def notice(request: Request) -> HttpResponse:
    """What the hub does with what people tell it."""
    text = _newest(request.hub, HubText.Kind.PRIVACY)
    context = {"text": page_html(text.text) if text else "", "version": text}
    return render(request, "core/people/notice.html", context)


@allow(GET="person.consent", POST="person.consent")
def person_consents(request: Request, person: Person) -> HttpResponse:
    """What one said yes to: taking a yes back is as easy as giving it."""
    if request.method == "POST":
        here = to(request, "person_consents", person)
        return decide_or_say(request, lambda: _answer(request, person, here), here, _("Written down."))
    context = {"purposes": consent.purposes_of(person), "one": person, "crumbs": crumbs(request, (_("You"), "you"))}
    return render(request, "core/people/consents.html", context)


def _answer(request: Request, person: Person, here: str) -> str:
    """Give or take back one yes, to the exact words that were on the screen."""
    number = request.POST.get("text", "")
    text = None
    if number.isdecimal() and len(number) <= 18:
        text = ConsentText.objects.filter(hub=request.hub, pk=int(number)).first()
    if text is None:
        return here
    if request.POST.get("answer") == "yes":
        consent.give(by=person, person=person, text=text)
    else:
        consent.withdraw(by=person, person=person, purpose=text.purpose)
    return here


@allow(GET="hub.sign_code", POST="hub.sign_code")
def code(request: Request) -> HttpResponse:
    """The code of conduct, to read and sign."""
    person, text = request.person, standing.conduct(request.hub.pk)
    if text is None or person is None:
        return render(request, "core/people/code.html", {"text": "", "crumbs": crumbs(request, (_("You"), "you"))})
    if request.method == "POST":
        seen = HubText.objects.filter(hub=request.hub, kind=HubText.Kind.CONDUCT, version=_version(request)).first()

        def act() -> str:
            standing.sign_code(by=person, text=seen or text)
            return to(request, "you")

        return decide_or_say(request, act, to(request, "code"), _("Thank you. You signed how we treat each other."))
    signed = Standing.objects.filter(hub=request.hub, person=person, what=Standing.What.CODE).in_force()
    row = signed.order_by("-since").first()
    context = {
        "text": page_html(text.text),
        "version": text,
        "signed": row,
        "changed": row is not None and row.since < text.created_at.date(),
        "crumbs": crumbs(request, (_("You"), "you")),
    }
    return render(request, "core/people/code.html", context)


def _version(request: Request) -> int:
    number = request.POST.get("version", "")
    return int(number) if number.isdecimal() and len(number) < 6 else 0


@allow(GET="hub.enter_network")
def networks_list(request: Request) -> HttpResponse:
    """The networks this hub belongs to, and in which one is."""
    rows = list(networks.networks_of(request.hub)[:100])
    mine = set(Entry.objects.filter(hub=request.hub, person=request.person).values_list("network", flat=True))
    context = {
        "networks": [{"hub": row.hub, "inside": row.hub_id in mine} for row in rows],
        "crumbs": crumbs(request, (_("You"), "you")),
    }
    return render(request, "core/people/networks.html", context)


@allow(GET="hub.enter_network", POST="hub.enter_network")
def network(request: Request) -> HttpResponse:
    """Enter one network, changing what comes along, or leave it."""
    person, slug = request.person, (request.POST if request.method == "POST" else request.GET).get("network", "")
    found = next((row for row in networks.networks_of(request.hub)[:100] if row.hub.slug == slug), None)
    if found is None or person is None:
        return HttpResponseRedirect(to(request, "networks"))
    inside = Entry.objects.filter(hub=request.hub, person=person, network=found.hub).exists()
    form = EnterNetwork(request.POST or None, initial=_follows(person, found.hub) if inside else None)
    if request.method == "POST" and (answer := _enter_or_leave(request, person, found.hub, form)):
        return answer
    context: dict[str, Any] = {
        "form": form,
        "network": found.hub,
        "inside": inside,
        "adult": person.is_adult,
        "crumbs": crumbs(request, (_("You"), "you"), (_("Networks"), "networks")),
    }
    return render(request, "core/people/network.html", context)


def _follows(person: Person, network: Hub) -> dict[str, list[str]]:
    """What came along so far: the person's own row in the network, asked by their sign-in."""
    there = Person.objects.filter(hub=network, user=person.user_id).select_related("organisation").first()
    if there is None:
        return {"follow": ["name"]}
    same = [
        name
        for name in ("name", "email", "about")
        if getattr(there, name) and getattr(there, name) == getattr(person, name)
    ]
    if there.organisation and person.organisation and there.organisation.name == person.organisation.name:
        same.append("organisation")
    return {"follow": same}


def _enter_or_leave(request: Request, person: Person, network: Hub, form: EnterNetwork) -> HttpResponse | None:
    here = to(request, "networks")
    if "leave" in request.POST:

        def leave() -> str:
            networks.leave(by=person, network=network)
            return here

        said = _("You left %(network)s. What came along is gone from there.") % {"network": network.name}
        return decide_or_say(request, leave, here, said)

    def enter() -> str:
        networks.enter(by=person, network=network, follow=form.cleaned_data["follow"])
        return here

    return decide(request, form, enter, _("You are in %(network)s.") % {"network": network.name})
