"""Boxes of listen on other pages: only what the reader may see, and a fixed number of questions."""

from __future__ import annotations

from tests.factories import listen as made
from upwell_site.core import panels
from upwell_site.core.actor import roles_of
from upwell_site.core.policy import Actor
from upwell_site.listen import panels as ours


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


def test_home_says_that_sentences_wait(town):
    """To those who may look at them, and to nobody else."""
    made.statements(made.discussion(town), "New one.", moderated=0)
    for who, told in ((town.organiser, True), (town.lead, True), (town.admin, True), (town.neighbour, False)):
        titles = [need.title for need in panels.needs_of(who, actor(who))]
        assert ("Look at new sentences" in titles) is told


def test_search_finds_only_what_may_be_read(town, yards):
    """A discussion being prepared is found by its host alone; nothing is found from another hub."""
    made.discussion(town, title="purple gates", state="draft", public=False)
    assert not ours.search("Purple", town.hub, visitor(town)).rows
    assert ours.search("Purple", town.hub, actor(town.organiser)).rows
    assert ours.search("yards", town.hub, visitor(town)).rows
    assert not ours.search("yards", made.town("other").hub, visitor(town)).rows


def test_a_way_to_take_part_leads_to_the_vote(town, yards):
    """A visitor sees the result; somebody of the hub votes."""
    urls = [way.url for way in ours.ways(town.hub, visitor(town))]
    assert any(url.endswith(f"/discussions/{yards.pk}/") for url in urls)
    assert any(way.url.endswith("/vote/") for way in ours.ways(town.hub, actor(town.neighbour)))
