"""What one installation is: an example or real, and whether it has started."""

from __future__ import annotations

from django.db import models

from upwell_site.core.privacy import NOTHING


class Site(models.Model):
    """The one row about this database."""

    example = models.BooleanField(
        default=False, help_text="marked by `upwell-site demo`; only then are demo doors open"
    )
    started_at = models.DateTimeField(null=True)
    mail = models.CharField(max_length=10, default="none", choices=[("none", "none"), ("smtp", "smtp")])

    personal = NOTHING

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="core_site_is_one")]

    @classmethod
    def now(cls) -> Site:
        """Return the row, or what it would say before the first start."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @classmethod
    def is_example(cls) -> bool:
        """Whether this database was marked as an example."""
        return cls.objects.filter(pk=1, example=True).exists()
