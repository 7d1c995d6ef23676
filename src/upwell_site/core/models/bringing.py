"""A spreadsheet or export that was brought in, and what it made, so that the whole of it can be undone."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from upwell_site.core.privacy import DATE, IDENTITY, LINK, NONE, Personal
from upwell_site.core.tenancy import HubRow


class Batch(HubRow):
    """One import: from upload to preview, done or undone."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", "uploaded"
        READING = "reading", "reading"
        CHECKED = "checked", "checked"
        LOADING = "loading", "loading"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        UNDONE = "undone", "undone"

    kind = models.CharField(max_length=20, help_text="people, organisations, mentees, mentors or votes")
    programme = models.ForeignKey("core.Programme", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=60, blank=True)
    by = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=160)
    file = models.CharField(max_length=200, blank=True, help_text="where the upload lies until it is done or dropped")
    digest = models.CharField(max_length=64)
    columns = models.JSONField(default=dict, help_text="column of the file -> field")
    found = models.JSONField(default=dict, help_text="the preview: counts and problems")
    state = models.CharField(max_length=8, choices=State, default=State.UPLOADED)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    personal = Personal(
        subject="by",
        of_others=("found",),
        basis="record",
        keep="1_year",
        since="created_at",
        on_erase="keep",
        stays=("found",),  # counts; what lists repeat of somebody is taken out by `erase`
        fields={
            "kind": NONE,
            "programme": NONE,
            "about": LINK,
            "by": LINK,
            "file_name": NONE,
            "file": NONE,
            "digest": NONE,
            "columns": NONE,
            "found": IDENTITY,
            "state": NONE,
            "created_at": DATE,
            "done_at": DATE,
            "undone_at": DATE,
        },
    )

    class Meta:
        ordering = ["-id"]


class BatchRow(HubRow):
    """One row an import made or changed, and what stood there before; or very many it made, numbered one by one."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField(help_text="the row in the spreadsheet")
    made = models.CharField(max_length=60, help_text='"core.person:7"')
    many = models.PositiveIntegerField(default=1, help_text="how many it stands for, `made` the first of them")
    new = models.BooleanField()
    before = models.JSONField(default=dict, help_text="the fields it changed, as they were")

    personal = Personal(
        basis="record",
        keep="1_year",
        since="batch.created_at",
        on_erase="delete",
        goes_with=("made",),
        held={"many__gt": 1},  # a note for many says nothing about any of them; undoing the others needs it
        fields={"batch": NONE, "number": NONE, "made": LINK, "many": NONE, "new": NONE, "before": IDENTITY},
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hub", "batch", "made"], name="core_batchrow_one")]
