"""What search looks through in the core: people, organisations, places. Only rows one may see; young people never
appear to their peers, because only confirmed adults who chose it are listed (the permission table says so)."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Q, QuerySet, When
from django.utils.translation import gettext as _

from upwell_site.core import panels
from upwell_site.core.links import link
from upwell_site.core.models import Hub, Organisation, Person, Place
from upwell_site.core.panels import Find, Finds
from upwell_site.core.policy import Actor
from upwell_site.core.text import fold

SHOWN = 8
_NEAREST = Case(When(level=Place.Level.NEIGHBOURHOOD, then=0), When(level=Place.Level.COUNCIL, then=1), default=2)


def all_words(field: str, words: str) -> Q:
    """Return the condition that a folded field holds every word. Django escapes `%` and `_` in them."""
    whole = Q()
    for word in fold(words).split()[:6]:
        whole &= Q(**{f"{field}__contains": word})
    return whole


def some(rows: QuerySet[Any]) -> tuple[list[Any], bool]:
    """Return the first few rows, and whether there are more: never how many."""
    found = list(rows[: SHOWN + 1])
    return found[:SHOWN], len(found) > SHOWN


@panels.search("core.1_people")
def people(words: str, hub: Hub, actor: Actor) -> Finds:
    """People by name."""
    rows = Person.objects.filter(all_words("folded", words), hub=hub, emptied_at__isnull=True)
    found, more = some(rows.visible_to(actor).order_by("folded", "id").values_list("pk", "name"))
    return Finds(
        _("People"),
        [Find(name, link("person", hub.slug, pk)) for pk, name in found],
        more,
    )


@panels.search("core.2_organisations")
def organisations(words: str, hub: Hub, actor: Actor) -> Finds:
    """Organisations by name."""
    rows = Organisation.objects.filter(all_words("folded", words), hub=hub)
    found, more = some(rows.visible_to(actor).order_by("name", "id").values_list("pk", "name", "sector"))
    sectors = dict(Organisation._meta.get_field("sector").flatchoices)
    return Finds(
        _("Organisations"),
        [Find(name, link("organisation", hub.slug, pk), str(sectors.get(sector, ""))) for pk, name, sector in found],
        more,
    )


@panels.search("core.3_places")
def places(words: str, hub: Hub, actor: Actor) -> Finds:
    """Places by name, the smallest first."""
    whole = Q()
    for word in words.split()[:6]:
        whole &= Q(name__icontains=word)
    rows = Place.objects.filter(whole).order_by(_NEAREST, "name", "id")
    found, more = some(rows.values_list("pk", "name", "within__name"))
    return Finds(
        _("Places"),
        [Find(name, link("place", hub.slug, pk), within or "") for pk, name, within in found],
        more,
    )
