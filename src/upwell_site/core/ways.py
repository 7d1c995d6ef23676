"""The way to take part that every hub has: talk to a person. Later verbs add theirs."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from upwell_site.core import panels
from upwell_site.core.models import Hub
from upwell_site.core.panels import Way
from upwell_site.core.policy import Actor


@panels.ways("core.person")
def person(hub: Hub, actor: Actor) -> Iterator[Way]:
    """Where and when people can drop in, and how to reach the hub."""
    parts = [hub.drop_in, _("Reach us: %(contact)s") % {"contact": hub.contact} if hub.contact else ""]
    if text := ". ".join(part.rstrip(".") for part in parts if part):
        yield Way(_("Talk to a person"), f"{text}.", verb="connect", order=90)
