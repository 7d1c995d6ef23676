"""What is kept for a few seconds: a deed shows at once, nobody gets another's, and what expires is asked anew."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import upwell_site
from tests.factories.hubs import give_role, make_hub, make_person, make_place, make_programme, make_talk
from tests.factories.signin import sign_in
from upwell_site.core import kept
from upwell_site.core.actions import hubs as hub_actions
from upwell_site.core.models import Membership
from upwell_site.core.policy import Actor
from upwell_site.listen.actions import talks

pytestmark = pytest.mark.django_db
SITE = Path(upwell_site.__file__).parent


@pytest.fixture
def hub():
    return make_hub(slug="here", name="Here Hub", place=make_place("larkfield", "Larkfield"))


@pytest.fixture
def organiser(hub):
    person = make_person(hub, "Semira Tesfay")
    give_role(person, "organiser", make_programme(hub, name="Listening", public=True))
    return person


def questions(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_the_second_look_asks_little(client, hub, organiser):
    sign_in(client, organiser)
    first, second = questions(client, "/h/here/home/"), questions(client, "/h/here/home/")
    assert second <= 7 < first
    visitor = Client()
    first, second = questions(visitor, "/h/here/"), questions(visitor, "/h/here/")
    assert second <= 3 < first


def test_a_deed_shows_at_once(client, hub, organiser):
    talk = make_talk(organiser, make_person(hub, "Danuta Wolska"), next_step="Ring back", next_on=timezone.localdate())
    sign_in(client, organiser)
    assert "Ring back" in client.get("/h/here/home/").content.decode()
    talks.done_next_step(by=organiser, conversation=talk)
    after = client.get("/h/here/home/").content.decode()
    assert "You said you would by today" not in after


def test_what_is_taken_back_leaves_the_public_page_at_once(client, hub, organiser):
    talk = make_talk(organiser, make_person(hub, "Danuta Wolska"), "canary-words about the bus", share="anonymous")
    assert "canary-words" in client.get("/h/here/").content.decode()
    talks.share_note(by=organiser, note=talk.notes.get(), share="no")
    assert "canary-words" not in client.get("/h/here/").content.decode()


def test_the_name_of_a_hub_changes_at_once(client, hub, organiser):
    assert "Old words" not in client.get("/h/here/").content.decode()
    hub_actions.edit_hub(by=organiser, hub=hub, about="Old words about us")
    assert "Old words" in client.get("/h/here/").content.decode()


def test_each_reader_has_their_own(hub, organiser):
    other = make_person(hub, "Javed Siddique")
    give_role(other, "organiser", Membership.objects.get(person=organiser).programme)
    make_talk(organiser, make_person(hub, "D W"), "canary", next_step="canary", next_on=timezone.localdate())
    first, second = Client(), Client()
    sign_in(first, organiser)
    sign_in(second, other)
    assert "canary" in first.get("/h/here/home/").content.decode()
    assert "canary" not in second.get("/h/here/home/").content.decode()


def test_a_role_that_ends_is_another_reader(client, hub, organiser):
    sign_in(client, organiser)
    assert "Record a talk" in client.get("/h/here/home/").content.decode()
    Membership.objects.filter(person=organiser).update(
        until=timezone.localdate()
    )  # no deed, no event: a day like any other
    assert "Record a talk" not in client.get("/h/here/home/").content.decode()


def test_what_is_kept_expires_and_the_shelf_stays_small(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(kept.time, "monotonic", lambda: now[0])
    made = []
    for _ in range(3):
        kept.keep(("a",), lambda: made.append(1))
    assert len(made) == 1
    now[0] += kept.SECONDS
    kept.keep(("a",), lambda: made.append(1))
    assert len(made) == 2
    for n in range(kept.MOST + 50):
        kept.keep(("n", n), lambda: None)
    assert len(kept._shelf) <= kept.MOST
    now[0] += kept.SECONDS
    kept.keep(("b",), lambda: None)
    assert list(kept._shelf) == [("b",)]


def test_every_part_of_an_actor_is_in_the_key(hub):
    base = {"hub_id": hub.pk, "person_id": 1, "roles": {"visitor": None, "lead": frozenset({1})}}
    others = [
        {"person_id": 2},
        {"roles": {"visitor": None, "lead": frozenset({2})}},
        {"roles": {"visitor": None, "lead": None}},
        {"roles": {"visitor": None}},
        {"asleep": frozenset({"admin"})},
        {"scope": "listen.discussion:7"},
    ]
    actors = [Actor(**base), *(Actor(**{**base, **other}) for other in others)]
    assert [kept.until_a_deed("x", actor, lambda n=n: n) for n, actor in enumerate(actors)] == list(range(7))


def functions() -> dict[str, tuple[ast.FunctionDef, str]]:
    """Every function of the files that change something, by name."""
    files = [
        *SITE.glob("*/actions/*.py"),
        *SITE.glob("*/actions.py"),
        SITE / "core" / "threads.py",
        SITE / "core" / "merging.py",
    ]
    return {
        node.name: (node, path.relative_to(SITE).as_posix())
        for path in files
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }


SILENT = {
    "claim_born": "a part of add_person and change_born, which write it",
    "claim": "a part of bringing in a list, which writes it once the rows are there",
    **dict.fromkeys(
        ("raise_concern", "acknowledge_concern", "add_to_concern", "close_concern"),
        "an event would say that there is a concern; home asks for them anew each time",
    ),
    "vote": "a vote is secret even from the log; results are made of it by a job, and that writes one",
}


def test_every_deed_writes_its_event():
    """A public function with `by` changes something on somebody's behalf: it logs it, or what it calls does."""
    known = functions()
    logs = {"log"}
    while True:
        calling = {
            name
            for name, (node, _path) in known.items()
            for call in ast.walk(node)
            if isinstance(call, ast.Call) and getattr(call.func, "id", getattr(call.func, "attr", "")) in logs
        }
        if calling <= logs:
            break
        logs |= calling
    silent = {
        f"{path}: {name}"
        for name, (node, path) in known.items()
        if not name.startswith("_")
        and name not in logs | SILENT.keys()
        and "by" in {a.arg for a in node.args.kwonlyargs}
    }
    assert silent == set()
    assert len(logs) > 60
