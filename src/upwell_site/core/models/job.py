"""Slow work: a row is both the queue and the truth about how it went."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from upwell_site.core.privacy import DATE, LINK, NONE, Personal
from upwell_site.core.tenancy import HubRow


class Job(HubRow):
    """One piece of slow work, claimed with a lease."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        RUNNING = "running", "running"
        DONE = "done", "done"
        STOPPED = "stopped", "stopped"
        FAILED = "failed", "failed"

    kind = models.CharField(max_length=60, help_text='the function: "listen.regroup"')
    about = models.CharField(max_length=60, blank=True)
    by = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    phase = models.CharField(max_length=80, blank=True)
    done = models.FloatField(default=0)
    stop = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    said = models.CharField(max_length=300, blank=True, help_text="our sentence, never a traceback: those repeat data")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    personal = Personal(
        subject="by",
        basis="record",
        keep="1_year",
        since="ended_at",
        on_erase="keep",
        fields={
            "kind": NONE,
            "about": LINK,
            "by": LINK,
            "state": NONE,
            "phase": NONE,
            "done": NONE,
            "stop": NONE,
            "tries": NONE,
            "lease_until": NONE,
            "said": NONE,
            "created_at": DATE,
            "ended_at": DATE,
        },
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["hub", "kind", "about"], condition=models.Q(state="waiting"), name="core_job_one_waiting"
            ),
            models.UniqueConstraint(
                fields=["hub", "kind", "about"], condition=models.Q(state="running"), name="core_job_one_running"
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="core_job_queue")]
