"""Organisations as a hub knows them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from upwell_site.core.models.hub import ORG_ID
from upwell_site.core.privacy import NOTHING
from upwell_site.core.tenancy import HubRow


class Organisation(HubRow):
    """A charity, a firm, a school, a council department: whoever people work for, come through or turn to."""

    class Sector(models.TextChoices):
        COMMUNITY = "community", _("Community group")
        CHARITY = "charity", _("Charity or social enterprise")
        FAITH = "faith", _("Faith group")
        SCHOOL = "school", _("School, college or university")
        HEALTH = "health", _("Health and care")
        COUNCIL = "council", _("Council")
        ELECTED = "elected", _("Elected")
        PUBLIC = "public", _("Other public service")
        BUSINESS = "business", _("Business")
        HOUSING = "housing", _("Housing")
        MEDIA = "media", _("Media and arts")
        FUNDER = "funder", _("Funder")

    class Level(models.TextChoices):
        INDIVIDUAL = "individual", _("Individual")
        FAMILY = "family", _("Family")
        COMMUNITY = "community", _("Community")
        SERVICES = "services", _("Services")
        LOCAL = "local", _("Local decisions")
        NATIONAL = "national", _("National decisions")

    name = models.CharField(_("name"), max_length=160)
    folded = models.CharField(max_length=160, editable=False)
    sector = models.CharField(_("sector"), max_length=10, choices=Sector)
    level = models.CharField(_("level"), max_length=10, choices=Level, default=Level.COMMUNITY)
    org_id = models.CharField(_("its number in a register"), max_length=60, blank=True, validators=[ORG_ID])
    place = models.ForeignKey("core.Place", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    within = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    web = models.URLField(_("web page"), blank=True)
    about = models.TextField(_("what they do"), blank=True, max_length=2000)
    outside_id = models.CharField(max_length=80, blank=True, help_text="its number in the list it was brought in from")

    personal = NOTHING

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["hub", "name"], name="core_organisation_name"),
            models.UniqueConstraint(
                fields=["hub", "outside_id"], condition=~models.Q(outside_id=""), name="core_organisation_outside"
            ),
        ]

    def __str__(self) -> str:
        return self.name
