"""What discussions show on other pages: the newest, sentences to look at, the way to vote. `heard` is for talks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from upwell_site.core import panels, policy
from upwell_site.core.models import Hub, Person
from upwell_site.core.panels import Find, Finds, Need, Way
from upwell_site.core.policy import Actor
from upwell_site.listen.actions.own_words import receiver
from upwell_site.listen.models import Discussion, Grouping, Statement

SHOWN = 3


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
        .annotate(more=Subquery(newest.values("result__more")[:1]))
        .order_by("state", "-id")
    )
    found = sorted(rows[: SHOWN + 1], key=lambda row: row.state != Discussion.State.OPEN)
    if not found:
        return None
    return {"rows": found[:SHOWN], "more": len(found) > SHOWN, "hub": hub}


@panels.needs("listen.sentences")
def sentences(person: Person, actor: Actor) -> Iterator[Need]:
    """New sentences that wait for somebody to look at them."""
    if not policy.could(actor, Discussion, "moderate"):
        return
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
    """Say it in one's own words, and vote in what is open."""
    if receiver(hub) is not None:
        said = _("Write what is on your mind. One person of the hub reads it.")
        yield Way(_("Say it in your own words"), said, reverse("say", args=[hub.slug]), _("Write it down"), order=5)
    rows = Discussion.objects.filter(hub=hub, state=Discussion.State.OPEN, public=True).visible_to(actor)
    row = rows.with_can(actor, "vote").order_by("-id").first()
    if row is not None:
        name = "discussion_vote" if row.can_vote else "discussion"
        label = _("Vote on the sentences") if row.can_vote else _("See what people think")
        yield Way(_("Have your say"), row.title, reverse(name, args=[hub.slug, row.pk]), label, order=10)


@panels.search("listen.discussions")
def search(words: str, hub: Hub, actor: Actor) -> Finds | None:
    """Discussions by their title or the words that introduce them."""
    rows = Discussion.objects.filter(Q(title__icontains=words) | Q(about__icontains=words), hub=hub)
    found = list(rows.visible_to(actor).order_by("-id").values_list("pk", "title")[:6])
    lines = [Find(title, reverse("discussion", args=[hub.slug, pk])) for pk, title in found[:5]]
    return Finds(_("Discussions"), lines, len(found) > 5)
