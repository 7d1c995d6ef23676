"""The outbox: never lost, never twice, never slow for anybody who waits for a page."""

from __future__ import annotations

import time
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.utils import timezone

from tests.factories.machinery import make_hub, make_person
from tests.site.machinery.conftest import use
from upwell_site.core import letters, outbox
from upwell_site.core import sender as office
from upwell_site.core.models import Letter, NoticeChoice

pytestmark = pytest.mark.django_db


def mail_of(envelope: Any) -> Any:
    return message_from_bytes(envelope.original_content, policy=policy.default)


def test_a_letter_arrives_with_its_words_and_its_way_out(hub, post_office, settings):
    settings.PUBLIC_URL = "https://hub.example.org"
    person = make_person(hub, "Ania Żak")
    outbox.post(person, "message", "m1", values={"path": "/h/bell-street/messages/1/"})

    assert outbox.send_one() is True

    row, mail = Letter.objects.get(), mail_of(post_office.letters[0])
    assert (row.state, row.values, row.said) == ("sent", {}, "")
    assert row.sent_at is not None
    assert mail["To"] == person.user.email
    assert mail["Message-ID"] == row.message_id
    assert mail["Subject"] == "Bell Street Hub: you have a message"
    body = mail.get_content()
    assert "Hello Ania Żak," in body
    assert "https://hub.example.org/h/bell-street/messages/1/" in body
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].startswith("<https://hub.example.org/u/")
    assert mail["List-Unsubscribe"].strip("<>") in body


def test_a_code_goes_out_once_and_is_kept_nowhere(post_office):
    outbox.post("ania@example.org", "sign_in_code", "code:1", values={"code": "KLMN-7788"})

    outbox.send_one()

    mail = mail_of(post_office.letters[0])
    assert "KLMN-7788" in mail.get_content()
    assert mail["List-Unsubscribe"] is None
    assert Letter.objects.get().values == {}


def test_each_change_is_told_once(hub):
    person = make_person(hub)

    assert outbox.post(person, "message", "m1") is not None
    assert outbox.post(person, "message", "m1") is None
    assert outbox.post(person, "message", "m2") is not None


def test_without_a_mail_server_letters_wait(hub):
    outbox.post(make_person(hub), "message", "m1")

    assert outbox.send_one() is None
    assert Letter.objects.get().state == "waiting"
    assert Letter.objects.get().tries == 0


def test_codes_go_before_everything_else(hub, post_office):
    outbox.post(make_person(hub), "message", "m1", after=timezone.now() - timedelta(hours=1))
    outbox.post("ania@example.org", "sign_in_code", "c1", values={"code": "1"})

    outbox.send_one()

    assert Letter.objects.get(state="sent").kind == "sign_in_code"


def test_a_code_that_came_too_late_is_not_sent(post_office):
    letter = outbox.post("ania@example.org", "sign_in_code", "c1", values={"code": "1"})
    Letter.objects.filter(pk=letter.pk).update(created_at=timezone.now() - timedelta(minutes=16))

    outbox.send_one()

    letter.refresh_from_db()
    assert (letter.state, letter.values, post_office.letters) == ("stopped", {}, [])


@pytest.mark.slow
@pytest.mark.parametrize("server", ["drip", "black_hole"])
def test_a_slow_server_is_left_at_the_deadline(server, request, settings, monkeypatch, hub):
    """A limit on each read does not hold against a server that drips: this is a limit on the whole."""
    use(settings, request.getfixturevalue(server))
    monkeypatch.setattr(office.send, "__kwdefaults__", {"deadline": 0.6})
    outbox.post(make_person(hub), "message", "m1")
    began = time.monotonic()

    assert outbox.send_one() is False

    assert time.monotonic() - began < 1.5
    row = Letter.objects.get()
    assert (row.state, row.tries, row.said) == ("waiting", 1, "The mail server was too slow.")
    assert row.after > timezone.now() + timedelta(seconds=50)


@pytest.mark.slow
def test_a_server_that_takes_a_letter_and_never_says_so_gets_it_twice_and_no_more(
    forgetful, settings, monkeypatch, hub
):
    """Eight tries would be eight copies in somebody's post."""
    port, taken = forgetful
    use(settings, port)
    monkeypatch.setattr(office.send, "__kwdefaults__", {"deadline": 0.6})
    outbox.post(make_person(hub), "message", "m1")
    for _ in range(5):
        Letter.objects.update(after=timezone.now())
        outbox.send_one()
    row = Letter.objects.get()
    assert (row.state, row.unsure, len(taken)) == ("failed", True, 2)
    assert "may have arrived" in row.said


def test_a_port_where_nobody_is_costs_no_letter(settings, closed_port, hub):
    use(settings, closed_port)
    outbox.post(make_person(hub), "message", "m1")

    assert outbox.send_due() == 0

    row = Letter.objects.get()
    assert (row.state, row.said) == ("waiting", "The mail server is not there.")


def test_a_letter_is_given_up_in_the_end(settings, closed_port, hub):
    use(settings, closed_port)
    outbox.post(make_person(hub), "message", "m1", values={"path": "/x/"})
    for _ in range(len(outbox.PAUSES) + 1):
        Letter.objects.update(after=timezone.now())
        outbox.send_one()

    row = Letter.objects.get()
    assert (row.state, row.tries) == ("failed", 8)
    assert row.values == {"path": "/x/"}, "it can still be printed or sent again"


def test_an_address_the_server_does_not_know_fails_at_once(post_office, hub):
    post_office.rcpt_answer = "550 no such user ania.secret@example.org"
    outbox.post(make_person(hub), "message", "m1")

    outbox.send_one()

    row = Letter.objects.get()
    assert (row.state, row.said) == ("failed", "The mail server does not know this address.")


def test_a_server_that_says_later_gets_it_later_and_others_go_on(post_office, hub):
    post_office.answer = "451 greylisted"
    outbox.post(make_person(hub), "message", "m1")

    assert outbox.send_one() is True

    assert Letter.objects.get().state == "waiting"


def test_nothing_typed_becomes_a_head_of_the_letter(post_office, hub):
    hub.name = "Bell\r\nBcc: all@example.org\r\n\r\nStreet"
    hub.save()
    outbox.post(make_person(hub), "message", "m1")

    outbox.send_one()

    mail = mail_of(post_office.letters[0])
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Bell Bcc: all@example.org Street: you have a message"
    assert post_office.letters[0].rcpt_tos == [Letter.objects.get().to.user.email]


@pytest.mark.parametrize("address", ["a@b\r\nRCPT TO:<c@d>", "not an address", ""])
def test_an_address_that_is_none_fails_with_a_sentence(address, post_office):
    Letter.objects.create(address=address, kind="test", event="e", message_id="<1@upwell>")

    outbox.send_one()

    assert Letter.objects.get().state == "failed"
    assert Letter.objects.get().said
    assert post_office.letters == []


def test_somebody_who_left_gets_nothing(post_office, hub):
    person = make_person(hub)
    outbox.post(person, "message", "m1")
    person.emptied_at = timezone.now()
    person.save()

    outbox.send_one()

    assert Letter.objects.get().state == "failed"
    assert post_office.letters == []


def test_a_kind_that_is_not_wanted_is_neither_put_in_nor_sent(post_office, hub):
    person = make_person(hub)
    outbox.post(person, "message", "m1")
    NoticeChoice.objects.create(hub=hub, person=person, kind="message", wanted=False)

    assert outbox.post(person, "message", "m2") is None
    assert outbox.post(person, "invitation", "i1") is not None, "nobody can switch this off"
    outbox.send_due()

    assert Letter.objects.get(event="m1").state == "stopped"
    assert [mail_of(e)["Subject"] for e in post_office.letters] == ["You are invited to Bell Street Hub"]


def test_a_kind_without_a_text_fails_with_a_sentence(post_office, hub):
    outbox.post(make_person(hub), "nothing_like_it", "e")

    outbox.send_one()

    assert Letter.objects.get().said == "There is no text for this kind of letter."


def test_the_letter_of_a_killed_sender_is_sent_again(post_office, hub):
    letter = outbox.post(make_person(hub), "message", "m1")
    taken = outbox.claim()
    assert outbox.send_one() is None, "another sender keeps its hands off"
    Letter.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert outbox.send_one() is True

    letter.refresh_from_db()
    assert (letter.state, letter.tries) == ("sent", 2)
    outbox._settle(taken, "failed", "the first sender wakes up late")
    letter.refresh_from_db()
    assert letter.state == "sent"


def test_many_are_told_once_each_and_wait_for_stop(hub):
    people = [make_person(hub, user=False) for _ in range(3)]
    outbox.post(people[0], "message", "news")
    NoticeChoice.objects.create(hub=hub, person=people[1], kind="message", wanted=False)

    assert outbox.post_many(people, "message", "news") == 1
    assert outbox.post_many(people, "message", "news") == 0

    row = Letter.objects.get(to=people[2])
    assert row.batch
    assert row.after > timezone.now() + timedelta(minutes=9)
    assert outbox.stop(Letter.objects.filter(batch=row.batch)) == 1


def test_many_of_two_hubs_are_refused(hub):
    with pytest.raises(ValueError, match="one hub"):
        outbox.post_many([make_person(hub), make_person(make_hub())], "message", "news")


@pytest.mark.parametrize("kind", sorted(letters.KINDS))
def test_every_kind_has_a_text(kind, hub):
    letter = outbox.post(make_person(hub), kind, "e", values={"code": "1", "path": "/there/"})

    text = letters.write(letter)

    assert text.subject
    assert len(text.body) > 40
    assert "{" not in text.subject + text.body


def test_a_letter_is_in_the_persons_language(hub, monkeypatch):
    seen = []
    monkeypatch.setattr(letters, "_render", lambda kind, values: (seen.append(letters.translation.get_language()), ""))
    letters.preview(outbox.post(make_person(hub, languages=["fr", "cy"]), "message", "e"))
    letters.preview(outbox.post(make_person(hub, languages=["fr"]), "message", "e"))

    assert seen == ["cy", "en-gb"]


def test_a_letter_about_a_message_has_none_of_it(hub):
    letter = outbox.post(make_person(hub), "message", "e", values={"text": "CANARY", "path": "/x/"})

    assert "CANARY" not in letters.write(letter).body
