"""Ways in: an invitation for one address and role, used once; a personal link for taking part without an account."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from upwell_site.core.models.person import Membership
from upwell_site.core.privacy import CONTACT, DATE, IDENTITY, LINK, NONE, Personal
from upwell_site.core.tenancy import HubRow


class Invitation(HubRow):
    """An invitation bound to hub, role, address and time. Only a hash of its key is kept."""

    address = models.EmailField(max_length=254)
    name = models.CharField(max_length=120, blank=True)
    person = models.ForeignKey(
        "core.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="invitations"
    )
    role = models.CharField(max_length=14, choices=Membership.Role, blank=True)
    programme = models.ForeignKey("core.Programme", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    key_hash = models.CharField(max_length=64)
    by = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")
    first = models.BooleanField(default=False, help_text="made by the operator for a hub's first admin")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey("core.User", null=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    personal = Personal(
        subject="person",
        others=("by",),
        basis="membership",
        keep="1_year",
        since="expires_at",
        on_erase="delete",
        fields={
            "address": CONTACT,
            "name": IDENTITY,
            "person": LINK,
            "role": NONE,
            "programme": NONE,
            "key_hash": LINK,
            "by": LINK,
            "first": NONE,
            "created_at": DATE,
            "expires_at": DATE,
            "used_at": DATE,
            "used_by": LINK,
            "withdrawn_at": DATE,
        },
    )

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["hub", "key_hash"], name="core_invitation_key")]

    @property
    def is_open(self) -> bool:
        """Whether it can still be accepted."""
        return self.used_at is None and self.withdrawn_at is None and not self.is_late

    @property
    def is_late(self) -> bool:
        """Whether its time is over."""
        return self.expires_at <= timezone.now()


class Link(HubRow):
    """A personal link or QR code: taking part without an account, within one scope, claimed later if wished."""

    person = models.ForeignKey("core.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="links")
    scope = models.CharField(max_length=60, help_text='what it opens: "listen.discussion:7"')
    key_hash = models.CharField(max_length=64)
    by = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    personal = Personal(
        subject="person",
        others=("by",),
        basis="membership",
        keep="1_year",
        since="expires_at",
        on_erase="delete",
        fields={
            "person": LINK,
            "scope": LINK,
            "key_hash": LINK,
            "by": LINK,
            "created_at": DATE,
            "expires_at": DATE,
            "claimed_at": DATE,
            "withdrawn_at": DATE,
        },
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hub", "key_hash"], name="core_link_key")]

    @property
    def is_open(self) -> bool:
        """Whether it still opens something."""
        return self.claimed_at is None and self.withdrawn_at is None and self.expires_at > timezone.now()
