"""What every page's frame needs: the hub, the person, the menu, the links of the foot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from upwell_site.core.help import guide_for
from upwell_site.core.links import link, open_to
from upwell_site.core.models import Hub, Person, Site
from upwell_site.core.once import new_key
from upwell_site.core.policy import Actor


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    label: Any
    url: str
    verb: str = ""
    current: bool = False


# label, mark, name of the page, cell that opens it. A page that does not exist yet is left out.
MENU = (
    (_("Listen"), "listen", "discussions", "hub.list_discussions"),
    (_("Connect"), "connect", "rounds", "hub.list_rounds"),
    (_("Learn"), "learn", "trainings", "hub.list_trainings"),
    (_("Messages"), "", "threads", "hub.list_threads"),
    (_("People"), "", "people", "hub.list_people"),
    (_("Concerns"), "", "concerns", "hub.list_concerns"),
)
VISITOR_MENU = (
    (_("Have your say"), "", "discussions", "hub.list_discussions"),
    (_("Programmes"), "", "programmes", "hub.list_programmes"),
)


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's variables for one request. Asks the database once: is this an example?"""
    hub, person = getattr(request, "hub", None), getattr(request, "person", None)
    actor = getattr(request, "actor", None)
    return {
        "hub": hub,
        "person": person,
        "actor": actor,
        "once_key": new_key(),
        "demo": Site.is_example(),
        "demo_doors_url": link("try"),
        "nav": _menu(request, hub, person, actor),
        **_frame(request, hub, person, actor),
    }


def _menu(request: HttpRequest, hub: Hub | None, person: Person | None, actor: Actor | None) -> list[Entry]:
    if hub is None:
        return []
    lines = MENU if person else VISITOR_MENU
    found = [
        Entry(label, url, verb, request.path.startswith(url))
        for label, verb, name, cell in lines
        if open_to(actor, cell) and (url := link(name, hub.slug))
    ]
    if not person and (front := link("hub", hub.slug)):
        found.append(Entry(_("Take part"), f"{front}#take-part"))
    return found


def _frame(request: HttpRequest, hub: Hub | None, person: Person | None, actor: Actor | None) -> dict[str, str]:
    here = (hub.slug,) if hub else ()
    user = getattr(request, "user", None)  # a request for a host that is not ours is turned away before it has one
    known = user is not None and user.is_authenticated
    home = link("home", *here) if hub and person else link("hub", *here) if hub else link("front")
    return {
        "home_url": home,
        "search_url": link("search", *here) if hub and open_to(actor, "hub.search") else "",
        "signin_url": "" if known else link("account_login"),
        "signout_url": link("account_logout") if known else "",
        "switch_url": link("me_hubs") if known else "",
        "care_url": link("hub_safe", *here) if hub else link("safe"),
        "data_url": link("you", *here) if hub and person else "",
        "take_url": link("you_pack", *here) if hub and person else "",
        "help_url": _help(request),
        "languages_url": link("set_language"),
    }


def _help(request: HttpRequest) -> str:
    match = getattr(request, "resolver_match", None)
    guide = guide_for(match.url_name or "") if match else ""
    return link("guide", guide) if guide else link("help")
