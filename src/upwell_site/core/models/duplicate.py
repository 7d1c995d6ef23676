"""People who may stand in a hub twice, and two that were put together and can be taken apart again for a month."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from upwell_site.core.privacy import DATE, IDENTITY, LINK, NONE, Personal
from upwell_site.core.tenancy import HubRow


class Duplicate(HubRow):
    """Two people who may be one, with the reasons; or two of whom somebody said that they are two."""

    class State(models.TextChoices):
        OPEN = "open", _("May be one person")
        TWO = "two", _("Two people")

    one = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=4, choices=State, default=State.OPEN)
    score = models.PositiveSmallIntegerField(default=0)
    reasons = models.JSONField(default=list, help_text="codes: see duplicates.REASONS")
    by = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    personal = Personal(
        subject="one",
        others=("other", "by"),
        also=("other",),
        of_others=("reasons",),
        basis="membership",
        keep="while_here",
        on_erase="delete",
        fields={
            "one": LINK,
            "other": LINK,
            "state": NONE,
            "score": NONE,
            "reasons": NONE,
            "by": LINK,
            "at": DATE,
        },
    )

    class Meta:
        ordering = ["-score", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["hub", "one", "other"], name="core_duplicate_one"
            ),  # the lower number first
            models.CheckConstraint(condition=~Q(one=F("other")), name="core_duplicate_of_two"),
            models.CheckConstraint(condition=Q(state="open") | Q(by__isnull=False), name="core_duplicate_said"),
        ]
        indexes = [models.Index(fields=["hub", "state", "-score"], name="core_duplicate_list")]


class Merge(HubRow):
    """That two people were put together, and all it takes to undo it. Gone after a month, and then it stays."""

    kept = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undo = models.JSONField(
        default=dict,
        encoder=DjangoJSONEncoder,
        help_text="what both held before, which rows moved, which were set aside",
    )

    personal = Personal(
        subject="kept",
        also=("other",),
        others=("other", "by"),
        basis="membership",
        keep="30_days",
        since="at",
        on_erase="delete",
        fields={"kept": LINK, "other": LINK, "by": LINK, "at": DATE, "undo": IDENTITY},
    )

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["hub", "other"], name="core_merge_one"),
            models.CheckConstraint(condition=~Q(kept=F("other")), name="core_merge_of_two"),
        ]
