"""The consent ledger: who agreed to which exact words, when and how, and when they took it back. Append-only."""

from __future__ import annotations

import hashlib

from django.db import models
from django.utils.translation import gettext_lazy as _

from upwell_site.core.privacy import DATE, LINK, NONE, NOTHING, Personal
from upwell_site.core.tenancy import HubRow


class ConsentText(HubRow):
    """The exact words asked for one purpose; a change of a letter is a new version."""

    append_only = True

    purpose = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    text = models.TextField(max_length=5000)
    digest = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    personal = NOTHING

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hub", "purpose", "version"], name="core_consenttext_version")]

    @staticmethod
    def digest_of(text: str) -> str:
        """Return the hash that stands for these words."""
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


class Consent(HubRow):
    """One act: a yes to a text, or taking it back. The newest row of a purpose says how things stand."""

    append_only = True

    class How(models.TextChoices):
        SCREEN = "screen", _("On screen")
        PAPER = "paper", _("On paper")
        SPOKEN = "spoken", _("Said aloud, written down")
        GUARDIAN = "guardian", _("By a parent or guardian")

    person = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=40)
    given = models.BooleanField(help_text="false: taken back")
    how = models.CharField(max_length=10, choices=How, default=How.SCREEN)
    by = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    personal = Personal(
        subject="person",
        others=("by",),
        basis="consent",
        keep="7_years",
        on_erase="keep",
        fields={"person": LINK, "text": NONE, "purpose": NONE, "given": NONE, "how": NONE, "by": LINK, "at": DATE},
    )

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["hub", "person", "purpose"], name="core_consent_person")]
