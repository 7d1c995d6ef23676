"""The one ledger of who met, knows, helped or named whom, when and why."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from upwell_site.core.privacy import DATE, LINK, NONE, Personal
from upwell_site.core.tenancy import HubRow


class Tie(HubRow):
    """One tie from a person to a person."""

    class Kind(models.TextChoices):
        MET = "met", _("met")
        KNOWS = "knows", _("knows")
        HELPED = "helped", _("helped")
        NAMED = "named", _("named")
        TURNS_TO = "turns_to", _("turns to")

    a = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="ties_from")
    b = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="ties_to")
    kind = models.CharField(max_length=10, choices=Kind)
    on = models.DateField(default=timezone.localdate)
    source = models.CharField(max_length=60, help_text='why: "listen.conversation:7"')

    personal = Personal(
        subject="a",
        others=("b",),
        shared=("b",),
        basis="membership",
        keep="3_years",
        on_erase="delete",
        fields={"a": LINK, "b": LINK, "kind": NONE, "on": DATE, "source": LINK},
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hub", "a", "b", "kind", "source"], name="core_tie_one"),
            models.CheckConstraint(condition=~Q(a=F("b")), name="core_tie_between_two"),
        ]
        indexes = [models.Index(fields=["hub", "b"], name="core_tie_back")]
