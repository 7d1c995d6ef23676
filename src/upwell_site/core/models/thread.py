"""Messages in sight of those who must see them. Written by `core.threads` alone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from upwell_site.core.privacy import DATE, LINK, NONE, WORDS, Personal
from upwell_site.core.tenancy import HubRow


class Thread(HubRow):
    """A conversation in writing, about something."""

    about = models.CharField(max_length=60, blank=True)
    programme = models.ForeignKey("core.Programme", null=True, on_delete=models.PROTECT, related_name="+")
    young = models.BooleanField(default=True, help_text="somebody under 18, or of unknown age, sits in it")
    ever_young = models.BooleanField(
        default=True, help_text="somebody under 18 sat in it once: what was written stays, whoever asks"
    )
    paused_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    personal = Personal(
        basis="mentoring",
        keep="7_years",
        since="created_at",
        held={"ever_young": True},
        on_erase="keep",
        fields={
            "about": LINK,
            "programme": NONE,
            "young": NONE,
            "ever_young": NONE,
            "paused_at": DATE,
            "created_at": DATE,
        },
    )


class Seat(HubRow):
    """That somebody sits in a thread, as a party or as an observer."""

    class As(models.TextChoices):
        PARTY = "party", _("Takes part")
        OBSERVER = "observer", _("Sees every message")

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="seats")
    person = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="seats")
    seat = models.CharField(max_length=8, choices=As, default=As.PARTY)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)

    personal = Personal(
        subject="person",
        basis="mentoring",
        keep="7_years",
        since="until",
        held={"thread__ever_young": True},
        on_erase="keep",
        fields={"thread": LINK, "person": LINK, "seat": NONE, "since": DATE, "until": DATE},
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hub", "thread", "person"], condition=Q(until__isnull=True), name="core_seat_one"
            )
        ]


class Message(HubRow):
    """One message. Never deleted, only hidden."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages")
    person = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=4000)
    at = models.DateTimeField(default=timezone.now)
    hidden_at = models.DateTimeField(null=True)

    personal = Personal(
        subject="person",
        basis="mentoring",
        keep="7_years",
        since="at",
        on_erase="blank",
        held={"thread__ever_young": True},  # what was written where somebody under 18 sat is never lost
        fields={"thread": LINK, "person": LINK, "text": WORDS, "at": DATE, "hidden_at": DATE},
    )

    class Meta:
        ordering = ["id"]
