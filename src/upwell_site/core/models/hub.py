"""Hubs: the unit of tenancy and of responsibility for data; networks and umbrellas are hubs of hubs."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from upwell_site.core.privacy import DATE, LINK, NONE, NOTHING, Personal
from upwell_site.core.tenancy import HubQuerySet, HubRow

ORG_ID = RegexValidator(
    r"^[A-Z]{2,3}-[A-Z0-9]{2,6}-[A-Za-z0-9.-]{1,30}$|^360G-[A-Za-z0-9-]{1,40}$",
    _("Write it like GB-CHC-1234567 (a register, then the number there)."),
)


class Hub(models.Model):
    """A social action hub, a programme provider, a council, a network or an umbrella."""

    class Kind(models.TextChoices):
        HUB = "hub", _("Neighbourhood hub")
        PROVIDER = "provider", _("Programme provider")
        COUNCIL = "council", _("Council")
        NETWORK = "network", _("Network")
        UMBRELLA = "umbrella", _("Umbrella")

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("short name in the address"), unique=True, max_length=40)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.HUB)
    controller = models.CharField(_("the organisation responsible for people's data"), max_length=160)
    org_id = models.CharField(_("its number in a register"), max_length=60, blank=True, validators=[ORG_ID])
    place = models.ForeignKey("core.Place", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    about = models.TextField(_("what happens here"), blank=True, max_length=2000)
    contact = models.CharField(_("how to reach the hub"), max_length=200, blank=True)
    drop_in = models.CharField(_("where and when people can drop in"), max_length=200, blank=True)
    takes_under_18s = models.BooleanField(default=False)
    example = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = models.Manager.from_queryset(HubQuerySet)()
    personal = NOTHING

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("hub", args=[self.slug])

    @property
    def is_network(self) -> bool:
        """Whether its members are hubs."""
        return self.kind in {self.Kind.NETWORK, self.Kind.UMBRELLA}


class HubText(HubRow):
    """A text of a hub that people agree to or read: privacy notice, code of conduct, how concerns are handled."""

    class Kind(models.TextChoices):
        PRIVACY = "privacy", _("What we do with what you tell us")
        CONDUCT = "conduct", _("How we treat each other")
        SAFEGUARDING = "safeguarding", _("Keeping people safe")

    kind = models.CharField(max_length=12, choices=Kind)
    text = models.TextField(max_length=20_000)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    personal = NOTHING

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hub", "kind", "version"], name="core_hubtext_one")]


class Member(HubRow):
    """A hub that belongs to this network or umbrella."""

    member = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="member_of")
    since = models.DateField()
    until = models.DateField(null=True)

    personal = NOTHING

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hub", "member"], name="core_member_one")]


class Entry(HubRow):
    """That a person of this hub entered a network by themselves. The hub sees no more than that."""

    person = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="+")
    network = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    personal = Personal(
        subject="person",
        basis="membership",
        keep="while_here",
        on_erase="delete",
        fields={"person": LINK, "network": NONE, "at": DATE},
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hub", "person", "network"], name="core_entry_one")]
