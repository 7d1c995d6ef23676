"""Say it in your own words: without an account, to one organiser, and never shown by itself."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.factories.signin import sign_in, user_of
from upwell_site.core.models import Event, Membership
from upwell_site.core.refused import Refused
from upwell_site.listen.actions import own_words, talks
from upwell_site.listen.models import Conversation, Note

PAGE = "/h/spring-lane/say/"


@pytest.fixture(autouse=True)
def _empty_cache(db):
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def reader(town):
    user_of(town.organiser)
    return town.organiser


def send(client, **more):
    return client.post(PAGE, {"words": "The lift is broken again.", "share": "no", **more})


def test_a_visitor_finds_the_page_writes_and_is_thanked(client, town, reader):
    assert PAGE in client.get("/h/spring-lane/").content.decode()
    page = client.get(PAGE).content.decode()
    assert own_words.words_shown(town.hub) in page
    answer = client.post(PAGE, {"words": "The lift is broken again.", "share": "anonymous"}, follow=True)
    assert "Thank you" in answer.content.decode()
    note = Note.objects.select_related("conversation").get()
    assert (note.text, note.share, note.shared_at) == ("The lift is broken again.", "anonymous", None)
    assert (note.conversation.how, note.conversation.organiser, note.conversation.person) == ("words", reader, None)
    assert Event.objects.get(did="say").numbers == {"agreed": own_words.AGREED}
    assert "The lift is broken" not in answer.content.decode()  # shown once a person has looked


def test_the_organiser_reads_it_and_decides_whether_it_is_shown(client, town, reader):
    send(client, share="anonymous", name="Mo", contact="0113 496 0001")
    talk = Conversation.objects.get()
    assert "Mo, 0113 496 0001" in talk.next_step
    browser = Client()
    sign_in(browser, reader)
    page = browser.get(f"/h/spring-lane/talks/{talk.pk}/").content.decode()
    assert "The lift is broken again." in page
    assert "yes, without my name" in page
    talks.share_note(by=reader, note=Note.objects.get(), share="anonymous")
    assert Note.objects.get().shared_at is not None
    other = Client()
    sign_in(other, town.lead)
    assert other.get(f"/h/spring-lane/talks/{talk.pk}/").status_code == 404


def test_sent_twice_is_kept_once(client, reader):
    for _ in range(2):
        assert send(client, once="s" * 20).status_code == 302
    assert Note.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"words": " "}, "Write something first"),
        ({"words": "x" * 1001}, "1000"),
        ({"words": "a\x00b"}, "broken character|Null characters"),
        ({"share": "ask"}, "Leave a way to reach you"),
        ({"share": "named"}, "not one of the available choices"),
    ],
)
def test_what_is_not_taken(client, reader, given, said):
    answer = send(client, **given)
    assert answer.status_code == 400
    assert any(part in answer.content.decode() for part in said.split("|"))
    assert not Conversation.objects.exists()


def test_without_an_organiser_who_signs_in_it_is_not_offered(client, town):
    Membership.objects.filter(role="organiser").update(until=timezone.localdate())
    assert PAGE not in client.get("/h/spring-lane/").content.decode()
    assert "Nobody reads here yet" in client.get(PAGE).content.decode()
    assert send(client).status_code == 400
    with pytest.raises(Refused):
        own_words.say(hub=town.hub, words="Hello", share="no")


def test_an_organiser_of_the_whole_hub_comes_first(town, reader):
    assert own_words.receiver(town.hub) == reader
    user_of(town.admin)
    Membership.objects.create(hub=town.hub, person=town.admin, role="organiser", first=True, granted_at=timezone.now())
    assert own_words.receiver(town.hub) == town.admin


def test_one_place_on_the_net_is_slowed_down_and_others_are_not(client, reader):
    for _ in range(5):
        assert send(client).status_code == 302
    answer = send(client)
    assert answer.status_code == 400
    assert "try again in an hour" in answer.content.decode()
    assert send(Client(REMOTE_ADDR="192.0.2.9")).status_code == 302
    assert Note.objects.count() == 6


def test_an_address_that_a_sender_made_up_does_not_count(client, reader):
    for n in range(6):
        answer = client.post(PAGE, {"words": "Hi", "share": "no"}, headers={"x-forwarded-for": f"192.0.2.{n}"})
    assert answer.status_code == 400
