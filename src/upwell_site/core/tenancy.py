"""Rows that belong to a hub, and the walls in the database between hubs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models

from upwell_site.core import policy

if TYPE_CHECKING:
    from upwell_site.core.policy import Actor


class HubQuerySet(models.QuerySet[Any]):
    """Many rows of one hub; the permission table decides which."""

    def visible_to(self, actor: Actor, action: str = "read") -> Self:
        """Keep the rows on which `actor` may do `action`."""
        return policy.visible(self, actor, action)  # type: ignore[return-value]

    def with_can(self, actor: Actor, *actions: str) -> Self:
        """Add ``can_<action>`` to each row, in the same query."""
        return policy.flagged(self, actor, actions)  # type: ignore[return-value]


HubManager = models.Manager.from_queryset(HubQuerySet)


class Walled(models.Model):
    """A row with walls around it: the database refuses a link to a row of another hub (see `walls`)."""

    objects: ClassVar[models.Manager[Any]] = HubManager()
    append_only: ClassVar[bool] = False

    class Meta:
        abstract = True


class HubRow(Walled):
    """A row that belongs to one hub."""

    hub = models.ForeignKey("core.Hub", on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta(Walled.Meta):
        abstract = True


class HubOrSiteRow(Walled):
    """A row that belongs to one hub, or to the site itself."""

    hub = models.ForeignKey("core.Hub", null=True, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta(Walled.Meta):
        abstract = True
