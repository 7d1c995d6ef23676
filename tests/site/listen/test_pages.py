"""Discussions as people read them: what the page says, to whom, and how often it asks the database."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import listen as made
from tests.factories.signin import sign_in
from upwell_site.core import jobs
from upwell_site.core.models import Job
from upwell_site.listen.models import Discussion, Grouping, Statement


def page(client, row, name=""):
    return client.get(f"/h/{row.hub.slug}/discussions/{row.pk}/{name}")


def words(answer):
    """The page's text, tags and drawings taken out."""
    text = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", answer.content.decode(), flags=re.S)
    return " ".join(text.split())


def test_the_heading_says_the_answer(client, yards):
    """A visitor reads what came of it, with picture, sentence and table."""
    answer = page(client, yards)
    text = words(answer)
    assert answer.status_code == 200
    assert "Two ways to see our yards, and a lot in common" in text
    assert "25 people voted on 9 sentences." in text
    for part in ("Where people stand", "What unites us", "What divides us", "Who took part", "Same as a table"):
        assert part in text
    assert 'class="hull"' in answer.content.decode() or 'class="mark"' in answer.content.decode()


def test_it_shows_the_groups_and_which_is_mine(client, town, yards):
    """Somebody who voted sees their own place; a visitor and other people do not."""
    from upwell_site.listen.actions.votes import vote

    for statement in Statement.objects.filter(discussion=yards):
        vote(by=town.neighbour, discussion=yards, statement=statement, value=1)
    jobs.start("listen.regroup", hub=town.hub, about=yards)
    made.work()
    assert "c-you" not in page(client, yards).content.decode()
    sign_in(client, town.lead)
    assert "c-you" not in page(client, yards).content.decode()
    sign_in(client, town.neighbour)
    answer = page(client, yards)
    assert "c-you" in answer.content.decode()
    assert re.search(r"You are near group [AB]\.", words(answer))


def test_a_small_group_is_nowhere_on_any_page(client, town):
    """Three people who stand apart: not named, not drawn, not counted, not in a difference, for host and visitor."""
    row = made.discussion(town)
    made.two_camps(row, 12, 8, 3)
    row.k = 3
    row.save()
    jobs.start("listen.regroup", hub=town.hub, about=row)
    made.work()
    assert Grouping.objects.get(discussion=row).k == 2
    for who in (None, town.organiser, town.admin):
        if who:
            sign_in(client, who)
        for name in ("", "table/"):
            text = words(page(client, row, name))
            assert not re.search(r"\b[0-4] (people|person)\b", text), text
            assert "23" not in text.replace("2023", "")
            assert "Group C" not in text
        assert "More than 20 people voted" in words(page(client, row))
        assert "More than 20 people voted" in words(client.get(f"/h/{town.hub.slug}/discussions/"))


@pytest.mark.parametrize("name", ["", "table/"])
def test_counts_under_five_say_that_they_are_not_shown(client, town, name):
    """A cell that four people saw is empty and says why."""
    row = made.discussion(town)
    made.two_camps(row)
    extra = made.statements(row, "Only few have seen this one.")[0]
    from upwell_site.listen.models import Vote, Voter

    for voter in Voter.objects.filter(discussion=row)[:3]:
        Vote.objects.create(hub=town.hub, discussion=row, statement=extra, voter=voter, value=1)
    jobs.start("listen.regroup", hub=town.hub, about=row)
    made.work()
    if name:
        text = words(page(client, row, name))
        assert "Fewer than 5 people: not shown" in text.partition("Only few have seen this one.")[2][:80]
    else:
        assert "Only few have seen" not in words(page(client, row))


def test_what_is_not_public_or_being_prepared_is_not_found_by_visitors(client, town):
    """Denied is the same as never existed; the list leaves it out."""
    row = made.discussion(town, public=False, state="draft", title="secret plans")
    assert page(client, row).status_code == 404
    assert b"ecret plans" not in client.get(f"/h/{town.hub.slug}/discussions/").content
    sign_in(client, town.neighbour)
    assert page(client, row).status_code == 404
    sign_in(client, town.organiser)
    assert page(client, row).status_code == 200
    assert b"Secret plans" in client.get(f"/h/{town.hub.slug}/discussions/").content


def test_a_discussion_of_another_hub_is_not_found(client, town, yards):
    """Also under one's own hub's address, and also for its admin."""
    other = made.town("elsewhere")
    sign_in(client, other.admin)
    assert client.get(f"/h/{other.hub.slug}/discussions/{yards.pk}/").status_code == 404


def test_a_sentence_kept_out_later_leaves_the_page(client, town, yards):
    """What moderators take out is gone at once, not after the next run."""
    text = "Sentence number 0 of the yard."
    assert text in words(page(client, yards))
    Statement.objects.filter(discussion=yards, text=text).update(moderated=-1)
    sign_in(client, town.organiser)
    assert text not in words(page(client, yards))
    assert text not in words(page(client, yards, "table/"))


def test_empty_pages_say_what_comes_next(client, town):
    """Nothing to vote on, no votes, groups not worked out, too few people."""
    sign_in(client, town.organiser)
    draft = made.discussion(town, state="draft")
    assert "Nobody has voted yet" in words(page(client, draft))
    few = made.discussion(town)
    made.two_camps(few, 3, 0)
    assert "not worked out yet" in words(page(client, few))
    jobs.start("listen.regroup", hub=town.hub, about=few)
    assert "begins by itself" in words(page(client, few))
    made.work()
    text = words(page(client, few))
    assert "Too few answers to see groups" in text
    assert "3 people" not in text
    empty = made.town("empty")
    assert "No discussions yet" in words(client.get(f"/h/{empty.hub.slug}/discussions/"))


def test_the_page_tells_how_far_the_work_is(client, town, yards):
    """While it runs a script asks for that part alone; once it is done the whole page comes again."""
    job = jobs.start("listen.regroup", hub=town.hub, about=yards, by=town.organiser)
    Job.objects.filter(pk=job.pk).update(state="running", done=0.4, tries=1)
    part = client.get(f"/h/{town.hub.slug}/discussions/{yards.pk}/", headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    assert "40 of 100 done" in words(part)
    Job.objects.filter(pk=job.pk).update(state="done")
    done = client.get(f"/h/{town.hub.slug}/discussions/{yards.pk}/", headers={"HX-Request": "true"})
    assert done.headers["HX-Refresh"] == "true"


def test_only_hosts_hear_why_it_failed(client, town, yards):
    """The sentence of a failed job is for those who can do something about it."""
    job = jobs.start("listen.regroup", hub=town.hub, about=yards)
    Job.objects.filter(pk=job.pk).update(state="failed", said="It went wrong here.")
    assert "It went wrong here." not in words(page(client, yards))
    sign_in(client, town.organiser)
    assert "It went wrong here." in words(page(client, yards))


def queries(client, path):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_no_page_asks_more_when_there_is_more(client, town, yards):
    """The number of questions to the database does not grow with discussions, statements or people."""
    sign_in(client, town.organiser)
    base = f"/h/{town.hub.slug}/discussions/"
    paths = [base, f"{base}{yards.pk}/", f"{base}{yards.pk}/table/", f"{base}{yards.pk}/sentences/?show=in"]
    before = [queries(client, path) for path in paths]
    for n in range(5):
        made.two_camps(made.discussion(town, title=f"more {n}"), 6, 6)
    made.two_camps(yards, 30, 25)
    for row in Discussion.objects.filter(hub=town.hub):
        jobs.start("listen.regroup", hub=town.hub, about=row)
    made.work()
    after = [queries(client, path) for path in paths]
    assert after == before
    assert max(after) <= 22, after


def test_the_list_and_the_table_have_pages_of_fifty(client, town):
    """Long lists go on with "More"."""
    for n in range(51):
        made.discussion(town, title=f"Talk {n}")
    first = client.get(f"/h/{town.hub.slug}/discussions/")
    assert b"Talk 50<" in first.content
    assert b"Talk 0<" not in first.content
    more = re.search(rb'href="[^"?]+(\?after=\d+)" rel="next"', first.content)[1].decode()
    assert b"Talk 0<" in client.get(f"/h/{town.hub.slug}/discussions/{more}").content
    assert client.get(f"/h/{town.hub.slug}/discussions/?after=nonsense").status_code == 200
    row = made.discussion(town)
    made.vote_matrix(row, [[1] * 60] * 6 + [[-1] * 60] * 6)
    jobs.start("listen.regroup", hub=town.hub, about=row)
    made.work()
    assert "Sentence 49." in words(page(client, row, "table/"))
    assert "Sentence 50." not in words(page(client, row, "table/"))
    assert "Sentence 59." in words(page(client, row, "table/?after=50"))


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("our yards", "Two ways to see our yards, and a lot in common"),
        ("What would help?", "Two ways to see it, and a lot in common"),
        ("a" * 80, "Two ways to see it, and a lot in common"),
    ],
)
def test_a_title_that_is_a_question_or_long_makes_no_odd_heading(client, yards, title, said):
    """The heading is a sentence of ours with somebody's words in it."""
    yards.title = title
    yards.save()
    assert f"<h1>{said}</h1>" in page(client, yards).content.decode()
