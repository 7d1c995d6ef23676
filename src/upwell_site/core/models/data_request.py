"""What somebody asks about their own data, and when the answer is due; also a breach, with its 72 hours."""

from __future__ import annotations

from datetime import date, datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from upwell_site.core.due import BREACH
from upwell_site.core.privacy import DATE, LINK, NONE, WORDS, Personal
from upwell_site.core.tenancy import HubRow


class DataRequest(HubRow):
    """One request, from the day it came until it was answered."""

    class Kind(models.TextChoices):
        ACCESS = "access", _("See what is kept about me")
        CORRECT = "correct", _("Put something right")
        WITHDRAW = "withdraw", _("Take back a yes")
        OBJECT = "object", _("Stop using what you know about me")
        ERASE = "erase", _("Take out what you know about me")
        COMPLAIN = "complain", _("Complain about how my data is used")
        BREACH = "breach", _("Something went wrong with people’s data")

    class State(models.TextChoices):
        OPEN = "open", _("Waits for an answer")
        CLARIFYING = "clarify", _("The hub asked back: the clock stands")
        CARRY_OUT = "carry", _("To be carried out")
        DONE = "done", _("Answered")
        REFUSED = "refused", _("Answered: no, with a reason")
        TAKEN_BACK = "back", _("Taken back")

    LIVE = (State.OPEN, State.CLARIFYING, State.CARRY_OUT)

    kind = models.CharField(_("what it is about"), max_length=8, choices=Kind)
    person = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(_("in your words"), max_length=4000, blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField(default=timezone.now)
    due = models.DateField()
    acknowledged_at = models.DateTimeField(null=True)
    extended_why = models.TextField(max_length=1000, blank=True)
    stopped_on = models.DateField(null=True, help_text="since when the clock stands")
    stood = models.PositiveIntegerField(default=0, help_text="days the clock stood before")
    question = models.TextField(max_length=4000, blank=True)
    reply = models.TextField(max_length=8000, blank=True)
    answer = models.TextField(max_length=8000, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")
    steps = models.JSONField(default=list, help_text="what was ticked of the list for a breach")

    personal = Personal(
        subject="person",
        others=("by", "answered_by"),
        basis="rights",
        keep="3_years",
        since="answered_at",
        on_erase="blank",
        fields={
            "kind": NONE,
            "person": LINK,
            "by": LINK,
            "words": WORDS,
            "state": NONE,
            "opened_at": DATE,
            "due": DATE,
            "acknowledged_at": DATE,
            "extended_why": WORDS,
            "stopped_on": DATE,
            "stood": NONE,
            "question": WORDS,
            "reply": WORDS,
            "answer": WORDS,
            "answered_at": DATE,
            "answered_by": LINK,
            "steps": NONE,
        },
    )

    class Meta:
        ordering = ["due", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="breach", person__isnull=True)
                | (~models.Q(kind="breach") & models.Q(person__isnull=False)),
                name="core_datarequest_whose",
            ),
            models.CheckConstraint(
                condition=models.Q(state="clarify", stopped_on__isnull=False)
                | (~models.Q(state="clarify") & models.Q(stopped_on__isnull=True)),
                name="core_datarequest_stands",
            ),
        ]
        indexes = [
            models.Index(fields=["hub", "state", "due"], name="core_datarequest_due"),
            models.Index(fields=["hub", "person"], name="core_datarequest_person"),
        ]

    @property
    def is_live(self) -> bool:
        """Whether it still waits for the hub or the person."""
        return self.state in self.LIVE

    @property
    def opened_on(self) -> date:
        """The day it came."""
        return timezone.localdate(self.opened_at)

    @property
    def due_at(self) -> datetime | None:
        """The moment by which a breach is reported."""
        return self.opened_at + BREACH if self.kind == self.Kind.BREACH else None

    @property
    def is_late(self) -> bool:
        """Whether the time is over and nobody answered. While the clock stands nothing is late."""
        if self.state not in {self.State.OPEN, self.State.CARRY_OUT}:
            return False
        return timezone.now() > self.due_at if self.due_at else timezone.localdate() > self.due

    @property
    def waits_for_receipt(self) -> bool:
        """Whether it is a complaint nobody has acknowledged."""
        return self.kind == self.Kind.COMPLAIN and self.acknowledged_at is None and self.is_live
