"""Talks: recorded with consent, read by two people only, shared after asking."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import listen as made
from tests.factories.signin import sign_in
from upwell_site.core.actions import consent
from upwell_site.core.models import Consent, Person, Tie
from upwell_site.core.refused import Refused
from upwell_site.listen.actions import talks as actions
from upwell_site.listen.models import Conversation


@pytest.fixture
def talk(town):
    """The organiser listened to the neighbour, who said "ask me first"."""
    return actions.record_talk(
        by=town.organiser, hub=town.hub, person=town.neighbour, said_yes=True, words="A room to sew in.", share="ask",
        programme=town.programme, place=town.place, next_step="Ring back", next_on=timezone.localdate(),
    )  # fmt: skip


def base(town):
    return f"/h/{town.hub.slug}/talks/"


def form(**more):
    return {"who": "nobody", "share": "no", "how": "door", "on": timezone.localdate().isoformat(), **more}


def test_a_talk_with_nobody_in_particular_keeps_words_without_a_name(client, town):
    """The least: what was said, and where."""
    sign_in(client, town.organiser)
    answer = client.post(f"{base(town)}add/", form(words="The bins.", place=town.place.pk, said_yes="on"))
    row = Conversation.objects.get()
    assert answer.url == f"{base(town)}{row.pk}/"
    assert (row.person, row.organiser, row.notes.get().text) == (None, town.organiser, "The bins.")
    assert not Consent.objects.exists()
    assert not Tie.objects.exists()


def test_a_named_talk_writes_consent_and_tie(client, town):
    """The yes goes into the ledger with the exact words; the two have met."""
    sign_in(client, town.organiser)
    given = form(
        who="new", new_name="Danuta K.", adult="on", said_yes="on", words="I would teach sewing.", next_step="Ring"
    )
    assert client.post(f"{base(town)}add/", given).status_code == 302
    danuta = Person.objects.get(name="Danuta K.")
    assert danuta.adult_on is None, "what is said at the door unlocks nothing"
    assert consent.consented(danuta, "listening")
    assert Consent.objects.get(person=danuta).how == "spoken"
    assert Tie.objects.get().kind == "met"
    assert "Danuta K." in client.get(base(town)).content.decode()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"who": "new", "new_name": "Danuta", "adult": "on", "words": "x"}, "Ask first"),
        ({"who": "new", "adult": "on", "said_yes": "on"}, "Write the name they gave you"),
        ({"who": "new", "new_name": "Danuta", "said_yes": "on"}, "18 or over"),
        ({"who": "known", "adult": "on"}, "Choose who it was"),
        ({"words": "x", "share": "named"}, "There is no name in this talk"),
        ({"on": "2999-01-01"}, "has not happened yet"),
        ({"next_on": "2999-01-01"}, "Say what you will do"),
    ],
)
def test_what_may_not_be_kept_is_refused_beside_its_field(client, town, given, said):
    """Nothing is kept, and the page says what to do."""
    sign_in(client, town.organiser)
    answer = client.post(f"{base(town)}add/", form(**given))
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Conversation.objects.exists()
    assert not Person.objects.filter(name="Danuta").exists()


def test_no_words_are_kept_beside_the_name_of_somebody_young(town):
    """Also when they are known here and somebody ticked that they are not."""
    with pytest.raises(Refused, match="under 18"):
        actions.record_talk(by=town.organiser, hub=town.hub, person=town.young, said_yes=True, words="x")
    assert not Conversation.objects.exists()


def test_no_note_is_added_after_the_yes_was_taken_back(town, talk):
    """Every use asks the ledger."""
    actions.add_note(by=town.organiser, conversation=talk, words="More.")
    consent.withdraw(by=town.neighbour, person=town.neighbour, purpose="listening")
    with pytest.raises(Refused, match="Ask them again"):
        actions.add_note(by=town.organiser, conversation=talk, words="Still more.")
    assert talk.notes.count() == 2


def test_only_the_two_read_a_talk(client, town, talk):
    """Not the lead, not the admin, not a visitor; the one listened to sees it without the organiser's tools."""
    path = f"{base(town)}{talk.pk}/"
    for who in (town.lead, town.admin, town.young):
        sign_in(client, who)
        assert client.get(path).status_code == 404
        assert client.post(f"{path}words/", {"words": "x", "share": "no"}).status_code == 404
    client.logout()
    assert client.get(path).status_code == 404
    sign_in(client, town.neighbour)
    text = client.get(path).content.decode()
    assert "A room to sew in." in text
    assert "Add to it" not in text
    assert town.organiser.name not in text.replace("organiser-", ""), "who is not listed is not named"
    assert client.post(f"{path}next/", {"do": "done"}).status_code == 403
    sign_in(client, town.organiser)
    text = client.get(path).content.decode()
    assert "You listened to Neighbour" in text
    assert "A room to sew in." in text


def test_words_are_shared_after_asking(client, town, talk):
    """A lead of the programme reads them then, without the name."""
    note = talk.notes.get()
    assert note.shared_at is None
    sign_in(client, town.lead)
    assert "A room to sew in." not in client.get(base(town)).content.decode()
    assert client.post(f"/h/{town.hub.slug}/words/{note.pk}/share/", {"share": "anonymous"}).status_code == 404
    sign_in(client, town.organiser)
    client.post(f"/h/{town.hub.slug}/words/{note.pk}/share/", {"share": "anonymous"})
    note.refresh_from_db()
    assert note.shared_at is not None
    sign_in(client, town.lead)
    text = client.get(base(town)).content.decode()
    assert "A room to sew in." in text
    assert "Neighbour" not in text
    sign_in(client, town.organiser)
    client.post(f"/h/{town.hub.slug}/words/{note.pk}/share/", {"share": "no"})
    note.refresh_from_db()
    assert (note.share, note.shared_at) == ("no", None)
    answer = client.post(f"/h/{town.hub.slug}/words/{note.pk}/share/", {"share": "ask"}, follow=True)
    assert "Write down what they answered" in answer.content.decode()


def test_the_next_step_is_done_once_or_moved(client, town, talk):
    """Twice in a row is told."""
    sign_in(client, town.organiser)
    path = f"{base(town)}{talk.pk}/next/"
    later = timezone.localdate() + timedelta(days=3)
    client.post(path, {"do": "move", "to": later.isoformat()})
    talk.refresh_from_db()
    assert talk.next_on == later
    for wrong in ("", "tomorrow", "1999-01-01"):
        assert "Choose" in client.post(path, {"do": "move", "to": wrong}, follow=True).content.decode()
    client.post(path, {"do": "done"})
    talk.refresh_from_db()
    assert talk.done_at is not None
    assert "This was done already" in client.post(path, {"do": "done"}, follow=True).content.decode()


def test_only_organisers_record(client, town):
    """A lead lists what was shared, and records nothing."""
    sign_in(client, town.lead)
    assert client.get(base(town)).status_code == 200
    assert client.get(f"{base(town)}add/").status_code == 404
    sign_in(client, town.neighbour)
    assert client.get(base(town)).status_code == 404


def test_a_note_needs_words(client, town, talk):
    """An empty form gives the talk's page again."""
    sign_in(client, town.organiser)
    answer = client.post(f"{base(town)}{talk.pk}/words/")
    assert answer.status_code == 400
    assert "A room to sew in." in answer.content.decode()


def test_the_list_asks_the_same_number_of_times(client, town, talk, django_assert_max_num_queries):
    """However many talks there are."""
    sign_in(client, town.organiser)
    for n in range(30):
        who = made.person(town.hub, f"p{n}")
        actions.record_talk(
            by=town.organiser, hub=town.hub, person=who, said_yes=True, words=f"w{n}", share="anonymous"
        )
    with django_assert_max_num_queries(16):
        assert client.get(base(town)).status_code == 200
