"""Boxes of `listen` on the pages of others: the discussions on a hub's public page, what needs an organiser now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from upwell_site.core import panels, policy
from upwell_site.core.models import Hub, Person
from upwell_site.core.panels import Find, Finds, Need, Way
from upwell_site.core.policy import Actor
from upwell_site.listen.models import Conversation, Discussion, Grouping, Note, Statement

SHOWN = 3
SOON = timedelta(days=1)
LONGEST = 160


@panels.register("listen.discussions", slot="hub.main", template="listen/panels/discussions.html", order=20)
def discussions(hub: Hub, actor: Actor) -> dict[str, Any] | None:
    """The newest discussions that this reader may see, open ones first."""
    newest = Grouping.objects.filter(hub=hub, discussion=OuterRef("pk")).visible_to(actor).order_by("-id")
    rows = (
        Discussion.objects.filter(hub=hub, public=True)
        .exclude(state=Discussion.State.DRAFT)
        .visible_to(actor)
        .with_can(actor, "vote")
        .annotate(groups=Subquery(newest.values("k")[:1]), people=Subquery(newest.values("voters")[:1]))
        .order_by("state", "-id")
    )
    found = sorted(rows[: SHOWN + 1], key=lambda row: row.state != Discussion.State.OPEN)
    if not found:
        return None
    return {"rows": found[:SHOWN], "more": len(found) > SHOWN, "hub": hub}


@panels.register("listen.out_and_about", slot="home.side", template="listen/panels/talks.html", order=10)
def out_and_about(person: Person, actor: Actor) -> dict[str, Any] | None:
    """An organiser's week: talks held, and the way to record one."""
    if not policy.may(actor, "hub.add_talk"):
        return None
    since = timezone.localdate() - timedelta(days=6)
    week = Conversation.objects.filter(hub_id=person.hub_id, organiser=person, on__gte=since).visible_to(actor)
    return {"talks": week.count(), "hub": person.hub}


@panels.needs("listen.next_steps")
def next_steps(person: Person, actor: Actor) -> Iterator[Need]:
    """What an organiser said they would do, due by tomorrow."""
    due = Conversation.objects.filter(
        hub_id=person.hub_id, organiser=person, done_at__isnull=True, next_on__lte=timezone.localdate() + SOON
    ).exclude(next_step="")
    for row in due.visible_to(actor).order_by("next_on", "id")[:SHOWN]:
        yield Need(
            row.next_step,
            _said(row.next_on),
            reverse("talk", args=[person.hub.slug, row.pk]),
            _("Open the talk"),
            verb="listen",
            order=18 if row.next_on < timezone.localdate() else 22,
        )


def _said(day: date) -> str:
    today = timezone.localdate()
    if day < today:
        return _("You said you would by %(day)s.") % {"day": date_format(day, "l j F")}
    return _("You said you would by today.") if day == today else _("You said you would by tomorrow.")


@panels.needs("listen.ask_first")
def ask_first(person: Person, actor: Actor) -> Iterator[Need]:
    """Words whose speakers said “ask me first”."""
    rows = Note.objects.filter(hub_id=person.hub_id, organiser=person, share=Note.Share.ASK, shared_at__isnull=True)
    found = list(rows.visible_to(actor, "edit").order_by("id")[:2])
    if found:
        yield Need(
            _("Ask if you may share these words"),
            _("Whoever said them told you: ask me first."),
            reverse("talk", args=[person.hub.slug, found[0].conversation_id]),
            _("Read and ask"),
            verb="listen",
            voice=found[0].text[:LONGEST],
            voice_by=_("Only you can see this for now"),
            order=50,
        )


@panels.needs("listen.sentences")
def sentences(person: Person, actor: Actor) -> Iterator[Need]:
    """New sentences that wait for somebody to look at them."""
    new = Statement.objects.filter(hub_id=person.hub_id, discussion=OuterRef("pk"), moderated=0)
    rows = Discussion.objects.filter(hub_id=person.hub_id).visible_to(actor, "moderate").filter(Exists(new))
    for row in rows.order_by("-id")[:SHOWN]:
        yield Need(
            _("Look at new sentences"),
            _("People added them to “%(title)s”. Others see them once you have looked.") % {"title": row.title},
            reverse("statements", args=[person.hub.slug, row.pk]),
            _("Look at them"),
            verb="listen",
            order=40,
        )


@panels.ways("listen.vote")
def ways(hub: Hub, actor: Actor) -> Iterator[Way]:
    """Vote in what is open."""
    rows = Discussion.objects.filter(hub=hub, state=Discussion.State.OPEN, public=True).visible_to(actor)
    row = rows.with_can(actor, "vote").order_by("-id").first()
    if row is not None:
        name = "discussion_vote" if row.can_vote else "discussion"
        label = _("Vote on the sentences") if row.can_vote else _("See what people think")
        yield Way(_("Have your say"), row.title, reverse(name, args=[hub.slug, row.pk]), label, order=10)


@panels.search("listen.discussions")
def search(words: str, hub: Hub, actor: Actor) -> Finds | None:
    """Discussions by their title or words, and sentences in them."""
    rows = Discussion.objects.filter(hub=hub).visible_to(actor)
    hits = Statement.objects.filter(hub=hub, discussion=OuterRef("pk"), text__icontains=words)
    said = Exists(hits.visible_to(actor))
    found = list(rows.filter(Q(title__icontains=words) | Q(about__icontains=words) | said).order_by("-id")[:6])
    lines = [Find(row.title, reverse("discussion", args=[hub.slug, row.pk])) for row in found[:5]]
    return Finds(_("Discussions"), lines, len(found) > 5)
