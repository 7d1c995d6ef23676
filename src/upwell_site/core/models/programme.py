"""Programmes over time, and the training that roles need: pages or a dated session, a short check, attendance."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from upwell_site.core.privacy import DATE, LINK, NONE, NOTHING, Personal
from upwell_site.core.tenancy import HubRow


class Programme(HubRow):
    """An offer over time: mentoring, a fellowship, a listening campaign."""

    class Kind(models.TextChoices):
        MENTORING = "mentoring", _("Mentoring")
        LISTENING = "listening", _("Listening")
        LEARNING = "learning", _("Learning")
        OTHER = "other", _("Other")

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.OTHER)
    about = models.TextField(_("what it is"), blank=True, max_length=2000)
    place = models.ForeignKey("core.Place", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    starts = models.DateField(_("first day"), null=True, blank=True)
    ends = models.DateField(_("last day"), null=True, blank=True)
    public = models.BooleanField(_("shown on the public page"), default=False)

    personal = NOTHING

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["hub", "name"], name="core_programme_name"),
            models.CheckConstraint(
                condition=models.Q(ends__isnull=True)
                | models.Q(starts__isnull=True)
                | models.Q(ends__gte=models.F("starts")),
                name="core_programme_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Training(HubRow):
    """A training: pages to read or a dated session, with a short check at the end."""

    name = models.CharField(_("name"), max_length=120)
    programme = models.ForeignKey(Programme, null=True, blank=True, on_delete=models.PROTECT, related_name="trainings")
    pages = models.JSONField(default=list, blank=True, help_text="texts in Markdown, read one after another")
    check_questions = models.JSONField(
        default=list, blank=True, help_text="each: question, answers, right (the number of the right one)"
    )
    pass_mark = models.PositiveSmallIntegerField(default=0, help_text="right answers needed")
    valid_days = models.PositiveIntegerField(null=True, blank=True, help_text="days until it must be done again")

    personal = NOTHING

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["hub", "name"], name="core_training_name")]

    def __str__(self) -> str:
        return self.name


class Session(HubRow):
    """A dated session of a training."""

    training = models.ForeignKey(Training, on_delete=models.PROTECT, related_name="sessions")
    starts_at = models.DateTimeField(_("when"))
    where = models.CharField(_("where"), max_length=160)
    seats = models.PositiveIntegerField(_("places"), default=20)

    personal = NOTHING

    class Meta:
        ordering = ["starts_at"]
        constraints = [models.UniqueConstraint(fields=["hub", "training", "starts_at"], name="core_session_one")]


class Attendance(HubRow):
    """That somebody was asked to a session or came, and how the check went."""

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")
        COMING = "coming", _("Coming")
        DECLINED = "declined", _("Cannot come")
        CAME = "came", _("Came")
        MISSED = "missed", _("Did not come")
        READ = "read", _("Read the pages")

    person = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="attendances")
    training = models.ForeignKey(Training, on_delete=models.PROTECT, related_name="attendances")
    session = models.ForeignKey(Session, null=True, blank=True, on_delete=models.PROTECT, related_name="attendances")
    state = models.CharField(max_length=8, choices=State)
    right = models.PositiveSmallIntegerField(null=True, help_text="right answers in the check")
    passed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    personal = Personal(
        subject="person",
        basis="mentoring",
        keep="7_years",
        since="updated_at",
        on_erase="keep",
        fields={
            "person": LINK,
            "training": NONE,
            "session": NONE,
            "state": NONE,
            "right": NONE,
            "passed_at": DATE,
            "updated_at": DATE,
        },
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hub", "person", "training", "session"], name="core_attendance_session"),
            models.UniqueConstraint(
                fields=["hub", "person", "training"],
                condition=models.Q(session__isnull=True),
                name="core_attendance_pages",
            ),
        ]
