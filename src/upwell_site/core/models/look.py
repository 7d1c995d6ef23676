"""Who looked at what is kept about whom, by the day. Append-only; written by `core.looks` alone."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from upwell_site.core.privacy import DATE, LINK, NONE, Personal
from upwell_site.core.tenancy import HubRow


class Look(HubRow):
    """That somebody opened one kind of page about somebody else on a day; once, however often they did."""

    append_only = True

    class What(models.TextChoices):
        PAGE = "page", _("Your page")
        ROLES = "roles", _("A role of yours")
        TALK = "talk", _("A talk with you, or a note of it")
        MATCH = "match", _("A match of yours")
        THREAD = "thread", _("A conversation in writing you sit in")
        LIST = "list", _("A list that was taken away")
        OTHER = "other", _("Something else about you")

    person = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=8, choices=What)
    day = models.DateField(default=timezone.localdate)

    personal = Personal(
        subject="person",
        others=("by",),
        basis="record",
        keep="7_years",
        on_erase="keep",
        fields={"person": LINK, "by": LINK, "what": NONE, "day": DATE},
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["hub", "person", "by", "what", "day"], name="core_look_once_a_day")
        ]
        indexes = [models.Index(fields=["hub", "person", "day"], name="core_look_person")]
