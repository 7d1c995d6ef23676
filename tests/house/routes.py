"""Every address of the site, asked as everybody, with every method, about the rows of both hubs."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.urls import URLPattern, URLResolver, get_resolver

from tests import world as w
from upwell_site.core import guard, policy

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SAMPLES: dict[str, Any] = {  # values of arguments that name no row
    "kind": "people",
    "guide": "home",
    "key": "0" * 43,
    "token": "0" * 43,
    "page": 1,
    "file": "template.csv",
    "verb": "listen",
}
# Opening a page writes nothing, but for the session, what is kept for seconds, and that somebody looked (`core.looks`):
# the person it is about reads there who did, and a hub after a breach who could have.
WRITES = re.compile(r'(?!.*"(?:django_session|core_cache|core_look)")\s*(INSERT|UPDATE|DELETE)', re.I)
# Addresses of the site that a key or the state of the database opens, not a row: without it they say "not found".
# What opens them is held by tests of their own (tests/site/door).
OF_NETWORKS = {"network", "members", "networks"}  # pages of a hub that only a network, or a member of one, has
BY_KEY = {"concern_receipt", "start", "started", "invitation", "link", "link_mine", "try", "try_post", "guide"}
ASK_ALL = {"visitor", "stranger", "lead"}  # who asks what is decided before anybody is looked at, and about every row
SITE_ARGUMENTS = {"letter", "batch"}  # rows that the pages of whoever runs the site take, in no hub
NEVER_WAS = 987_654_321  # the number of a row that never existed


@dataclass(frozen=True, slots=True)
class Route:
    """One address pattern, its name, and the cells its view declares."""

    name: str
    pattern: str
    cells: dict[str, str]
    arguments: tuple[str, ...]


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[Route]:
    """Yield every address of the site. One that declares no cell, and stands in no list, has no cells."""
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, pattern)
        elif isinstance(entry, URLPattern):
            name = entry.name or pattern
            cells = getattr(entry.callback, "cells", None)
            if cells is None and name in guard.OUTSIDE:
                cells = {"OUTSIDE": guard.OUTSIDE[name]}
            yield Route(name, pattern, cells or {}, tuple(re.findall(r"<(?:\w+:)?(\w+)>", pattern)))


def undeclared() -> list[str]:
    """Return the addresses that no list knows."""
    return [f"{r.pattern} ({r.name})" for r in routes() if not r.cells]


def misnamed() -> list[str]:
    """Return the addresses whose row argument is not named after its resource."""
    wrong = []
    for route in routes():
        if "OUTSIDE" in route.cells:
            continue
        resources = {cell.partition(".")[0] for cell in route.cells.values()}
        own = resources - {"site", "hub"}
        for argument in route.arguments:
            known = {*own, "hub", *SAMPLES, *(SITE_ARGUMENTS if "site" in resources else ())}
            if argument not in known:
                wrong.append(f"{route.pattern}: <{argument}> names neither a resource nor a known value")
        if missing := own - set(route.arguments):
            wrong.append(f"{route.pattern}: declares {missing} but takes no such argument")
        if resources & {"site"} and "hub" in route.arguments:
            wrong.append(f"{route.pattern}: a page of the site takes no hub")
    return wrong


def address(route: Route, values: dict[str, Any]) -> str:
    """Return the address for these values."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(values[m[1]]), route.pattern)


@dataclass(slots=True)
class Walk:
    """A walk of everybody through every address; what was wrong, and how much was asked."""

    world: w.World
    wrong: list[str]
    asked: int = 0
    once: set[tuple[str, str, str]] = field(default_factory=set)
    nothing: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def all(self, only: str = "", people: Sequence[str] = tuple(w.ROLES)) -> None:
        """Ask every address (or the one named `only`) as `people` of the hub `here`, about rows of both hubs."""
        by_side = {c.word: c for c in self.world.canaries}
        for who in people:
            client = self.world.client(who)
            client.raise_request_exception = False
            for route in routes():
                if route.cells and "OUTSIDE" not in route.cells and only in {"", route.name}:
                    self._route(client, who, route, by_side)

    def _never_was(self, client: Any, who: str, route: Route, values: dict[str, Any], resource: str) -> bytes:
        """Return the bytes that a row which never existed answers with; the same for every row, so asked once."""
        key = (who, route.name)
        if key not in self.nothing:
            sealed = isinstance(values[resource], UUID)  # those rows have random numbers
            never = UUID(int=NEVER_WAS) if sealed else NEVER_WAS
            answer = self._ask(client, "GET", address(route, {**values, resource: never}))
            self.nothing[key] = answer.content if answer.status_code == 404 else b"not a 404"
        return self.nothing[key]

    def _route(self, client: Any, who: str, route: Route, words: dict[str, w.Canary]) -> None:
        cell = next(iter(route.cells.values()))
        resource = cell.partition(".")[0]
        if resource in {"site", "hub"}:
            sides = ("here", "there") if "hub" in route.arguments else ("here",)
            for side in sides:
                rows = self.world.sides["here"].rows
                site_rows = {name: next(iter(rows[name].values())).pk for name in SITE_ARGUMENTS}
                values = {**SAMPLES, **site_rows, "hub": side}
                self._methods(client, who, route, values, "hub", "hub", side, words)
            return
        for side_name, side in self.world.sides.items():
            # the hub's wall is asked with every row by three people, with one row of each kind by all the others
            rows = list(side.rows[resource].items())
            for row_name, row in rows if side_name == "here" or who in ASK_ALL else rows[:1]:
                values = {**SAMPLES, "hub": "here", resource: row.pk}
                self._methods(client, who, route, values, resource, row_name, side_name, words)

    def _methods(
        self,
        client: Any,
        who: str,
        route: Route,
        values: dict[str, Any],
        resource: str,
        row: str,
        side: str,
        words: dict[str, w.Canary],
    ) -> None:
        for method in METHODS:
            declared = "GET" if method == "HEAD" else method
            if method != declared or declared not in route.cells:  # decided before any row is looked at: asked once
                if (who, route.name, method) in self.once or (
                    method not in (*route.cells, "HEAD") and who not in ASK_ALL
                ):
                    continue
                self.once.add((who, route.name, method))
            url = address(route, values)
            answer = self._ask(client, method, url)
            self.asked += 1
            place = f"{who} {method} {url} ({side}'s {row})"
            right = self._right(route, declared, who, resource, row, side)
            if answer.status_code not in right:
                self.wrong.append(f"{place}: {answer.status_code}, expected {sorted(right)[:6]}")
            body = answer.content.decode("utf-8", "replace") if not answer.streaming else ""
            self._canaries(place, body + str(answer.headers), who, words)
            secret = answer.status_code == 404 and method == "GET" and resource not in {"hub", "place"}
            if secret and self._never_was(client, who, route, values, resource) != answer.content:
                self.wrong.append(f"{place}: its 404 differs from that of a row that never was")

    def _ask(self, client: Any, method: str, url: str) -> Any:
        """Ask, and undo whatever it wrote. GET and HEAD write nothing but the session."""
        wrote: list[str] = []

        def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if method in {"GET", "HEAD"} and WRITES.match(sql):
                wrote.append(sql[:80])
            return execute(sql, params, many, context)

        cookies = copy.deepcopy(client.cookies)
        with transaction.atomic(), connection.execute_wrapper(watch):
            answer = client.generic(method, url)
            transaction.set_rollback(True)
        client.cookies = cookies  # a new session key would name a session that was undone
        if wrote:
            self.wrong.append(f"{method} {url} writes: {wrote[0]}")
        return answer

    def _right(self, route: Route, method: str, who: str, resource: str, row: str, side: str) -> set[int]:
        if method not in route.cells:
            return {405}
        name = route.cells[method]
        here = side == "here"
        fine = set(range(200, 400)) | ({400, 413} if method == "POST" else set())
        if name.startswith("site."):
            held = (w.ROLES[who] & {"visitor", "user"}) | w.SITE_ROLES.get(who, set())
            may = any("any" in policy.cell(name)[role] for role in held & policy.cell(name).keys())
            return (fine | ({404} if route.name in BY_KEY else set())) if may else {404}
        if who == "asleep" and here:  # may be sent to give a second factor instead of being refused
            fine_or_wake = fine | {302}
        else:
            fine_or_wake = fine
        who_there = who if here or resource != "hub" else "stranger" if who not in w.NO_PERSON else who
        if resource == "hub":
            if who == "linkholder" and not here:
                who_there = "visitor"
            allowed = w.expected(policy.cell(name), who_there, "hub", "hub")
            if allowed and route.name in OF_NETWORKS | BY_KEY:
                return fine | {404}
            return fine if allowed else ({302} if who == "asleep" and here else {404})
        same = here or resource == "place"
        reads = w.expected(policy.cell(f"{resource}.read"), who, resource, row, same_hub=same)
        does = w.expected(policy.cell(name), who, resource, row, same_hub=same)
        if reads and does:
            return fine_or_wake
        refused = {403} if reads else {404}
        return {302} if who == "asleep" else refused

    def _canaries(self, place: str, body: str, who: str, words: dict[str, w.Canary]) -> None:
        for word in set(re.findall(r"zq[0-9a-f]{10}qz", body)):
            canary = words[word]
            cell = policy.cell(f"{canary.resource}.{canary.action}")
            mine = canary.hub == "here"
            as_who = who if mine else "stranger" if who not in w.NO_PERSON else "visitor"
            if not (mine or _public(canary)) or not w.expected(cell, as_who, canary.resource, canary.row):
                self.wrong.append(f"{place}: shows {canary.hub}'s {canary.resource}.{canary.action} {canary.row}")


def _public(canary: w.Canary) -> bool:
    """Whether a visitor of the other hub may see it: what it publishes there."""
    return w.expected(policy.cell(f"{canary.resource}.{canary.action}"), "visitor", canary.resource, canary.row)
