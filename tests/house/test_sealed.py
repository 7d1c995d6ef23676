"""B5: whether there is a concern cannot be told, from any page, by anybody who may not read it."""

from __future__ import annotations

import ast
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests import world as w
from tests.house import forms
from tests.house.test_rules import FILES, name
from upwell_site.core import kept, letters, policy
from upwell_site.core.models import Letter
from upwell_site.sealed import actions
from upwell_site.sealed.models import Concern

# The ten other roles of TRUST section 4 and who has none; "safe" is asked about a concern about herself.
OTHERS = (
    "visitor",
    "stranger",
    "adult",
    "young",
    "mentor",
    "organiser",
    "lead",
    "evaluator",
    "admin",
    "convenor",
    "operator",
)
# keys of forms, and addresses that are signed with the second they were made in
RANDOM = re.compile(
    r'(name="(?:once|csrfmiddlewaretoken)" value=)"[^"]*"|(x-csrftoken&quot;: &quot;)\w+|/u/[^/]+/', re.I
)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.+Z]+|\d{1,2}[.:]\d\d(?=\D)")  # when a pack was made
SHEET = "spreadsheetml"  # a file that says when it was made


def everything(world: w.World, who: str) -> dict[str, tuple[int, str]]:
    """Return what somebody is answered on every page of the site, without the random parts of its forms."""
    client = world.client(who)
    client.raise_request_exception = False
    kept.forget()
    found = {}
    for route, url in forms.pages(world, who):
        if "OUTSIDE" in route.cells:  # a library's page about one's own sign-in, with a new secret each time
            continue
        answer = client.get(url)
        told = not answer.streaming and SHEET not in answer.headers.get("Content-Type", "")
        body = answer.content.decode("utf-8", "replace") if told else ""
        if answer.headers.get("Content-Type") == "application/zip":
            with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
                body = MOMENT.sub("", "".join(packed.read(name).decode() for name in packed.namelist()))
        found[url] = (answer.status_code, RANDOM.sub("", body) + answer.headers.get("Location", ""))
    return found


def raise_some(world: w.World, left_out: list[Any]) -> list[Concern]:
    """Raise concerns, act on one, add words to one: everything that could leave a trace."""
    here = world.sides["here"]
    made = []
    for n, by in enumerate((here.people["young"], None)):
        concern = actions.raise_concern(by=by, hub=here.hub, words="canary", key=f"key{n}", left_out=left_out)
        actions.add_to_concern(by=here.people["deputy"], concern=concern, words="canary")
        actions.add_words(key=f"key{n}", hub=here.hub, words="canary")
        made.append(concern)
    return made


@pytest.mark.slow
@pytest.mark.django_db
def test_every_page_is_the_same_bytes_with_and_without_a_concern(record_property):
    """Ten other roles, the lead it is about, and the operator: every address, before and after."""
    world = w.make(sealed=False)
    people = (*OTHERS, "safe")
    with time_machine.travel(timezone.now(), tick=False):  # some pages say when they were made
        for who in people:  # who looks at somebody is written down, once a day: the pages are compared after that
            everything(world, who)
        before = {who: everything(world, who) for who in people}
        made = raise_some(world, [world.sides["here"].people["safe"]])
        after = {who: everything(world, who) for who in people}
    differs = [f"{who} {url}" for who in people for url in before[who] if before[who][url] != after[who][url]]
    assert differs == [], differs[:20]
    record_property("compared", sum(len(pages) for pages in before.values()))
    # and the addresses of the concerns themselves are those of a row that never was
    for who in people:
        client = world.client(who)
        for concern in made:
            for end in ("", "write/"):
                mine = client.post(f"/h/here/concerns/{concern.pk}/{end}", {"kind": "seen"})
                never = client.post(f"/h/here/concerns/{'0' * 8}-0000-4000-8000-{'0' * 12}/{end}", {"kind": "seen"})
                assert (mine.status_code, mine.content) == (404, never.content), who


@pytest.mark.django_db
def test_the_walk_can_see():
    """The comparison itself turns red when a page does tell: the deputy's home does."""
    world = w.make(sealed=False)
    before = everything(world, "deputy")
    raise_some(world, [])
    after = everything(world, "deputy")
    assert {url for url in before if before[url] != after[url]} >= {"/h/here/home/", "/h/here/concerns/"}


@pytest.mark.django_db
def test_nothing_reaches_the_other_hub():
    """Misrouting, with everybody of the other hub looking."""
    world = w.make(sealed=False)
    people = ("safe", "deputy", "admin")
    there = {who: Client() for who in people}
    for who in people:
        there[who] = world.client(who, "there")
    pages = ("/h/there/home/", "/h/there/concerns/", "/h/there/letters/", "/h/here/concerns/", "/h/here/home/")
    before = {(who, page): RANDOM.sub("", there[who].get(page).content.decode()) for who in people for page in pages}
    raise_some(world, [])
    kept.forget()
    for (who, page), said in before.items():
        assert RANDOM.sub("", there[who].get(page).content.decode()) == said, (who, page)
    assert not Letter.objects.filter(hub=world.sides["there"].hub, created_at__gt=timezone.now(), kind="waits").exists()


def test_the_table_and_the_kinds_of_letters_agree_on_what_is_covered():
    """A second covered kind that the table does not know of would stand in a hub admin's list."""
    assert [policy.table()["letter"].relations["open"]["is_not"]["kind"]] == letters.covered()


def test_words_are_opened_in_one_place():
    """Whoever opens words elsewhere leaves no trace of having looked."""
    found = set()
    for path in FILES:
        for node in ast.walk(ast.parse(Path(path).read_text())):
            called = getattr(node, "func", None)
            if isinstance(node, ast.Call) and getattr(called, "id", getattr(called, "attr", "")) == "unseal":
                found.add(name(path))
    assert found == {"sealed/ask.py", "sealed/fields.py"}


def test_nothing_of_sealed_writes_an_event_or_registers_a_search():
    """An event, a find or an export would tell that there is something."""
    for path in FILES:
        if not name(path).startswith("sealed/"):
            continue
        text = Path(path).read_text()
        assert not re.search(r"import log\b|\blog\(|events import|@search|@ways|panels\.search", text), name(path)
