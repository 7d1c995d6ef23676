"""The record of processing is the registry and the permission table, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest import mock

from django.apps import apps
from django.core.management import call_command

from tests.factories.people import Room
from upwell_site.core import privacy, records
from upwell_site.core.privacy import NONE
from upwell_site.listen.models import Note


def test_every_table_with_something_about_people_is_in_it(room: Room):
    made = {store.model: store for store in records.record(room.hub).stores}
    for model in apps.get_models(include_auto_created=True):
        personal = privacy.declared(model)
        assert (model._meta.label in made) == bool(personal.fields), model
        if personal.fields:
            named = sum(len(names) for names in made[model._meta.label].fields.values())
            assert named == sum(kind != NONE for kind in personal.fields.values()), model


def test_who_may_read_comes_from_the_table(room: Room):
    """By hand: whoever wrote a note, the person it is about, and once it is shared those of its programme."""
    (note,) = [store for store in records.record(room.hub).stores if store.model == "listen.Note"]
    assert {(r.role, r.which) for r in note.readers} == {
        ("adults of the hub", "about themselves"),
        ("young people of the hub", "about themselves"),
        ("Organiser", "what they wrote or of their programme, what was shared"),
        ("Programme lead", "of their programme, what was shared"),
    }
    assert note.special
    assert note in records.record(room.hub).risky


def test_a_new_table_shows_without_another_line(room: Room):
    with mock.patch.object(Note, "personal", replace(Note.personal, keep="1_year")):
        (note,) = [store for store in records.record(None).stores if store.model == "listen.Note"]
        assert note.keep == "1 year after it ended."


def test_the_page_is_for_admins(room: Room, as_: Any):
    page = as_(room.admin).get("records").content.decode()
    for words in ("What was written down of your words", "Here CIO", "outside the United Kingdom", "art. 9"):
        assert words in page, words
    for who in (room.lead, room.safe, room.mentor):
        assert as_(who).get("records").status_code == 404
    text = as_(room.admin).get("records_file")
    assert text["Content-Type"].startswith("text/markdown")
    assert "# Impact assessment" in text.content.decode()


def test_the_command_prints_the_same(room: Room, as_: Any, capsys: Any):
    call_command("records", hub=room.hub.slug)
    assert capsys.readouterr().out.strip() == as_(room.admin).get("records_file").content.decode().strip()
