"""What every page's frame needs: the hub, the person, the menu, the links of the foot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from upwell_site.core.models import Site
from upwell_site.core.once import new_key


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    label: Any
    url: str
    verb: str = ""
    current: bool = False


VERBS = (
    ("listen", _("Listen"), "discussions", "hub.list_discussions"),
    ("connect", _("Connect"), "rounds", "hub.list_rounds"),
)


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's variables for one request."""
    hub, person = getattr(request, "hub", None), getattr(request, "person", None)
    known = bool(getattr(getattr(request, "user", None), "is_authenticated", False))
    return {
        "hub": hub,
        "person": person,
        "actor": getattr(request, "actor", None),
        "once_key": new_key(),
        "demo": Site.is_example(),
        "demo_doors_url": reverse("try"),
        "signin_url": "" if known else reverse("account_login"),
        "signout_url": reverse("account_logout"),
    }
