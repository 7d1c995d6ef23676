"""Concerns as rows: chained, append-only, looked at only with a trace; checks hold nothing but what they must."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import Error, IntegrityError, connection, models, transaction
from django.utils import timezone

from tests.site.sealed.conftest import WORDS
from upwell_site.core.models import Event, Letter, Standing
from upwell_site.core.refused import Refused
from upwell_site.sealed import actions, ask
from upwell_site.sealed.fields import SealedText
from upwell_site.sealed.models import Check, Concern, ConcernEntry, LeftOut, Look

pytestmark = pytest.mark.django_db


def fresh(concern: Concern) -> Concern:
    return Concern.objects.get(pk=concern.pk)


def told(desk, concern: Concern) -> ask.Told:
    return ask.read(by=desk.room.safe, concern=fresh(concern))


# ---- reading ----


def test_a_concern_is_read_as_it_was_written_and_the_reader_is_written_down(desk):
    concern = desk.raised(about="Chidi", sender="Mo", reach="0113 496 0001")
    found = told(desk, concern)
    assert (found.words, found.about, found.sender, found.reach) == (WORDS, "Chidi", "Mo", "0113 496 0001")
    assert found.whole and found.added == []
    assert list(Look.objects.values_list("by", "what", "row")) == [(desk.room.safe.pk, "concern", concern.pk)]


@pytest.mark.parametrize("who", ["admin", "lead", "organiser", "mentor", "child"])
def test_nobody_else_reads_it_whatever_a_page_forgets(desk, who):
    concern = desk.raised()
    with pytest.raises(Refused):
        ask.read(by=getattr(desk.room, who), concern=concern)
    assert not Look.objects.exists()


def test_a_safeguarding_lead_of_another_hub_neither_reads_it_nor_hears_of_it(desk):
    """Misrouting: the worst that a shared site can do."""
    concern = desk.raised()
    with pytest.raises(Refused):
        ask.read(by=desk.safe_there, concern=concern)
    assert set(Letter.objects.values_list("to", flat=True)) == {desk.room.safe.pk, desk.deputy.pk}
    assert set(Letter.objects.values_list("hub", flat=True)) == {desk.room.hub.pk}


def test_when_the_look_cannot_be_written_nothing_is_read(desk, monkeypatch):
    concern = desk.raised()

    def fails(*_, **__):
        raise Error("no")

    monkeypatch.setattr(models.QuerySet, "bulk_create", fails)
    with pytest.raises(Error):
        ask.read(by=desk.room.safe, concern=concern)


def test_a_look_that_was_not_written_opens_nothing(desk):
    concern = desk.raised()
    look = Look(hub=desk.room.hub, by=desk.room.safe, what="concern", row=concern.pk)
    with pytest.raises(RuntimeError):
        ask._open({concern.pk: look}, concern, concern.row_key(), "words")
    with pytest.raises(KeyError):
        ask._open({}, concern, concern.row_key(), "words")


def test_reading_asks_as_much_for_a_long_history_as_for_a_short_one(desk, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    concern = desk.raised()
    asked = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as captured:
            told(desk, concern)
        asked.append(len(captured))
        for n in range(6):
            actions.add_to_concern(by=desk.deputy, concern=fresh(concern), words=f"Rang {n}")
    assert asked[0] == asked[1]


# ---- who is told ----


def test_a_concern_about_the_lead_goes_to_the_deputy_alone(desk):
    concern = desk.raised(left_out=[desk.room.safe])
    assert concern.about_lead and concern.to_deputy
    assert list(Letter.objects.values_list("to", flat=True)) == [desk.deputy.pk]
    with pytest.raises(Refused):
        ask.read(by=desk.room.safe, concern=concern)
    assert ask.read(by=desk.deputy, concern=concern).words == WORDS


def test_when_nobody_is_named_every_lead_is_left_out(desk):
    concern = desk.raised(about_lead=True)
    assert list(LeftOut.objects.values_list("person", flat=True)) == [desk.room.safe.pk] and concern.to_deputy


def test_another_lead_who_is_not_named_reads_it(desk):
    from tests.factories.people import give_role, make_person

    other = make_person(desk.room.hub, "Sam Second")
    give_role(other, "safeguarding")
    concern = desk.raised(left_out=[desk.room.safe])
    assert not concern.to_deputy
    assert ask.read(by=other, concern=concern).words == WORDS


def test_a_concern_that_nobody_could_read_is_not_taken(desk):
    """Words that lie where nobody finds them are worse than a clear no with numbers to ring."""
    with pytest.raises(Refused, match="Nobody here could read it"):
        desk.raised(left_out=[desk.room.safe, desk.deputy])
    with pytest.raises(Refused):
        actions.raise_concern(by=None, hub=make_empty_hub(), words="x", key="k")
    assert not Concern.objects.exists()


def make_empty_hub():
    from tests.factories.people import make_hub

    return make_hub("empty")


def test_neither_the_letter_nor_the_log_says_what_it_is(desk):
    concern = desk.raised()
    for letter in Letter.objects.all():
        row = " ".join(str(v) for v in letter.__dict__.values())
        assert str(concern.pk) not in row and concern.pk.hex not in row and "concern" not in row
        assert letter.batch == "" and letter.after <= timezone.now()
    actions.acknowledge_concern(by=desk.deputy, concern=concern)
    told(desk, concern)
    assert not Event.objects.exists()


def test_the_letter_in_words(desk):
    from upwell_site.core import letters

    desk.raised()
    text = letters.write(Letter.objects.get(to=desk.room.safe))
    assert text.subject == "Something waits for you"
    assert "Something waits for you. Sign in to read it:" in text.body
    for word in ("uncle", "concern", "safety", "Here"):
        assert word not in text.body.replace("/h/here/", "")


# ---- what is added ----


def test_a_concern_from_first_word_to_last(desk):
    concern = desk.raised()
    with pytest.raises(Refused, match="read it first"):
        actions.close_concern(by=desk.room.safe, concern=concern, words="x")
    actions.acknowledge_concern(by=desk.room.safe, concern=concern)
    with pytest.raises(Refused, match="seen it already"):
        actions.acknowledge_concern(by=desk.deputy, concern=concern)
    actions.add_to_concern(by=desk.deputy, concern=concern, words="Rang the school.")
    assert fresh(concern).state == "acting"
    actions.close_concern(by=desk.room.safe, concern=concern, words="The council took it on.")
    with pytest.raises(Refused, match="closed"):
        actions.add_to_concern(by=desk.deputy, concern=concern, words="x")
    actions.add_words(key="k" * 43, hub=desk.room.hub, words="It happened again.")
    after = fresh(concern)
    assert (after.state, after.acknowledged_at, after.closed_at) == ("new", None, None)
    found = told(desk, concern)
    assert [a.words for a in found.added] == [
        "",
        "Rang the school.",
        "The council took it on.",
        "It happened again.",
    ]
    assert [a.by for a in found.added] == ["Safiya Safe", "Dora Deputy", "Safiya Safe", ""]
    assert found.whole and Letter.objects.count() == 4


def test_whoever_it_is_about_adds_nothing(desk):
    concern = desk.raised(left_out=[desk.room.safe])
    for do in (
        lambda: actions.acknowledge_concern(by=desk.room.safe, concern=concern),
        lambda: actions.add_to_concern(by=desk.room.safe, concern=concern, words="Nothing to see."),
        lambda: actions.close_concern(by=desk.room.safe, concern=concern, words="x"),
    ):
        with pytest.raises(Refused):
            do()
    assert not ConcernEntry.objects.exists()


@pytest.mark.parametrize("model", [ConcernEntry, Look])
@pytest.mark.parametrize("how", ["update", "delete"])
def test_entries_and_looks_are_append_only_in_the_database_itself(desk, model, how):
    concern = desk.raised()
    actions.acknowledge_concern(by=desk.room.safe, concern=concern)
    told(desk, concern)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows = model.objects.all()
        rows.update(at=timezone.now()) if how == "update" else rows._raw_delete("default")


# ---- the chain ----


def history(desk) -> Concern:
    concern = desk.raised(about="Chidi", left_out=[desk.deputy])
    actions.acknowledge_concern(by=desk.room.safe, concern=concern)
    actions.add_to_concern(by=desk.room.safe, concern=concern, words="Rang the school.")
    actions.add_to_concern(by=desk.room.safe, concern=concern, words="Rang the council.")
    assert not ask.broken(fresh(concern))
    return fresh(concern)


def flipped(box: bytes) -> bytes:
    return bytes([*box[:-1], box[-1] ^ 1])


def entries_down() -> None:
    """Take the wall of append-only rows down, as somebody with the database in their hands would."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for when in ("up", "out"):
                cursor.execute(f"DROP TRIGGER wall_sealed_concernentry_kept_{when}")
        else:
            cursor.execute("DROP TRIGGER wall_sealed_concernentry_kept ON sealed_concernentry")


CHANGES = {
    "a byte of the first words": lambda c: Concern.objects.filter(pk=c.pk).update(words=flipped(bytes(c.words))),
    "a byte of whom it is about": lambda c: Concern.objects.filter(pk=c.pk).update(about=flipped(bytes(c.about))),
    "when it was raised": lambda c: Concern.objects.filter(pk=c.pk).update(raised_at=timezone.now()),
    "who raised it": lambda c: Concern.objects.filter(pk=c.pk).update(raised_by=None),
    "that it was closed": lambda c: Concern.objects.filter(pk=c.pk).update(state="closed", closed_at=timezone.now()),
    "who may not know": lambda c: LeftOut.objects.filter(concern=c).delete(),
    "a byte of an entry": lambda c: c.entries.filter(number=2).update(
        words=flipped(bytes(c.entries.get(number=2).words))
    ),
    "who did it": lambda c: c.entries.filter(number=3).update(by=None),
    "when it was done": lambda c: c.entries.filter(number=3).update(at=timezone.now()),
    "one in the middle gone": lambda c: c.entries.filter(number=2)._raw_delete("default"),
    "the last gone": lambda c: c.entries.filter(number=3)._raw_delete("default"),
    "the last gone and the end set back": lambda c: (
        c.entries.filter(number=3)._raw_delete("default"),
        Concern.objects.filter(pk=c.pk).update(head=c.entries.get(number=2).mark),
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_is_changed_in_the_tables_is_seen(desk, what):
    concern = history(desk)
    entries_down()
    CHANGES[what](concern)
    assert ask.broken(fresh(concern))


# ---- the register of checks ----


def test_a_check_opens_what_it_opens_until_its_day(desk):
    row = desk.checked()
    standing = Standing.objects.get(person=desk.room.mentor, what="check")
    assert (standing.since, standing.until, standing.by) == (row.issued_on, row.recheck_on, desk.room.safe)
    assert ask.number(by=desk.deputy, check=row) == "001234567890"
    assert list(Look.objects.values_list("by", "what", "row")) == [(desk.deputy.pk, "number", row.pk)]


def test_a_check_that_is_not_in_order_takes_the_right_away(desk):
    desk.checked()
    desk.checked(status="not", issued_on=timezone.localdate())
    assert not Standing.objects.filter(person=desk.room.mentor, what="check").in_force().exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"number": "see the letter"}, "digits"),
        ({"number": "123"}, "digits"),
        ({"number": "12345678 clear, but"}, "digits"),
        ({"issued_on": timezone.localdate() + timedelta(days=2)}, "lies ahead"),
        ({"recheck_on": timezone.localdate()}, "has to lie ahead"),
        ({"recheck_on": timezone.localdate() + timedelta(days=3000)}, "three years"),
        ({"level": "caution 2009"}, "one of the answers"),
        ({"status": "convicted"}, "one of the answers"),
    ],
)
def test_nothing_else_is_taken(desk, wrong, words):
    with pytest.raises(Refused, match=words):
        desk.checked(**wrong)
    assert not Check.objects.exists()


def test_nobody_writes_their_own_and_nobody_else_writes_any(desk):
    with pytest.raises(Refused):
        desk.checked(person=desk.room.safe)
    for who in (desk.room.admin, desk.room.lead, desk.room.mentor, desk.safe_there):
        with pytest.raises(Refused):
            desk.checked(by=who)
    desk.checked()
    with pytest.raises(Refused, match="already"):
        desk.checked()


def test_the_table_of_checks_has_no_field_for_what_a_check_says():
    """B6: by its schema, not by good will. A field of text or a file would fill up one day."""
    fields = {f.name: f for f in Check._meta.get_fields()}
    assert set(fields) == {
        "id", "hub", "wrapped", "person", "level", "number", "issued_on", "verified_by", "status", "recheck_on"
    }  # fmt: skip
    for field in fields.values():
        assert not isinstance(field, models.TextField | models.FileField | models.JSONField)
        if isinstance(field, models.CharField):
            assert field.choices and field.max_length <= 8
        if isinstance(field, models.BinaryField) and not isinstance(field, SealedText):
            assert field.name == "wrapped"
