"""Writing organisations."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from upwell_site.core.events import log
from upwell_site.core.models import Hub, Organisation, Person
from upwell_site.core.refused import Refused, taken
from upwell_site.core.text import clean, fold


@transaction.atomic
def add(*, by: Person, hub: Hub, name: str, **fields: Any) -> Organisation:
    """Add an organisation; each name once."""
    name = _free_name(hub.pk, name)
    with taken(_taken()):
        row = Organisation.objects.create(hub=hub, name=name, folded=fold(name), **fields)
    log(by, "add", row)
    return row


@transaction.atomic
def edit(*, by: Person, organisation: Organisation, name: str, **fields: Any) -> Organisation:
    """Change what is known about an organisation."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    organisation.name = _free_name(organisation.hub_id, name, but=organisation.pk)
    organisation.folded = fold(organisation.name)
    if (within := fields.get("within")) is not None:
        _check_no_ring(organisation, within)
    for field, value in fields.items():
        setattr(organisation, field, value)
    with taken(_taken()):
        organisation.save(update_fields=["name", "folded", *fields])
    log(by, "edit", organisation)
    return organisation


def _free_name(hub_id: int, name: str, but: int | None = None) -> str:
    name = clean(name, 160)
    same = Organisation.objects.filter(hub_id=hub_id, folded=fold(name)).exclude(pk=but)
    if same.exists():
        raise Refused(_taken())
    return name


def _taken() -> str:
    return _("There is an organisation of this name already.")


def _check_no_ring(organisation: Organisation, within: Organisation) -> None:
    """An organisation cannot be a part of itself, however long the way round."""
    above: Organisation | None = within
    while above is not None:
        if above.pk == organisation.pk:
            raise Refused(_("An organisation cannot be a part of itself."))
        above = above.within
