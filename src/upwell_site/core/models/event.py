"""Who did what to what, and the keys that make a decision happen once."""

from __future__ import annotations

from django.db import models

from upwell_site.core.privacy import DATE, LINK, NONE, Personal
from upwell_site.core.tenancy import HubOrSiteRow


class Event(HubOrSiteRow):
    """One thing that was done. Ids, codes and numbers only, never words. Append-only."""

    append_only = True

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")
    did = models.CharField(max_length=40)
    to = models.CharField(max_length=60, blank=True, help_text='what it was done to: "core.person:7"')
    numbers = models.JSONField(default=dict)

    personal = Personal(
        subject="by",
        basis="record",
        keep="7_years",
        on_erase="keep",
        fields={"at": DATE, "by": LINK, "did": NONE, "to": LINK, "numbers": NONE},
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(hub__isnull=False) | models.Q(by__isnull=True), name="core_event_by_has_hub"
            )
        ]
        indexes = [models.Index(fields=["hub", "to"], name="core_event_to")]


class Once(HubOrSiteRow):
    """The key of a deciding form, and where its answer led: the same key again gets the same answer."""

    key = models.CharField(max_length=40)
    answer = models.CharField(max_length=300)
    at = models.DateTimeField(auto_now_add=True)

    personal = Personal(
        basis="record", keep="30_days", since="at", on_erase="delete", fields={"key": NONE, "answer": NONE, "at": DATE}
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hub", "key"], name="core_once_key"),
            models.UniqueConstraint(fields=["key"], condition=models.Q(hub__isnull=True), name="core_once_key_site"),
        ]
