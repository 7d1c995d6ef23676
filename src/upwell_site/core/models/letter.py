"""Letters that wait, go and are stopped; and which of them somebody wants."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from upwell_site.core.privacy import CONTACT, DATE, LINK, NONE, WORDS, Personal
from upwell_site.core.tenancy import HubOrSiteRow, HubRow


class Letter(HubOrSiteRow):
    """One letter to one person or address, written when it is sent."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        SENDING = "sending", "sending"
        SENT = "sent", "sent"
        STOPPED = "stopped", "stopped"
        FAILED = "failed", "failed"

    to = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="letters")
    address = models.EmailField(max_length=254, blank=True, help_text="for somebody who is not a person here yet")
    kind = models.CharField(max_length=40)
    event = models.CharField(max_length=80, help_text="the change it tells of; each is told once")
    values = models.JSONField(default=dict, help_text="what the text needs; emptied once sent")
    about = models.CharField(max_length=60, blank=True)
    batch = models.CharField(max_length=40, blank=True, help_text="letters that were ordered together stop together")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    after = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    unsure = models.BooleanField(default=False, help_text="the mail server had all of it and did not say so")
    message_id = models.CharField(max_length=120)
    sent_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    personal = Personal(
        subject="to",
        basis="letters",
        keep="1_year",
        since="created_at",
        on_erase="delete",
        goes_with=("about",),
        fields={
            "to": LINK,
            "address": CONTACT,
            "kind": NONE,
            "event": LINK,
            "values": WORDS,
            "about": LINK,
            "batch": NONE,
            "state": NONE,
            "after": DATE,
            "lease_until": NONE,
            "tries": NONE,
            "unsure": NONE,
            "message_id": NONE,
            "sent_at": DATE,
            "said": NONE,
            "created_at": DATE,
        },
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["hub", "to", "event"], condition=models.Q(to__isnull=False), name="core_letter_told_once"
            ),
            models.UniqueConstraint(
                fields=["address", "event"], condition=models.Q(to__isnull=True), name="core_letter_address_once"
            ),
            models.CheckConstraint(
                condition=models.Q(hub__isnull=False) | models.Q(to__isnull=True), name="core_letter_to_has_hub"
            ),
        ]
        indexes = [models.Index(fields=["state", "after"], name="core_letter_queue")]


class NoticeChoice(HubRow):
    """That somebody does not want one kind of notice."""

    person = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="notice_choices")
    kind = models.CharField(max_length=40)
    wanted = models.BooleanField()

    personal = Personal(
        subject="person",
        basis="letters",
        keep="while_here",
        on_erase="delete",
        fields={"person": LINK, "kind": NONE, "wanted": NONE},
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hub", "person", "kind"], name="core_noticechoice_one")]
