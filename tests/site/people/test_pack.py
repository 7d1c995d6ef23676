"""B7: the access pack holds everything about one person, and nothing that says who anybody else is."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

import pytest
from django.apps import apps
from django.utils import timezone

from tests import world as w
from tests.factories.people import Room, make_person
from tests.factories.personal import Words, about, fill
from tests.house.test_permissions import actor_of
from upwell_site.core import masking, pack, pack_files, privacy
from upwell_site.core.masking import mask_for
from upwell_site.core.models import Batch, BatchRow, Event, Letter, Link, Message, Person, Seat, Thread, Tie
from upwell_site.core.pack_words import NOT_SHOWN, WHAT
from upwell_site.core.privacy import LINK, SEALED
from upwell_site.listen.models import Conversation, Note, Vote, Voter

P = "adult"
OTHERS = ("young", "mentor", "lead", "organiser", "listed")
SEEN = {"listed"}  # whose names `adult` may read, by hand: they asked to be found
# P is the other side of the last one's rows. What stands in these is about two people, so it is in both packs.
TWO_SIDED = ("connect.Pair.", "core.Tie.")


@dataclass
class Planted:
    world: w.World
    words: Words
    people: dict[str, Person]

    def made(self) -> str:
        """Return the whole file of P as text."""
        return json.dumps(pack_files.data(pack.pack_of(actor_of(self.world, P), self.people[P])), ensure_ascii=False)

    def missing(self) -> list[str]:
        """Return P's words that are not in P's pack."""
        text, mine = self.made(), self.people[P].pk
        return sorted(where for word, (who, where) in self.words.found.items() if who == mine and word not in text)

    def leaked(self) -> list[str]:
        """Return others' words that are."""
        text, mine = self.made(), self.people[P].pk
        seen, beside = {self.people[name].pk for name in SEEN}, self.people[OTHERS[-1]].pk
        return sorted(
            where
            for word, (who, where) in self.words.found.items()
            if who != mine
            and word in text
            and not (who in seen and where == "core.Person.name")
            and not (who == beside and where.startswith(TWO_SIDED))
        )


def held_back() -> set[str]:
    """Return the fields whose words are kept and not shown, each with its reason in the code."""
    found = set(NOT_SHOWN)
    for model in pack.about_people():
        personal = privacy.declared(model)
        found |= {f"{model._meta.label}.{name}" for name, kind in personal.fields.items() if kind == SEALED}
        found |= {f"{model._meta.label}.{name}" for name in personal.of_others}
    return found


NO_PERSON = {"core.Once", "sessions.Session"}  # keys without anybody's name


@pytest.fixture
def planted(db: None) -> Planted:
    """P and five people around them, each with a row of every model and a word in every text."""
    world, words = w.make(), Words()
    people = {name: world.sides["here"].people[name] for name in (P, *OTHERS)}
    for person in people.values():
        fill(person, words)
    names = list(people)
    for i, name in enumerate(names):
        other = people[names[(i + 1) % len(names)]]
        for model in pack.about_people():
            if model is not Person and model._meta.label not in {*NO_PERSON, "core.User"}:
                about(model, people[name], other, words)
    return Planted(world, words, people)


def test_everything_is_in_it(planted: Planted, record_property: Any):
    """Recall 100 %, but for keys and for lists of other people."""
    mine = [where for who, where in planted.words.found.values() if who == planted.people[P].pk]
    record_property("words_of_the_person", len(mine))
    assert len(mine) > 60
    assert set(planted.missing()) == {where for where in mine if where in held_back()}


def test_nothing_says_who_anybody_else_is(planted: Planted, record_property: Any):
    """Other identities 0, in the same rows and in rows beside them."""
    record_property("words_of_others", len([1 for who, _ in planted.words.found.values()]) - 60)
    assert planted.leaked() == []


def test_every_field_of_every_row_is_named(planted: Planted):
    """Dates, yes and no, numbers: each field the registry knows has its line in the file."""
    made = pack.pack_of(actor_of(planted.world, P), planted.people[P])
    groups = {group.model: group for group in made.groups}
    for model in pack.about_people():
        if model._meta.label in NO_PERSON:
            continue
        for row in groups[model._meta.label].rows:
            assert {item.field for item in row.items} == set(privacy.declared(model).fields), model


def test_a_forgotten_subject_turns_it_red(planted: Planted):
    """A planted hole: a model that no longer says whose it is."""
    with mock.patch.object(Note, "personal", replace(Note.personal, subject="", others=())):
        assert "listen.Note.text" in planted.missing()


def test_a_name_that_is_not_masked_turns_it_red(planted: Planted):
    """A planted hole: a note that names somebody, and a mask that lets names through."""
    other = planted.people["mentor"]
    note = Note.objects.filter(person=planted.people[P], hub=other.hub).first()
    Note.objects.filter(pk=note.pk).update(text=f"{note.text} says {other.name} helped")
    assert planted.leaked() == []
    with mock.patch.object(masking.Mask, "_names", lambda self, text: text):
        assert "core.Person.name" in planted.leaked()


def test_names_that_the_table_does_not_give_turn_it_red(planted: Planted):
    """A planted hole: every name is read."""
    with mock.patch.object(pack, "_readable", lambda made, target: target._base_manager.all()):
        assert "core.Person.name" in planted.leaked()


def test_a_row_that_names_me_does_not_bring_its_owner_along(planted: Planted):
    """A letter to a lead about me: that it went is about me, the lead's address is not."""
    me, lead = planted.people[P], planted.people["lead"]
    Letter.objects.create(
        hub=me.hub,
        to=lead,
        address="lena@example.org",
        kind="test",
        event="about me",
        message_id="<y@y>",
        about=f"core.person:{me.pk}",
    )
    text = planted.made()
    assert "about me" in text
    assert "lena@example.org" not in text


def test_a_number_from_a_list_opens_nobody_elses_row(planted: Planted):
    """Somebody who is brought in under the number "core.person:7" does not enter the pack of person 7."""
    me, other = planted.people[P], planted.people["young"]
    Person.objects.filter(pk=other.pk).update(outside_id=f"core.person:{me.pk}")
    assert planted.leaked() == []


def test_every_text_that_names_a_row_is_known():
    """A new text field of kind LINK either names a row of ours or is a key or a number from outside."""
    others = {"outside_id", "key_hash", "event", "key", "session_key", "session_data", "receipt"}
    for model in apps.get_models(include_auto_created=True):
        for name, kind in privacy.declared(model).fields.items():
            if kind == LINK and model._meta.get_field(name).get_internal_type() in {"CharField", "TextField"}:
                assert name in pack.REFERENCES | others, f"{model._meta.label}.{name}: say in core/pack.py what it is"


def test_every_kind_of_row_has_words():
    """A person reads "Your votes", not the name of a table: core/pack_words.py."""
    named = {m._meta.label for m in pack.about_people() if privacy.declared(m).subject or list(_refs(m))}
    assert named - set(WHAT) - NO_PERSON == set()


def _refs(model: Any) -> Any:
    return pack._references(model, privacy.declared(model))


def test_who_is_shared_is_among_the_others():
    """The registry is sound: a second subject is named as another person too."""
    for model in apps.get_models(include_auto_created=True):
        personal = privacy.declared(model)
        assert {p for p in personal.also if "." not in p} <= set(personal.others), model
        assert set(personal.of_others) <= set(personal.fields), model


def test_what_is_held_for_safety_is_left_out(room: Room):
    """The same sentence for everybody; a held table is not looked at."""
    held = replace(Note.personal, basis="safeguarding", on_erase="hold")
    talk = Conversation.objects.create(hub=room.hub, organiser=room.organiser, person=room.listed)
    Note.objects.create(hub=room.hub, conversation=talk, person=room.listed, organiser=room.organiser, text="secret")
    with mock.patch.object(Note, "personal", held):
        assert Note not in pack.about_people()


# ---- masking ----


@pytest.fixture
def mask(room: Room) -> masking.Mask:
    for name in ("Danuta Kowalska", "Will Smith", "Seán O’Brien", "Li", "Mary Anne Brown", "Liz Jones", "张伟"):
        make_person(room.hub, name, user=False)
    return mask_for(room.hub.pk, room.listed)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Danuta Kowalska rang.", "[somebody] rang."),
        ("DANUTA KOWALSKA rang, then danuta.", "[somebody] rang, then [somebody]."),
        ("Danuta’s dog", "[somebody] dog"),
        ("Will will ring", "[somebody] will ring"),
        ("Sean O'Brien came", "[somebody] came"),
        ("I met Li. Li said: a bit of liability", "I met [somebody]. [somebody] said: a bit of liability"),
        ("Mary Anne Brown has a brown dog", "[somebody] has a brown dog"),
        ("Liz said that Liz Jones knows", "Liz said that [somebody] knows"),  # Liz is the person the pack is about
        ("昨天张伟来了", "昨天[somebody]来了"),
        ("write to danuta.k@example.com or 07700 900123", "write to [an address] or [a number]"),
        ("on 25.11.2026 at 10 we were 12", "on 25.11.2026 at 10 we were 12"),
        ("nothing here", "nothing here"),
        ("", ""),
    ],
)
def test_names_are_masked(mask: masking.Mask, said: str, shown: str):
    assert mask.text(said) == shown


def test_masking_is_counted_and_ones_own_address_stays(room: Room):
    room.listed.phone, room.listed.email = "0113 496 0055", "liz@example.org"
    mask = mask_for(room.hub.pk, room.listed)
    said = mask.text("Liz, 0113 496 0055, liz@example.org; Mo Mentor, 0113 496 0001, mo@example.org")
    assert said == "Liz, 0113 496 0055, liz@example.org; [somebody], [a number], [an address]"
    assert mask.count == 3


# ---- on screen ----


def test_the_page_says_what_why_how_long_and_from_where(room: Room, as_: Any):
    page = as_(room.listed).get("you_pack").content.decode()
    for words in ("I mend bicycles.", "To run the hub somebody joined", "While you are known here", "Your sign-in"):
        assert words in page, words
    assert "may be left out of this, for everybody alike" in page


def test_the_file_opens_and_reads_without_a_network(room: Room, as_: Any):
    answer = as_(room.listed).get("you_pack_file")
    assert answer["Content-Type"] == "application/zip"
    assert "attachment" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "no-store"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert sorted(archive.namelist()) == ["data.json", "index.html"]
    found = json.loads(archive.read("data.json"))
    assert (found["format"], found["version"]) == ("upwell-access-pack", 1)
    html = archive.read("index.html").decode()
    assert "I mend bicycles." in html
    for outside in ("src=", "href=", "http://", "https://", "<script", "<link"):
        assert outside not in html, outside


def test_what_somebody_wrote_is_text_in_the_file(room: Room, as_: Any):
    """A name is not markup, on whatever computer the file is opened."""
    Person.objects.filter(pk=room.listed.pk).update(about="<img src=x onerror=alert(1)>")
    html = zipfile.ZipFile(io.BytesIO(as_(room.listed).get("you_pack_file").content)).read("index.html").decode()
    assert "<img" not in html


def test_a_mentor_is_your_mentor_and_a_young_person_reads_their_own(room: Room, as_: Any):
    """Roles in place of names where the table gives no name."""
    assert as_(room.child).get("you_pack").status_code == 200
    Tie.objects.create(hub=room.hub, a=room.organiser, b=room.child, kind="met", source="test")
    found = as_(room.child).get("you_pack").content.decode()
    assert "an organiser" in found
    assert "Olu" not in found


def test_what_i_did_in_rows_about_others_is_counted(room: Room, as_: Any):
    talk = Conversation.objects.create(hub=room.hub, organiser=room.organiser, person=room.listed)
    Note.objects.create(
        hub=room.hub, conversation=talk, person=room.listed, organiser=room.organiser, text="a secret of Liz"
    )
    found = as_(room.organiser).get("you_pack").content.decode()
    assert "Talks with you" in found
    assert "a secret of Liz" not in found


def test_what_was_done_about_me_is_in_it(room: Room, as_: Any):
    """The log and an import name a person by number; that is about them too."""
    name = f"core.person:{room.listed.pk}"
    Event.objects.create(hub=room.hub, by=room.admin, did="confirm_age", to=name)
    batch = Batch.objects.create(hub=room.hub, kind="people", file_name="a.csv", digest="0" * 64)
    BatchRow.objects.create(
        hub=room.hub, batch=batch, number=3, made=name, new=False, before={"name": "Lizzie", "by": "Mo Mentor"}
    )
    found = as_(room.listed).get("you_pack").content.decode()
    assert "confirm_age" in found
    assert "a hub admin" in found
    assert "Lizzie" in found
    assert "Mo Mentor" not in found


def test_the_page_is_short_and_the_file_is_whole(room: Room, as_: Any):
    thread = Thread.objects.create(hub=room.hub)
    Seat.objects.create(hub=room.hub, thread=thread, person=room.listed)
    Message.objects.bulk_create(
        Message(hub=room.hub, thread=thread, person=room.listed, text=f"word{n:03}", at=timezone.now())
        for n in range(60)
    )
    one = as_(room.listed)
    page = one.get("you_pack").content.decode()
    assert "word059" in page
    assert "word000" not in page
    assert "There is more" in page
    data = zipfile.ZipFile(io.BytesIO(one.get("you_pack_file").content)).read("data.json").decode()
    assert "word000" in data


def test_more_rows_ask_no_more_of_the_database(room: Room, django_assert_max_num_queries: Any, as_: Any):
    one = as_(room.listed)
    one.get("you_pack")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            one.get("you_pack")
        return len(seen)

    Tie.objects.create(hub=room.hub, a=room.organiser, b=room.listed, kind="met", source="t0")
    few = asked()
    for n in range(1, 20):
        other = make_person(room.hub, f"Extra Person{n}", user=False)
        Tie.objects.create(hub=room.hub, a=other, b=room.listed, kind="met", source=f"t{n}")
    assert asked() <= few


@pytest.mark.django_db
def test_a_link_shows_its_votes_and_not_how_to_reach_anybody():
    """Whoever holds a link may have found it: contact, place and dates of the person stay with the hub."""
    world = w.make()
    side = world.sides["here"]
    person, link = side.people["adult"], Link.objects.get(pk=world.links["here"])
    Link.objects.filter(pk=link.pk).update(person=person)
    Person.objects.filter(pk=person.pk).update(sector="LS9 6")
    person.refresh_from_db()
    opened = side.rows["discussion"]["open"]
    voter = Voter.objects.create(hub=side.hub, discussion=opened, number=77, link=link)
    Vote.objects.create(
        hub=side.hub, discussion=opened, statement=side.rows["statement"]["open"], voter=voter, value=-1
    )
    client = world.client("linkholder")
    page = client.get("/h/here/you/everything/").content.decode()
    assert "Your votes" in page
    assert person.name in page
    for secret in (person.email, person.phone, "LS9 6", "17 May 1980", side.rows["note"]["kept"].text):
        assert secret not in page, secret
    whole = client.get("/h/here/you/everything/download/")
    text = zipfile.ZipFile(io.BytesIO(whole.content)).read("data.json").decode()
    assert json.loads(text)["by_link"] is True
    for secret in (person.email, person.phone, "LS9 6", "1980-05-17", side.rows["note"]["kept"].text):
        assert secret not in text, secret


@pytest.mark.django_db
def test_strangers_and_visitors_get_nothing():
    world = w.make()
    assert "You are not one of" in world.client("stranger").get("/h/here/you/everything/").content.decode()
    assert world.client("stranger").get("/h/here/you/everything/download/").status_code == 302
    assert world.client("visitor").get("/h/here/you/everything/").status_code == 404
