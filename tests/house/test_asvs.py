"""What the security standard (ASVS 5.0) asks: each requirement names a test that is there; a few are tried here."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import world as w
from tests.house.forms import pages
from upwell_site.core import policy
from upwell_site.core.bringing import files
from upwell_site.core.models import Person, Programme

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "explanation" / "asvs.md"
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+?) \|$", re.M)
NODE = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
# TRUST 5b
WANTED = frozenset(re.findall(r"\S+", """
1.2.1 1.2.4 1.3.1 1.3.5 1.3.6 1.3.7 1.3.11 2.3.1 2.3.2 2.3.3 2.3.4 2.4.1 3.3.1 3.3.2 3.3.3 3.3.4 3.4.1 3.4.3
3.4.4 3.4.5 3.4.6 3.5.1 3.5.3 3.7.2 4.1.3 5.2.1 5.2.2 5.2.3 5.3.2 5.4.1 5.4.2 6.2.1 6.2.4 6.2.8 6.2.9 6.2.12
6.3.1 6.3.3 6.4.1 6.4.3 6.5.1 6.5.5 6.6.2 7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.4.3 7.4.5 7.5.1 8.1.1 8.1.2 8.2.1
8.2.2 8.2.3 8.3.1 8.4.1 11.4.2 11.5.1 13.2.4 13.4.2 14.1.1 14.1.2 14.2.1 14.2.2 14.3.2 15.1.2 15.2.1 15.3.1
15.3.2 15.3.3 15.3.4 15.3.7 16.2.5 16.3.1 16.3.2 16.3.3 16.4.1 16.5.1 16.5.2 16.5.3
"""))  # fmt: skip


def gone(text: str) -> list[str]:
    """Return the tests that a text names and that are not there."""
    known: dict[str, set[str]] = {}
    missing = []
    for file, name in NODE.findall(text):
        path = ROOT / file
        if file not in known:
            tree = ast.parse(path.read_text("utf-8")) if path.exists() else ast.Module([], [])
            known[file] = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        if name not in known[file] if name else not path.exists():
            missing.append(f"{file}::{name}")
    return missing


def test_each_requirement_stands_there_once_and_is_held_or_says_why_not(record_property: Any) -> None:
    text = PAGE.read_text("utf-8")
    rows = ROW.findall(text)
    assert sorted(number for number, *_ in rows) == sorted(WANTED)
    held = [number for number, _, by in rows if NODE.search(by)]
    assert all(NODE.search(by) or by.startswith("**not yet**: ") for *_, by in rows)
    assert f"**{len(held)} of {len(WANTED)}**" in text
    record_property("mapped", f"{len(held)}/{len(WANTED)}")


def test_each_test_that_is_named_is_there() -> None:
    assert gone(PAGE.read_text("utf-8")) == []


def test_a_test_that_is_not_there_is_seen() -> None:
    assert gone("`tests/house/test_asvs.py::test_nothing` `tests/no.py::test_a` `tests/house/test_asvs.py`") == [
        "tests/house/test_asvs.py::test_nothing",
        "tests/no.py::test_a",
    ]


# ---- requirements that have no other place ----


def test_an_upload_lies_under_a_name_of_our_own(settings: Any, tmp_path: Path) -> None:
    """5.3.2, 5.4.1: neither a path nor markup in its name leads anywhere."""
    settings.DIR = tmp_path
    for name in (
        "../../etc/passwd",
        "C:\\x\\..\\y",
        "/abs",
        "a\x00b",
        "<b>.csv",
        'x"\r\nSet-Cookie: a=b',
        ".",
        "..",
        "",
    ):
        tidy = files.tidy_name(name)
        assert tidy and not re.search(r'[/\\<>"\x00-\x1f]', tidy)
    name, _, _ = files.store([b"id,name\n"])
    assert re.fullmatch(r"[\w-]{32}", name)
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()] == [
        f"uploads/{name}"
    ]


@pytest.mark.django_db
def test_a_name_that_is_handed_out_breaks_no_head() -> None:
    """5.4.2: a round that somebody named to break out of the head of the answer."""
    world = w.make()
    here = world.sides["here"]
    here.rows["round"]["one"].name = 'a"; filename="evil.html\r\nSet-Cookie: a=b'
    here.rows["round"]["one"].save()
    answer = world.client("lead").post(f"/h/here/rounds/{here.rows['round']['one'].pk}/export/")
    head = answer.headers["Content-Disposition"]
    assert re.fullmatch(r'attachment; filename="[\w.-]+\.csv"', head), head
    assert "a" not in answer.cookies


@pytest.mark.django_db
def test_another_site_presses_no_button() -> None:
    """3.5.1: everybody's buttons want the token, also with a session that is in order."""
    world = w.make()
    client = world.client("admin")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    before = Programme.objects.count()
    for headers in ({}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = strict.post("/h/here/programmes/add/", {"name": "Theirs", "kind": "mentoring"}, headers=headers)
        assert answer.status_code == 403, headers
    assert Programme.objects.count() == before


@pytest.mark.django_db
def test_a_fault_tells_nothing_of_the_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """16.5.1: neither what broke nor what somebody wrote."""
    from upwell_site.core.views import door_me

    def broken() -> None:
        raise RuntimeError("canary of the inside at 4 Bell Street")

    w.make()
    monkeypatch.setattr(door_me, "is_empty", broken)
    answer = Client(raise_request_exception=False).get("/")
    text = answer.content.decode()
    assert answer.status_code == 500
    assert not re.search(r"canary|Traceback|RuntimeError|\.py\b|upwell_site|sqlite|SELECT", text)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["young", "lead", "admin"])
def test_no_link_on_any_page_holds_somebodys_words(who: str) -> None:
    """14.2.1: addresses are written into logs and histories; the canaries of the world are in none."""
    world = w.make()
    client = world.client(who)
    client.raise_request_exception = False
    words = [canary.word for canary in world.canaries] + [client.session.session_key]
    seen, wrong = 0, []
    for _route, url in pages(world, who):
        answer = client.get(url)
        if answer.streaming or "html" not in answer.headers.get("Content-Type", ""):
            continue
        for link in re.findall(r'(?:href|action|src|hx-get|hx-post)="([^"]*)"', answer.content.decode()):
            seen += 1
            if not link.startswith(("mailto:", "tel:")) and ("@" in link or any(word in link for word in words)):
                wrong.append(f"{url}: {link}")
    assert wrong == []
    assert seen > 100


@pytest.mark.django_db
def test_an_answer_in_the_address_or_given_twice_confuses_nothing() -> None:
    """15.3.7: what decides comes from the form alone, and of two answers the one that is checked is the one kept."""
    world = w.make()
    person = world.sides["here"].people["adult"]
    client, where = world.client("adult"), f"/h/here/people/{person.pk}/edit/"

    def name_after(query: str, **form: Any) -> str:
        client.post(where + query, {"email": person.email, **form})
        return Person.objects.get(pk=person.pk).name

    assert name_after("?name=From+The+Address") == person.name
    assert name_after("?name=From+The+Address", name="From The Form") == "From The Form"
    assert name_after("", name=["First", "x" * 500]) == "From The Form", "checked one, kept another"
    assert name_after("", name=["x" * 500, "Last"]) == "Last"


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["clause", "cell"])
def test_a_permission_that_cannot_be_asked_lets_nobody_in(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """16.5.3: when the table breaks, what it guards is an error page, and not open to everybody."""

    def broken(*_: Any) -> None:
        raise RuntimeError("the table is broken")

    world = w.make()
    client = world.client("admin")
    client.raise_request_exception = False
    person = world.sides["here"].people["young"]
    rows, hub = [reverse("person", args=["here", person.pk])], ["/h/here/home/", "/h/here/people/"]
    assert all(client.get(page).status_code == 200 for page in rows + hub)
    monkeypatch.setattr(policy, part, broken)  # "clause" decides about rows, "cell" about pages of a hub
    for page in rows if part == "clause" else hub:
        answer = client.get(page)
        assert answer.status_code == 500, page
        assert person.name not in answer.content.decode()
