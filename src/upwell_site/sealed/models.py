"""Concerns about somebody's safety, the register of checks, and who looked at which of them when."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from upwell_site.core.privacy import DATE, LINK, NONE, SEALED, Personal
from upwell_site.core.tenancy import HubRow
from upwell_site.sealed.fields import SealedRow, SealedText


class Concern(SealedRow):
    """A worry about somebody's safety. State and dates stand in the clear, for the list of the desk; words never."""

    class State(models.TextChoices):
        NEW = "new", _("Nobody has seen it yet")
        ACKNOWLEDGED = "acknowledged", _("Seen")
        ACTING = "acting", _("Somebody is acting on it")
        CLOSED = "closed", _("Closed")

    state = models.CharField(max_length=12, choices=State, default=State.NEW)
    raised_at = models.DateTimeField(default=timezone.now)
    acknowledged_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    about_lead = models.BooleanField(default=False, help_text="it is about somebody who looks after safety here")
    to_deputy = models.BooleanField(default=False, help_text="no safeguarding lead may read it, only deputies")
    raised_by = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")
    receipt = models.CharField(max_length=64, help_text="digest of the key in the address of the receipt")
    head = models.CharField(max_length=64, help_text="the mark at the end of the chain (see chain.py)")
    words = SealedText(help_text="as they were written; never changed")
    about = SealedText(help_text="whom it is about")
    sender = SealedText(help_text="who wrote it, if they said so")
    reach = SealedText(help_text="how to reach them")

    personal = Personal(
        subject="raised_by",
        basis="safeguarding",
        keep="for_ever",
        on_erase="hold",
        fields={
            "wrapped": NONE,
            "state": NONE,
            "raised_at": DATE,
            "acknowledged_at": DATE,
            "closed_at": DATE,
            "about_lead": NONE,
            "to_deputy": NONE,
            "raised_by": LINK,
            "receipt": LINK,
            "head": NONE,
            "words": SEALED,
            "about": SEALED,
            "sender": SEALED,
            "reach": SEALED,
        },
    )

    class Meta:
        ordering = ["-raised_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["hub", "receipt"], name="sealed_concern_receipt"),
            models.CheckConstraint(
                condition=Q(state="new", acknowledged_at__isnull=True)
                | ~Q(state="new") & Q(acknowledged_at__isnull=False),
                name="sealed_concern_acknowledged_paired",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | ~Q(state="closed") & Q(closed_at__isnull=True),
                name="sealed_concern_closed_paired",
            ),
        ]
        indexes = [models.Index(fields=["hub", "raised_at"], name="sealed_concern_list")]


class LeftOut(HubRow):
    """That one person may not know of one concern, whatever role they hold: it is about them."""

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="left_out")
    person = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="+")

    # Nothing of it goes into anybody's pack: that the row is there would tell them what it keeps from them.
    personal = Personal(
        basis="safeguarding", keep="for_ever", on_erase="hold", fields={"concern": LINK, "person": LINK}
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hub", "concern", "person"], name="sealed_leftout_one")]


class ConcernEntry(HubRow):
    """One thing added to a concern: seen, more words, what was done, closed. Append-only, each chained to the last.

    Its words are sealed with the concern's key: it could not drop one of its own.
    """

    append_only = True

    class Kind(models.TextChoices):
        SEEN = "seen", _("Seen")
        MORE = "more", _("Whoever told us added")
        DONE = "done", _("What was done")
        CLOSED = "closed", _("Closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    words = SealedText()
    before = models.CharField(max_length=64, help_text="the mark of the entry before")
    mark = models.CharField(max_length=64, help_text="made from the mark before and everything here")

    personal = Personal(
        subject="by",
        basis="safeguarding",
        keep="for_ever",
        on_erase="hold",
        fields={
            "concern": LINK,
            "number": NONE,
            "at": DATE,
            "by": LINK,
            "kind": NONE,
            "words": SEALED,
            "before": NONE,
            "mark": NONE,
        },
    )

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["hub", "concern", "number"], name="sealed_entry_number")]


class Check(SealedRow):
    """That somebody's check was looked at: its level, number and dates, and nothing it says.

    There is no field for a text or a file, and there will be none: what a check contains is not kept.
    """

    class Level(models.TextChoices):
        BASIC = "basic", _("Basic")
        STANDARD = "standard", _("Standard")
        ENHANCED = "enhanced", _("Enhanced")
        BARRED = "barred", _("Enhanced, with the barred lists")

    class Status(models.TextChoices):
        IN_ORDER = "in_order", _("In order")
        NOT = "not", _("Not in order")

    person = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=8, choices=Level)
    number = SealedText()
    issued_on = models.DateField()
    verified_by = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=8, choices=Status)
    recheck_on = models.DateField()

    personal = Personal(
        subject="person",
        others=("verified_by",),
        basis="safeguarding",
        keep="7_years",
        since="recheck_on",
        on_erase="delete",
        fields={
            "wrapped": NONE,
            "person": LINK,
            "level": NONE,
            "number": SEALED,
            "issued_on": DATE,
            "verified_by": LINK,
            "status": NONE,
            "recheck_on": DATE,
        },
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hub", "person", "issued_on", "level"], name="sealed_check_one"),
            models.CheckConstraint(condition=~Q(verified_by=models.F("person")), name="sealed_check_not_by_oneself"),
            models.CheckConstraint(condition=Q(recheck_on__gt=models.F("issued_on")), name="sealed_check_dates"),
        ]


class Look(HubRow):
    """That somebody looked at one sealed row. Append-only, written in the transaction that opens it.

    The row is named by its random number and not by a link: it may be gone one day, and who looked is still asked.
    """

    append_only = True

    class What(models.TextChoices):
        CONCERN = "concern", _("Read a concern")
        CHECK = "check", _("Looked at a check")
        NUMBER = "number", _("Looked at the number of a check")

    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=8, choices=What)
    row = models.UUIDField()

    personal = Personal(
        subject="by",
        basis="safeguarding",
        keep="for_ever",
        on_erase="hold",
        fields={"at": DATE, "by": LINK, "what": NONE, "row": LINK},
    )

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["hub", "row"], name="sealed_look_row")]
