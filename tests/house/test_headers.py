"""What stands on every answer: pages, errors, redirects, files. Nothing that somebody sees signed in is stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests import world as w
from tests.house.routes import SAMPLES, SITE_ARGUMENTS, Route, address, routes

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
POLICY = ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'")


def faults(answer: Any) -> list[str]:
    """Return what is wrong with the headers of an answer."""
    wrong = [
        f"{name}: {answer.headers.get(name)}" for name, value in ALWAYS.items() if answer.headers.get(name) != value
    ]
    policy = answer.headers.get("Content-Security-Policy", "")
    wrong += [f"policy without {part}" for part in POLICY if part not in policy]
    if "unsafe" in policy:
        wrong.append("a policy with a hole")
    if not answer.headers.get("Cache-Control"):
        wrong.append("nothing about keeping it")
    return wrong


def _values(world: w.World, route: Route) -> dict[str, Any]:
    rows = world.sides["here"].rows
    cell = next(iter(route.cells.values()))
    resource = cell.partition(".")[0]
    values = {
        **SAMPLES,
        **{name: next(iter(rows[name].values())).pk for name in SITE_ARGUMENTS},
        "hub": "here",
        "pk": 1,
    }
    if resource in rows and resource != "hub":
        values[resource] = next(iter(rows[resource].values())).pk
    return values


def asked(world: w.World, who: str) -> Iterator[tuple[str, Any]]:
    """Ask every address of the site, as one person, with GET and with a method that none has."""
    client = world.client(who)
    client.raise_request_exception = False
    for route in routes():
        url = address(route, _values(world, route))
        if route.name == "account_logout":
            continue
        for method in ("GET", "DELETE"):
            yield f"{who} {method} {url}", client.generic(method, url)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["visitor", "adult", "lead", "admin", "operator"])
def test_every_address_answers_with_every_header(who: str):
    """ASVS 3.4 and 14.3.2, over all routes, allowed or not."""
    wrong = []
    for place, answer in asked(w.make(), who):
        found = faults(answer)
        if who != "visitor" and "no-store" not in answer.headers.get("Cache-Control", ""):
            found.append(f"may be kept: {answer.headers.get('Cache-Control')}")
        wrong += [f"{place} ({answer.status_code}): {fault}" for fault in found]
    assert wrong == []


@pytest.mark.django_db
def test_errors_redirects_and_files_carry_them_too(monkeypatch: pytest.MonkeyPatch):
    """What answers before a view is reached is an answer as well."""
    w.make()
    plain = Client(raise_request_exception=False)
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    answers = {
        "a page that never was": plain.get("/nothing/at/all/"),
        "a missing slash": plain.get("/h/here"),
        "another host": plain.get("/", headers={"host": "evil.example"}),
        "a form without its key": strict.post("/h/here/discussions/", {"x": "1"}),
        "a file": plain.get("/static/core/upwell.css"),
        "a file that never was": plain.get("/static/core/nothing.css"),
        "a broken address": plain.get("/%00/%ff/"),
    }
    from upwell_site.core.views import door_me

    monkeypatch.setattr(door_me, "is_empty", lambda: 1 / 0)
    answers["a fault of ours"] = plain.get("/")
    assert answers["a fault of ours"].status_code == 500
    assert answers["another host"].status_code == 400
    for shut in answers["a file"]._resource_closers:  # `close` would end the database's connection as well
        shut()
    wrong = [f"{name} ({a.status_code}): {f}" for name, a in answers.items() for f in faults(a)]
    assert wrong == []


@pytest.mark.django_db
def test_a_database_that_is_gone_takes_no_header_with_it(monkeypatch: pytest.MonkeyPatch):
    """Who somebody is cannot be asked then: the answer is an error, kept nowhere, with every header."""
    from django.contrib.auth.middleware import auth
    from django.db import OperationalError

    def gone(request: Any) -> None:
        raise OperationalError

    client = w.make().client("adult")
    client.raise_request_exception = False
    monkeypatch.setattr(auth, "get_user", gone)
    answer = client.get("/h/here/home/")
    assert (answer.status_code, faults(answer), answer.headers.get("Cache-Control")) == (503, [], "no-store")


@pytest.mark.django_db
def test_pages_that_a_key_opens_are_kept_nowhere():
    """The address of an invitation or a personal link is a key: no cache keeps the page, no other site hears of it."""
    from upwell_site.core.actions.links import hash_of
    from upwell_site.core.models import Invitation, Link

    w.make()
    Invitation.objects.filter(hub__slug="here").update(key_hash=hash_of("k" * 43))
    Link.objects.filter(hub__slug="here").update(key_hash=hash_of("l" * 43))
    for url in (f"/invitation/{'k' * 43}/", f"/l/{'l' * 43}/"):
        answer = Client().get(url)
        assert answer.status_code == 200, url
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Referrer-Policy"] == "same-origin"
