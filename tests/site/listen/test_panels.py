"""Boxes of listen on other pages: only what the reader may see, and a fixed number of questions."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tests.factories import listen as made
from upwell_site.core import panels
from upwell_site.core.actor import roles_of
from upwell_site.core.policy import Actor
from upwell_site.listen import panels as ours
from upwell_site.listen.actions.talks import record_talk


def actor(who):
    return Actor(who.hub_id, who.pk, roles_of(who))


def visitor(town):
    return Actor(town.hub.pk, roles={"visitor": None})


def test_the_hubs_page_shows_public_discussions_open_ones_first(town, yards):
    """What is being prepared, or not public, is on no public page."""
    made.discussion(town, public=False, title="kept")
    made.discussion(town, state="draft", title="draft")
    made.discussion(town, state="closed", title="closed one")
    found = ours.discussions(town.hub, visitor(town))
    assert [row.title for row in found["rows"]] == ["our yards", "closed one"]
    assert (found["rows"][0].groups, found["rows"][0].people) == (2, 25)
    assert ours.discussions(made.town("other").hub, visitor(town)) is None


def test_home_says_what_an_organiser_promised(town):
    """Due by tomorrow, not done; words that wait for a question; new sentences. Of one's own only."""
    late = timezone.localdate() - timedelta(days=1)
    record_talk(by=town.organiser, hub=town.hub, words="Sewing.", share="ask", next_step="Ring Danuta", next_on=late)
    record_talk(by=town.organiser, hub=town.hub, next_step="Later", next_on=late + timedelta(days=30))
    made.statements(made.discussion(town), "New one.", moderated=0)
    needs = panels.needs_of(town.organiser, actor(town.organiser))
    titles = [need.title for need in needs]
    assert "Ring Danuta" in titles
    assert "Later" not in titles
    assert {"Ask if you may share these words", "Look at new sentences"} <= set(titles)
    assert "Sewing." in [need.voice for need in needs]
    lead = panels.needs_of(town.lead, actor(town.lead))
    assert "Ring Danuta" not in [need.title for need in lead]
    assert "Sewing." not in [need.voice for need in lead]


def test_search_finds_only_what_may_be_read(town, yards):
    """A sentence that waits, or a discussion being prepared, is found by its host alone."""
    made.statements(yards, "Purple gates.", moderated=0)
    assert not ours.search("Purple", town.hub, visitor(town)).rows
    assert ours.search("Purple", town.hub, actor(town.organiser)).rows
    assert ours.search("yards", town.hub, visitor(town)).rows
    assert not ours.search("yards", made.town("other").hub, visitor(town)).rows


def test_a_way_to_take_part_leads_to_the_vote(town, yards):
    """A visitor sees the result; somebody of the hub votes."""
    assert next(iter(ours.ways(town.hub, visitor(town)))).url.endswith(f"/discussions/{yards.pk}/")
    assert next(iter(ours.ways(town.hub, actor(town.neighbour)))).url.endswith("/vote/")
