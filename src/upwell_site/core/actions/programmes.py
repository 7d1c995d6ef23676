"""Writing programmes."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from upwell_site.core.events import log
from upwell_site.core.models import Hub, Person, Programme
from upwell_site.core.refused import Refused, taken
from upwell_site.core.text import clean


@transaction.atomic
def add(*, by: Person, hub: Hub, name: str, **fields: Any) -> Programme:
    """Add a programme. Whoever adds it gets no role in it by that: somebody else gives it."""
    name = _free_name(hub.pk, name)
    with taken(_taken()):
        row = Programme.objects.create(hub=hub, name=name, **fields)
    log(by, "add", row)
    return row


@transaction.atomic
def edit(*, by: Person, programme: Programme, name: str, **fields: Any) -> Programme:
    """Change a programme. Roles in it end with its last day, without another step."""
    programme = Programme.objects.select_for_update().get(pk=programme.pk)
    programme.name = _free_name(programme.hub_id, name, but=programme.pk)
    for field, value in fields.items():
        setattr(programme, field, value)
    with taken(_taken()):
        programme.save(update_fields=["name", *fields])
    log(by, "edit", programme)
    return programme


def _free_name(hub_id: int, name: str, but: int | None = None) -> str:
    name = clean(name, 120)
    if Programme.objects.filter(hub_id=hub_id, name__iexact=name).exclude(pk=but).exists():
        raise Refused(_taken())
    return name


def _taken() -> str:
    return _("There is a programme of this name already.")
