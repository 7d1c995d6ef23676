"""Places: a tree of areas with outlines and centres, the same for every hub."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from upwell_site.core.privacy import NOTHING


class Place(models.Model):
    """An area: a country, a council, a neighbourhood."""

    class Level(models.TextChoices):
        COUNTRY = "country", _("Country")
        COUNCIL = "council", _("Council area")
        NEIGHBOURHOOD = "neighbourhood", _("Neighbourhood")
        OTHER = "other", _("Other area")

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    level = models.CharField(max_length=14, choices=Level)
    within = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    outline = models.JSONField(null=True, help_text="rings of [longitude, latitude], WGS 84")
    population = models.PositiveIntegerField(null=True)
    source = models.CharField(max_length=300, blank=True, help_text="attribution that must be shown with it")

    personal = NOTHING

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["within", "name"], name="core_place_tree")]

    def __str__(self) -> str:
        return self.name
