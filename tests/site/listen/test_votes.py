"""Voting: who may, that it counts once, that nobody else sees it, and adding a sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import listen as made
from tests.factories.signin import sign_in, user_of
from upwell_site.core.actions import links
from upwell_site.core.models import Event, Job, Link
from upwell_site.core.refused import Refused
from upwell_site.listen.actions import votes as actions
from upwell_site.listen.models import Statement, Vote, Voter


@pytest.fixture
def park(town):
    """An open discussion of three sentences that nobody has voted on."""
    row = made.discussion(town, title="the park")
    made.statements(row, "More benches.", "More trees.", "More light.")
    return row


def path(row, name="vote/"):
    return f"/h/{row.hub.slug}/discussions/{row.pk}/{name}"


def cast(client, row, answer="yes", text="More benches.", **more):
    statement = Statement.objects.get(discussion=row, text=text)
    return client.post(path(row), {"answer": answer, "statement": statement.pk, **more})


def test_somebody_votes_one_sentence_at_a_time(client, town, park):
    """The page shows one, says how many are left, and ends by itself."""
    sign_in(client, town.young)
    assert "3 sentences left" in client.get(path(park)).content.decode()
    for text, answer in (("More benches.", "yes"), ("More trees.", "no"), ("More light.", "pass")):
        assert cast(client, park, answer, text).url == path(park)
    assert sorted(Vote.objects.values_list("statement__text", "value")) == [
        ("More benches.", 1), ("More light.", 0), ("More trees.", -1),
    ]  # fmt: skip
    assert "You have answered everything" in client.get(path(park)).content.decode()
    voter = Voter.objects.get()
    assert (voter.person, voter.number) == (town.young, 0)


def test_an_answer_can_be_changed_and_counts_once(client, town, park):
    """The second answer replaces the first; the page with one's answers is one's own."""
    sign_in(client, town.neighbour)
    cast(client, park, "yes")
    cast(client, park, "no")
    assert Vote.objects.get().value == -1
    assert "You said no" in client.get(path(park, "vote/mine/")).content.decode()
    statement = Statement.objects.get(text="More benches.")
    assert "You can change it" in client.get(path(park), {"sentence": statement.pk}).content.decode()
    sign_in(client, town.lead)
    assert "More benches" not in client.get(path(park, "vote/mine/")).content.decode()


def test_the_same_form_sent_twice_counts_once(client, town, park):
    """A double click is one vote."""
    sign_in(client, town.neighbour)
    for _ in range(2):
        cast(client, park, once="k" * 24)
    assert Vote.objects.count() == 1


@pytest.mark.parametrize(
    "given", [{}, {"answer": "maybe"}, {"answer": "yes", "statement": "x"}, {"answer": "yes", "statement": "9" * 30}]
)
def test_an_answer_that_is_none_is_refused(client, town, park, given):
    """An empty or odd form gives a page that says so, never an error."""
    sign_in(client, town.neighbour)
    answer = client.post(path(park), given)
    assert answer.status_code == 400
    assert "Choose yes, no or pass." in answer.content.decode()
    assert not Vote.objects.exists()


def test_a_visitor_does_not_vote(client, park):
    """They read it, and are refused."""
    assert client.get(path(park)).status_code == 403
    assert cast(client, park).status_code == 403


def test_nobody_votes_on_what_is_closed_or_waits(client, town, park):
    """Closed is closed for hosts too; a sentence nobody looked at is not voted on, nor one of another discussion."""
    waiting = made.statements(park, "Not looked at.", moderated=0)[0]
    elsewhere = made.statements(made.discussion(town), "Somewhere else.")[0]
    sign_in(client, town.neighbour)
    for statement in (waiting, elsewhere):
        assert client.post(path(park), {"answer": "yes", "statement": statement.pk}).status_code == 400
        with pytest.raises(Refused):
            actions.vote(by=town.neighbour, discussion=park, statement=statement, value=1)
    park.state = "closed"
    park.save()
    assert cast(client, park).status_code == 403
    with pytest.raises(Refused, match="closed"):
        actions.vote(by=town.organiser, discussion=park, statement=park.statements.first(), value=1)
    assert not Vote.objects.exists()


def test_a_link_votes_in_its_own_discussion_only(client, town, park):
    """A card at a stall opens one discussion; its holder is a voter without a name."""
    made.by_link(client, made.link(park))
    assert client.get(path(park)).status_code == 200
    assert cast(client, park).status_code == 302
    voter = Voter.objects.get()
    assert voter.person is None
    assert voter.link is not None
    other = made.discussion(town, title="other")
    made.statements(other, "More benches.")
    assert client.get(path(other)).status_code == 403
    assert cast(client, other).status_code == 403
    with pytest.raises(Refused, match="another discussion"):  # the second wall, should the table ever open the first
        actions.vote(by=None, discussion=other, statement=other.statements.get(), value=1, link=voter.link)
    assert Vote.objects.count() == 1


def test_a_link_does_not_open_what_is_not_public(client, town):
    """A link-holder is a visitor everywhere else."""
    row = made.discussion(town, public=False)
    made.by_link(client, made.link(row))
    assert client.get(path(row)).status_code == 404


def test_no_log_says_who_voted(client, town, park):
    """The event log cannot be erased: it must not keep that somebody took part."""
    sign_in(client, town.neighbour)
    cast(client, park)
    assert not Event.objects.filter(by=town.neighbour).exists()


def test_a_new_sentence_waits_until_somebody_has_looked(client, town, park):
    """Others do not see it; its host does, lets it in, and then it is voted on."""
    sign_in(client, town.neighbour)
    assert client.post(path(park, "vote/say/"), {"text": " Open the gate  at six. "}).status_code == 302
    row = Statement.objects.get(text="Open the gate at six.")
    assert (row.moderated, row.author, row.number) == (0, town.neighbour, 3)
    assert client.get(path(park, "sentences/")).status_code == 403
    assert client.post(f"/h/{town.hub.slug}/sentences/{row.pk}/", {"answer": "in"}).status_code == 404
    sign_in(client, town.lead)
    assert "Open the gate" in client.get(path(park, "sentences/")).content.decode()
    client.post(f"/h/{town.hub.slug}/sentences/{row.pk}/", {"answer": "in"})
    row.refresh_from_db()
    assert row.moderated == 1
    sign_in(client, town.young)
    assert "4 sentences left" in client.get(path(park)).content.decode()


def test_a_sentence_that_is_there_already_or_empty_is_refused(client, town, park):
    """Twice the same splits the votes."""
    sign_in(client, town.neighbour)
    assert "is there already" in client.post(path(park, "vote/say/"), {"text": "More trees."}).content.decode()
    assert client.post(path(park, "vote/say/"), {"text": "  "}).status_code == 400
    assert client.post(path(park, "vote/say/"), {"text": "a\x00b"}).status_code == 400
    assert Statement.objects.filter(discussion=park).count() == 3


def test_moderating_twice_is_refused_in_words(client, town, park):
    """Two moderators press at once: the second is told."""
    row = made.statements(park, "Twice.", moderated=0)[0]
    sign_in(client, town.lead)
    for _ in range(2):
        answer = client.post(f"/h/{town.hub.slug}/sentences/{row.pk}/", {"answer": "out"}, follow=True)
    assert "Somebody did this already" in answer.content.decode()


def test_votes_of_five_people_start_the_groups_again(town, park):
    """Not every vote: fewer than five new people could be told apart between two results."""
    texts = list(park.statements.all())
    for n in range(5):
        assert not Job.objects.exists()
        who = made.person(town.hub, f"p{n}")
        for statement in texts:
            actions.vote(by=who, discussion=park, statement=statement, value=1)
    assert Job.objects.get().kind == "listen.regroup"


def test_whoever_claims_their_link_keeps_their_votes(town):
    row = made.discussion(town)
    first, second = made.statements(row, "More trees.", "More benches.")
    link = made.link(row)
    actions.vote(by=None, discussion=row, statement=first, value=1, link=link)
    me = links.claim(by=user_of(town.neighbour), link=link)
    assert me == town.neighbour
    voter = Voter.objects.get(discussion=row)
    assert voter.person == me
    actions.vote(by=me, discussion=row, statement=second, value=-1)
    actions.vote(by=me, discussion=row, statement=first, value=0)
    assert sorted(Vote.objects.filter(voter=voter).values_list("statement__number", "value")) == [(0, 0), (1, -1)]
    assert Voter.objects.filter(discussion=row).count() == 1


def test_whoever_voted_as_themselves_before_stays_that_voter(town):
    row = made.discussion(town)
    first = made.statements(row, "More trees.")[0]
    actions.vote(by=town.neighbour, discussion=row, statement=first, value=-1)
    link = made.link(row)
    actions.vote(by=None, discussion=row, statement=first, value=1, link=link)
    links.claim(by=user_of(town.neighbour), link=link)
    assert actions.voter_of(row, town.neighbour, None).votes.get().value == -1
    assert Voter.objects.get(link=link).person is None


def test_a_claim_touches_no_other_links_votes(town):
    row = made.discussion(town)
    first = made.statements(row, "More trees.")[0]
    mine = made.link(row)
    other = Link.objects.create(
        hub=row.hub, scope=mine.scope, key_hash="o" * 64, expires_at=timezone.now() + timedelta(days=1)
    )
    actions.vote(by=None, discussion=row, statement=first, value=1, link=other)
    links.claim(by=user_of(town.neighbour), link=mine)
    assert Voter.objects.get(link=other).person is None
