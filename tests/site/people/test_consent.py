"""The consent ledger: a yes to exact words, taken back as easily, asked before every use."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from tests.factories.people import child_born, make_person
from upwell_site.core.actions import consent
from upwell_site.core.models import Consent
from upwell_site.core.refused import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def words(room):
    return consent.write_text(by=room.admin, hub=room.hub, purpose="quote", text="May we use your words?")


def test_a_yes_is_given_and_taken_back_with_one_press_each(room, as_, words):
    mentor = as_(room.mentor)
    assert not consent.consented(room.mentor, "quote")
    assert "You said yes on" in mentor.post_and_read("person_consents", room.mentor, text=words.pk, answer="yes")
    assert consent.consented(room.mentor, "quote")
    assert "took your yes back" in mentor.post_and_read("person_consents", room.mentor, text=words.pk, answer="no")
    assert not consent.consented(room.mentor, "quote")
    assert list(Consent.objects.order_by("id").values_list("given", flat=True)) == [True, False]


def test_what_was_agreed_at_a_moment_stays_known(room, words):
    given = consent.give(by=room.mentor, person=room.mentor, text=words)
    consent.withdraw(by=room.mentor, person=room.mentor, purpose="quote")
    assert consent.consented(room.mentor, "quote", at=given.at)


def test_nobody_answers_for_somebody_else(room, as_, words):
    for who in (room.admin, room.safe, room.lead):
        assert as_(who).post("person_consents", room.mentor, text=words.pk, answer="yes").status_code == 403
    assert not Consent.objects.exists()


def test_a_yes_to_words_that_changed_meanwhile_is_not_taken(room, as_, words):
    consent.write_text(by=room.admin, hub=room.hub, purpose="quote", text="May we print your words?")
    text = as_(room.mentor).post_and_read("person_consents", room.mentor, text=words.pk, answer="yes")
    assert "These words have changed" in text
    assert not Consent.objects.exists()


def test_new_words_ask_again(room, as_, words):
    consent.give(by=room.mentor, person=room.mentor, text=words)
    consent.write_text(by=room.admin, hub=room.hub, purpose="quote", text="May we print your words?")
    assert "You said yes to older words" in as_(room.mentor).get("person_consents", room.mentor).content.decode()


def test_the_same_yes_twice_is_one_line(room, words):
    for _twice in range(2):
        consent.give(by=room.mentor, person=room.mentor, text=words)
    assert Consent.objects.count() == 1


def test_there_must_be_a_yes_to_take_back(room, words):
    with pytest.raises(Refused, match="no yes to take back"):
        consent.withdraw(by=room.mentor, person=room.mentor, purpose="quote")


def test_under_13_a_guardian_says_yes(room, words):
    child = make_person(room.hub, "Kit Kid", born=child_born(11))
    with pytest.raises(Refused, match="under 13"):
        consent.give(by=child, person=child, text=words)
    consent.give(by=room.safe, person=child, text=words, how=Consent.How.GUARDIAN)
    assert consent.consented(child, "quote")


def test_the_ledger_cannot_be_rewritten(room, words):
    """Append-only, held by the database."""
    row = consent.give(by=room.mentor, person=room.mentor, text=words)
    for change in (lambda: Consent.objects.filter(pk=row.pk).update(given=False), row.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_words_of_another_hub_are_not_agreed_to(room, as_, words):
    theirs = consent.write_text(by=room.stranger, hub=room.there, purpose="quote", text="Theirs")
    as_(room.mentor).post("person_consents", room.mentor, text=theirs.pk, answer="yes")
    assert not Consent.objects.exists()


def test_the_page_asks_as_often_for_many_purposes_as_for_one(room, as_, words):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    mentor, counts = as_(room.mentor), []
    for many in (1, 20):
        for number in range(many):
            consent.write_text(by=room.admin, hub=room.hub, purpose=f"p{many}{number}", text=f"May we {number}?")
        with CaptureQueriesContext(connection) as queries:
            mentor.get("person_consents", room.mentor)
        counts.append(len(queries))
    assert counts[0] == counts[1]
