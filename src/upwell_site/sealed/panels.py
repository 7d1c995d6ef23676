"""What sealed shows on other pages: the form on the page for worries, and at home of those who may read them one line.

Nothing here shows a word of a sealed row, or that there is one to anybody who may not read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from upwell_site.core import policy
from upwell_site.core.links import link
from upwell_site.core.models import Hub, Person
from upwell_site.core.panels import Need, needs, register
from upwell_site.core.policy import Actor
from upwell_site.sealed.models import Concern
from upwell_site.sealed.telling import Tell


@needs("sealed.concerns", fresh=True)
def concerns(person: Person, actor: Actor) -> Iterator[Need]:
    """A concern that nobody has seen yet. One line, however many there are."""
    if not policy.could(actor, Concern, "read"):
        return
    rows = Concern.objects.filter(hub_id=person.hub_id, state=Concern.State.NEW).visible_to(actor)
    if rows.exists():
        yield Need(
            _("A concern waits for you"),
            _("Somebody told us that they worry about somebody’s safety. Please read it now."),
            link("concerns", person.hub.slug),
            _("Read it"),
            order=1,
        )


@register("sealed.tell", slot="hub.safe", template="sealed/_tell.html")
def tell(hub: Hub, actor: Actor) -> dict[str, Any] | None:
    """The form, where somebody is there to read what is written into it."""
    form = Tell(hub=hub, actor=actor)
    return {"form": form, "url": link("concern_add", hub.slug)} if form.held else None


@register("sealed.check", slot="person", template="sealed/_check.html")
def check(person: Person, actor: Actor) -> dict[str, Any] | None:
    """The way to the register, for those who write into it and for somebody's own line."""
    add = policy.can(actor, "add_check", person) and actor.person_id != person.pk
    if not add and actor.person_id != person.pk:
        return None
    slug = person.hub.slug
    return {"add_url": link("check_add", slug, person.pk) if add else "", "register_url": link("checks", slug)}
