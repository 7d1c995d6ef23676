"""Rounds of matching: who asks, who offers, the pairs proposed and those not matched yet."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from upwell_site.core.privacy import DATE, LINK, NONE, PLACE, WORDS, Personal
from upwell_site.core.tenancy import HubRow


class Round(HubRow):
    """One run of matching in a programme: its rules, its seed and what came out."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        MATCHED = "matched", _("Ready to read")
        APPROVED = "approved", _("Approved")

    programme = models.ForeignKey("core.Programme", on_delete=models.PROTECT, related_name="rounds")
    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    rules = models.JSONField(default=dict, blank=True)
    seed = models.BigIntegerField(default=0)
    version = models.CharField(max_length=20, blank=True)
    summary = models.JSONField(default=dict, help_text="counts, total, bound and gap of the newest run")
    run_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    personal = Personal(
        subject="approved_by",
        basis="record",
        keep="7_years",
        on_erase="keep",
        fields={
            "programme": NONE,
            "name": NONE,
            "state": NONE,
            "rules": NONE,
            "seed": NONE,
            "version": NONE,
            "summary": NONE,
            "run_at": NONE,
            "approved_at": DATE,
            "approved_by": LINK,
            "created_at": DATE,
        },
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["hub", "programme", "name"], name="connect_round_name"),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="connect_round_approved_paired",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Side(HubRow):
    """What both sides say: where, when, in which languages and how they can meet."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="%(class)ss")
    person = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="%(class)ss")
    programme = models.ForeignKey("core.Programme", on_delete=models.PROTECT, related_name="+")
    tags = models.JSONField(default=list, help_text="goals of a mentee, skills of a mentor")
    languages = models.JSONField(default=list)
    slots = models.JSONField(default=list)
    organisation = models.CharField(max_length=160, blank=True)
    travel_km = models.FloatField(null=True)
    mode = models.CharField(max_length=10, default="in-person")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    interests = models.BinaryField(null=True, help_text="float32 unit vector, when the file had one beside it")

    class Meta:
        abstract = True


SIDE = {
    "round": NONE,
    "person": LINK,
    "programme": NONE,
    "tags": WORDS,
    "languages": NONE,
    "slots": NONE,
    "organisation": NONE,
    "travel_km": NONE,
    "mode": NONE,
    "lat": PLACE,
    "lon": PLACE,
    "interests": WORDS,
}


class Ask(Side):
    """Somebody asks for a mentor in a round."""

    personal = Personal(subject="person", basis="mentoring", keep="3_years", on_erase="delete", fields=SIDE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hub", "round", "person"], name="connect_ask_one")]


class Offer(Side):
    """Somebody offers to be a mentor in a round."""

    capacity = models.PositiveSmallIntegerField(default=1)
    cleared = models.BooleanField(
        default=False, help_text="as the file says; nobody is put in touch until the hub's own record says so too"
    )

    personal = Personal(
        subject="person",
        basis="mentoring",
        keep="3_years",
        on_erase="delete",
        fields={**SIDE, "capacity": NONE, "cleared": NONE},
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hub", "round", "person"], name="connect_offer_one"),
            models.CheckConstraint(condition=Q(capacity__gte=1, capacity__lte=50), name="connect_offer_capacity"),
        ]


class Pair(HubRow):
    """A mentor and a mentee, proposed with reasons; approved by a person; taken up by both, or not."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("Approved")
        DROPPED = "dropped", _("Not these two")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="pairs")
    programme = models.ForeignKey("core.Programme", on_delete=models.PROTECT, related_name="+")
    mentee = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="pairs_as_mentee")
    mentor = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="pairs_as_mentor")
    score = models.PositiveIntegerField(help_text="how well they fit, out of 1,000,000")
    reasons = models.JSONField(default=list, help_text="codes and values; the words are made when shown")
    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED)
    locked = models.BooleanField(default=False)
    note = models.CharField(_("note"), max_length=500, blank=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")

    personal = Personal(
        subject="mentee",
        others=("mentor", "approved_by"),
        shared=("mentor",),
        basis="mentoring",
        keep="7_years",
        on_erase="blank",
        fields={
            "round": NONE,
            "programme": NONE,
            "mentee": LINK,
            "mentor": LINK,
            "score": NONE,
            "reasons": NONE,
            "state": NONE,
            "locked": NONE,
            "note": WORDS,
            "approved_at": DATE,
            "approved_by": LINK,
        },
    )

    class Meta:
        ordering = ["score", "id"]
        constraints = [
            models.UniqueConstraint(fields=["hub", "round", "mentee", "mentor"], name="connect_pair_one"),
            models.UniqueConstraint(
                fields=["hub", "round", "mentee"], condition=~Q(state="dropped"), name="connect_pair_one_mentor"
            ),
            models.CheckConstraint(condition=~Q(mentee=F("mentor")), name="connect_pair_of_two"),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="connect_pair_approved_paired",
            ),
        ]
        indexes = [models.Index(fields=["hub", "round", "mentor"], name="connect_pair_mentor")]


class Unmatched(HubRow):
    """Somebody without a mentor in a round: the rule that binds, and the smallest change that would help."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="unmatched")
    programme = models.ForeignKey("core.Programme", on_delete=models.PROTECT, related_name="+")
    mentee = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="+")
    binding = models.JSONField(default=list)
    change = models.JSONField(default=list)
    change_code = models.CharField(max_length=60, blank=True)

    personal = Personal(
        subject="mentee",
        basis="mentoring",
        keep="1_year",
        on_erase="delete",
        fields={"round": NONE, "programme": NONE, "mentee": LINK, "binding": NONE, "change": NONE, "change_code": NONE},
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hub", "round", "mentee"], name="connect_unmatched_one")]
