"""The public page of a hub, its settings, the members of a network, the page about safety, a place."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from upwell_site.core import kept, panels, policy
from upwell_site.core.actions import hubs as actions
from upwell_site.core.actions.networks import networks_of
from upwell_site.core.actor import Request
from upwell_site.core.charts import Area
from upwell_site.core.forms.hubs import HubForm, MemberForm
from upwell_site.core.guard import allow
from upwell_site.core.links import link
from upwell_site.core.markdown import to_html
from upwell_site.core.models import Hub, HubText, Organisation, Place, Programme, Session
from upwell_site.core.once import once
from upwell_site.core.policy import Actor
from upwell_site.core.refused import Refused
from upwell_site.core.templatetags.upwell import in_words

SHOWN = 6


@allow(GET="hub.read")
def hub(request: Request) -> HttpResponse:
    """The public page: what we heard, what is on, how to take part."""
    front = kept.until_a_deed("hub", request.actor, lambda: _front(request.hub, request.actor))
    more = {"can_edit": policy.may(request.actor, "hub.edit"), "settings_url": link("hub_edit", request.hub.slug)}
    return render(request, "core/hubs/hub.html", {**front, **more})


def _front(here: Hub, actor: Actor) -> dict[str, Any]:
    """Return what the public page says to one reader."""
    ways = panels.ways_of(here, actor)
    heard = panels.show("hub.heard", here, actor)
    title, lede = front_words(here, heard)
    session = _next_session(here, actor)
    return {
        "title": title,
        "lede": lede,
        "heard": heard,
        "about": here.about.partition("\n")[2] if lede and here.about.startswith(lede) else here.about,
        "main": panels.show("hub.main", here, actor),
        "side": panels.show("hub.side", here, actor),
        "offers": panels.show("hub.offer", here, actor),
        "programmes": _open_programmes(here, actor),
        "session": session,
        "session_url": link("training", here.slug, session.training_id) if session else "",
        "ways": ways,
        "ways_title": ways_title(len(ways)),
        "first_way": next((way for way in ways if way.url), None),
        "members": list(actions.members_of(here)) if here.is_network else [],
        "networks": [] if here.is_network else list(networks_of(here)),
        "reach": _reach(here.contact),
    }


def front_words(here: Hub, heard: list[panels.Shown]) -> tuple[str, str]:
    """Return heading and lede of the public page: what is true of this hub, and nothing it has no data for."""
    where = here.place.name if here.place else here.name
    lede = next((str(box.data["lede"]) for box in heard if box.data.get("lede")), "")
    if heard:
        title = _("This is what we tell each other in %(place)s, and what comes of it")
        return title % {"place": where}, lede
    first = here.about.partition("\n")[0]
    return here.name, first if len(first) <= 220 else ""


def ways_title(count: int) -> str:
    """Return "Three ways to take part."."""
    words = ngettext("%(count)s way to take part.", "%(count)s ways to take part.", count)
    return words % {"count": in_words(count)}


def _open_programmes(here: Hub, actor: Actor) -> list[Programme]:
    today = timezone.localdate()
    rows = Programme.objects.filter(hub=here, public=True).filter(Q(ends__isnull=True) | Q(ends__gte=today))
    found: list[Programme] = list(rows.visible_to(actor).order_by("starts", "name")[:SHOWN])
    for row in found:
        row.page = link("programme", here.slug, row.pk)  # type: ignore[attr-defined]
    return found


def _next_session(here: Hub, actor: Actor) -> Session | None:
    rows = Session.objects.filter(hub=here, starts_at__gt=timezone.now()).visible_to(actor)
    row: Session | None = rows.select_related("training").order_by("starts_at").first()
    return row


def _reach(contact: str) -> str:
    """Return the address behind a way to reach the hub: a letter or a call, when it is plainly one of them."""
    words = contact.strip()
    if "@" in words and " " not in words:
        return f"mailto:{words}"
    digits = words.replace(" ", "")
    if digits.lstrip("+").isdecimal() and len(digits) >= 9:
        return f"tel:{digits}"
    return ""


@allow(GET="hub.edit", POST="hub.edit")
def hub_edit(request: Request) -> HttpResponse:
    """The settings of a hub, on one page, with its texts."""
    here = request.hub
    form = HubForm(request.POST or None, instance=here, initial=actions.newest_texts(here))
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _save_hub(request, form))
        except Refused as problem:
            form.add_error("takes_under_18s", str(problem))
    here.refresh_from_db()  # a form writes what was typed into its row: the frame shows the hub as it is
    return render(
        request, "core/hubs/edit.html", {"form": form, "has_safeguarding": actions.has_safeguarding_lead(here)}
    )


def _save_hub(request: Request, form: HubForm) -> str:
    assert request.person is not None
    actions.edit_hub(by=request.person, hub=request.hub, **form.settings)
    for kind, text in form.texts.items():
        actions.write_text(by=request.person, hub=request.hub, kind=kind, text=text)
    messages.success(request, _("Saved. The public page shows it now."))
    return request.hub.get_absolute_url()


@allow(GET="hub.edit_members", POST="hub.edit_members")
def members(request: Request) -> HttpResponse:
    """The hubs of a network: seen, added, ended."""
    here = request.hub
    if not here.is_network:
        raise Http404
    ending = request.POST.get("end", "")
    form = MemberForm(None if ending else request.POST or None, network=here)
    if request.method == "POST":
        try:
            if ending:
                return once(request, lambda: _end_member(request, ending))
            if form.is_valid():
                return once(request, lambda: _add_member(request, form.cleaned_data["member"]))
        except Refused as problem:
            form.add_error(None, str(problem)) if form.is_bound else messages.error(request, str(problem))
    return render(request, "core/hubs/members.html", {"form": form, "members": list(actions.members_of(here))})


def _add_member(request: Request, member: Hub) -> str:
    assert request.person is not None
    actions.add_member(by=request.person, network=request.hub, member=member)
    messages.success(request, _("%(hub)s belongs to the network now.") % {"hub": member.name})
    return link("members", request.hub.slug)


def _end_member(request: Request, slug: str) -> str:
    assert request.person is not None
    member = Hub.objects.filter(slug=slug[:40], member_of__hub=request.hub, member_of__until__isnull=True).first()
    if member is None:
        raise Refused(_("This hub does not belong to the network."))
    actions.end_member(by=request.person, network=request.hub, member=member)
    messages.success(request, _("%(hub)s does not belong to the network any more.") % {"hub": member.name})
    return link("members", request.hub.slug)


@allow(GET="hub.read")
def hub_safe(request: Request) -> HttpResponse:
    """Who to turn to when somebody may not be safe, with this hub's own contact."""
    words = HubText.objects.filter(hub=request.hub, kind=HubText.Kind.SAFEGUARDING).order_by("-version").first()
    context: dict[str, Any] = {
        "reach": _reach(request.hub.contact),
        "has_lead": actions.has_safeguarding_lead(request.hub),
        "words": to_html(words.text) if words else "",
        "boxes": panels.show("hub.safe", request.hub, request.actor),
    }
    return render(request, "core/help/safe.html", context)


@allow(GET="place.read")
def place(request: Request, place: Place) -> HttpResponse:
    """One place: where it is, what it is part of, what the hub knows of it."""
    organisations = Organisation.objects.filter(hub=request.hub, place=place).visible_to(request.actor)
    parts = Place.objects.filter(within=place).defer("outline").order_by("name")
    return render(
        request,
        "core/hubs/place.html",
        {
            "place": place,
            "above": _above(place),
            "areas": _areas(place),
            "parts": list(parts[:150]),
            "organisations": list(organisations.order_by("name")[:30]),
            "boxes": panels.show("place", place, request.actor),
        },
    )


def _above(place: Place) -> list[Place]:
    """Return what a place is part of, outermost first. The tree is four levels deep."""
    found: list[Place] = []
    here = place
    while here.within_id is not None and len(found) < 6:
        here = Place.objects.defer("outline").get(pk=here.within_id)
        found.insert(0, here)
    return found


def _close(a: Place, b: Place, degrees: float) -> bool:
    return abs((a.lat or 0) - (b.lat or 0)) < degrees and abs((a.lon or 0) - (b.lon or 0)) < 1.7 * degrees


def _areas(place: Place) -> list[Area]:
    """Return the place on its map, with the land around it."""
    if not place.outline or place.lat is None or place.lon is None:
        return []
    near = Place.objects.filter(within_id=place.within_id, outline__isnull=False).exclude(pk=place.pk)
    step = 0.06 if place.level == Place.Level.NEIGHBOURHOOD else 0.6
    near = near.filter(lat__range=(place.lat - step, place.lat + step))
    near = near.filter(lon__range=(place.lon - 1.7 * step, place.lon + 1.7 * step))
    close = step / 3  # the map shows as much around a place as its nearest neighbours
    land = [Area(o.name, o.outline or (), label=_close(o, place, close)) for o in near[:40]]
    return [*land, Area(place.name, place.outline, level=5, label=True)]
