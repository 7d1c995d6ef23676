"""Talks and their notes; discussions, statements and votes."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from upwell_site.core.privacy import DATE, LINK, NONE, NOTHING, PLACE, SPECIAL, WORDS, Personal
from upwell_site.core.tenancy import HubQuerySet, HubRow


class Conversation(HubRow):
    """A one-to-one talk: who listened to whom, when and where."""

    class How(models.TextChoices):
        DOOR = "door", _("At the door")
        STREET = "street", _("Out and about")
        PHONE = "phone", _("By phone")
        EVENT = "event", _("At an event")
        WORDS = "words", _("They wrote it here themselves")

    organiser = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="talks_held")
    person = models.ForeignKey("core.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="talks")
    programme = models.ForeignKey("core.Programme", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey("core.Place", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("when"), default=timezone.localdate)
    how = models.CharField(_("where you talked"), max_length=8, choices=How, default=How.DOOR)
    next_step = models.CharField(_("what you said you would do"), max_length=300, blank=True)
    next_on = models.DateField(_("by when"), null=True, blank=True)
    done_at = models.DateTimeField(null=True, editable=False)
    client_id = models.UUIDField(null=True, editable=False)

    personal = Personal(
        subject="person",
        others=("organiser",),
        basis="listening",
        keep="3_years",
        since="on",
        on_erase="delete",
        fields={
            "organiser": LINK,
            "person": LINK,
            "programme": NONE,
            "place": PLACE,
            "on": DATE,
            "how": NONE,
            "next_step": WORDS,
            "next_on": DATE,
            "done_at": DATE,
            "client_id": LINK,
        },
    )

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["hub", "client_id"],
                condition=models.Q(client_id__isnull=False),
                name="listen_conversation_client",
            )
        ]
        indexes = [models.Index(fields=["hub", "organiser", "-on"], name="listen_conversation_mine")]


class Note(HubRow):
    """What was written down of a talk, and whether its words may be shown."""

    class Share(models.TextChoices):
        NO = "no", _("No, this stays between us")
        ASK = "ask", _("Ask me first")
        ANONYMOUS = "anonymous", _("Yes, without my name")
        NAMED = "named", _("Yes, with my name")

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="notes")
    person = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")
    organiser = models.ForeignKey("core.Person", on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("core.Programme", null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("in their words"), max_length=4000)
    share = models.CharField(_("May we share these words?"), max_length=10, choices=Share, default=Share.NO)
    shared_at = models.DateTimeField(null=True, editable=False)
    topic = models.CharField(_("what it is about"), max_length=80, blank=True)

    personal = Personal(
        subject="person",
        others=("organiser",),
        basis="listening",
        keep="3_years",
        since="conversation.on",
        on_erase="delete",
        fields={
            "conversation": LINK,
            "person": LINK,
            "organiser": LINK,
            "programme": NONE,
            "text": SPECIAL,
            "share": NONE,
            "shared_at": DATE,
            "topic": WORDS,
        },
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(shared_at__isnull=True) | ~models.Q(share="no"), name="listen_note_shared_with_a_yes"
            )
        ]


class Discussion(HubRow):
    """A set of statements that people agree or disagree with, and the groups that their answers show."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        OPEN = "open", _("Open for votes")
        CLOSED = "closed", _("Closed")

    title = models.CharField(_("title"), max_length=160)
    about = models.TextField(_("what it is about"), max_length=2000, blank=True)
    place = models.ForeignKey("core.Place", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("core.Programme", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT)
    public = models.BooleanField(_("shown on the public page"), default=False)
    k = models.PositiveSmallIntegerField(_("number of groups"), null=True, blank=True, help_text="empty: votes decide")
    source = models.CharField(_("where it comes from, and its licence"), max_length=600, blank=True)
    by = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    personal = Personal(
        subject="by",
        basis="record",
        keep="7_years",
        since="created_at",
        on_erase="keep",
        fields={
            "title": NONE,
            "about": NONE,
            "place": NONE,
            "programme": NONE,
            "state": NONE,
            "public": NONE,
            "k": NONE,
            "source": NONE,
            "by": LINK,
            "created_at": DATE,
        },
    )

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title


class Statement(HubRow):
    """One sentence to agree or disagree with."""

    discussion = models.ForeignKey(Discussion, on_delete=models.PROTECT, related_name="statements")
    number = models.PositiveIntegerField(help_text="its number in the discussion, as in a vote export")
    text = models.TextField(max_length=1000)
    author = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")
    seed = models.BooleanField(default=False, help_text="written by the hub, not by somebody taking part")
    moderated = models.SmallIntegerField(default=0, help_text="1 in, 0 not looked at, -1 out")
    meta = models.BooleanField(default=False, help_text="about the discussion itself: no part in groups and lists")

    personal = Personal(
        subject="author",
        basis="voting",
        keep="7_years",
        since="discussion.created_at",
        on_erase="blank",
        blank={"moderated": -1},  # nobody is asked about a sentence that is gone
        fields={
            "discussion": NONE,
            "number": NONE,
            "text": WORDS,
            "author": LINK,
            "seed": NONE,
            "moderated": NONE,
            "meta": NONE,
        },
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["hub", "discussion", "number"], name="listen_statement_number"),
            models.CheckConstraint(condition=models.Q(moderated__in=[-1, 0, 1]), name="listen_statement_moderated"),
        ]


class VoterQuerySet(HubQuerySet):
    """Many voters."""

    def known(self) -> Self:
        """Keep those who can come back: people of this hub, and holders of a personal link."""
        return self.filter(models.Q(person__isnull=False) | models.Q(link__isnull=False))


class Voter(HubRow):
    """Somebody voting in one discussion, by a number; their person only if they chose to be known."""

    discussion = models.ForeignKey(Discussion, on_delete=models.PROTECT, related_name="voters")
    number = models.PositiveIntegerField()
    person = models.ForeignKey("core.Person", null=True, on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey("core.Link", null=True, on_delete=models.PROTECT, related_name="+")
    x = models.FloatField(null=True)
    y = models.FloatField(null=True)
    group = models.SmallIntegerField(null=True)

    objects: ClassVar[Any] = models.Manager.from_queryset(VoterQuerySet)()
    personal = Personal(
        subject="person",
        also=("link.person",),
        basis="voting",
        keep="3_years",
        since="discussion.created_at",
        on_erase="delete",
        fields={
            "discussion": NONE,
            "number": LINK,
            "person": LINK,
            "link": LINK,
            "x": SPECIAL,
            "y": SPECIAL,
            "group": SPECIAL,
        },
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hub", "discussion", "number"], name="listen_voter_number"),
            models.UniqueConstraint(
                fields=["hub", "discussion", "person"],
                condition=models.Q(person__isnull=False),
                name="listen_voter_person",
            ),
            models.UniqueConstraint(
                fields=["hub", "discussion", "link"],
                condition=models.Q(link__isnull=False),
                name="listen_voter_link",
            ),
        ]


class Vote(HubRow):
    """One answer: 1 agree, -1 disagree, 0 pass. Nobody but its voter ever sees it."""

    discussion = models.ForeignKey(Discussion, on_delete=models.PROTECT, related_name="+")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="votes")
    voter = models.ForeignKey(Voter, on_delete=models.PROTECT, related_name="votes")
    value = models.SmallIntegerField()
    at = models.DateTimeField(default=timezone.now)

    personal = Personal(
        subject="voter.person",
        also=("voter.link.person",),
        basis="voting",
        keep="3_years",
        since="at",
        on_erase="delete",
        fields={"discussion": NONE, "statement": NONE, "voter": LINK, "value": SPECIAL, "at": DATE},
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hub", "voter", "statement"], name="listen_vote_one"),
            models.CheckConstraint(condition=models.Q(value__in=[-1, 0, 1]), name="listen_vote_value"),
        ]
        indexes = [models.Index(fields=["hub", "discussion"], name="listen_vote_discussion")]


class Grouping(HubRow):
    """One run of the opinion engine over a discussion: what may be published of it, and nothing else."""

    discussion = models.ForeignKey(Discussion, on_delete=models.PROTECT, related_name="groupings")
    at = models.DateTimeField(default=timezone.now)
    mode = models.CharField(max_length=12)
    seed = models.BigIntegerField(default=0)
    version = models.CharField(max_length=20)
    voters = models.PositiveIntegerField()
    votes = models.PositiveIntegerField()
    k = models.PositiveSmallIntegerField()
    result = models.JSONField(help_text="marks, groups, statements; small groups and cells already left out")

    personal = NOTHING

    class Meta:
        ordering = ["-id"]
