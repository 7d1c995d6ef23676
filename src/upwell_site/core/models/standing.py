"""What a person has in order: training done, code signed, references in, check clear."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from upwell_site.core.privacy import DATE, LINK, NONE, Personal
from upwell_site.core.tenancy import HubQuerySet, HubRow


class StandingQuerySet(HubQuerySet):
    """Standings that hold on a day."""

    def in_force(self, day: object = None) -> StandingQuerySet:
        """Keep those valid on `day` (today)."""
        day = day or timezone.localdate()
        return self.filter(since__lte=day).filter(models.Q(until__isnull=True) | models.Q(until__gt=day))


class Standing(HubRow):
    """One thing in order, from a day until a day. Says nothing about what a check found."""

    class What(models.TextChoices):
        TRAINING = "training", _("Training done")
        CODE = "code", _("Code of conduct signed")
        REFERENCES = "references", _("References in")
        CHECK = "check", _("Check in order")

    person = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="standings")
    what = models.CharField(max_length=10, choices=What)
    since = models.DateField(default=timezone.localdate)
    until = models.DateField(null=True, blank=True)
    by = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(StandingQuerySet)()
    personal = Personal(
        subject="person",
        others=("by",),
        basis="safeguarding",
        keep="7_years",
        since="until",
        on_erase="keep",
        fields={"person": LINK, "what": NONE, "since": DATE, "until": DATE, "by": LINK},
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hub", "person", "what", "since"], name="core_standing_one")]
