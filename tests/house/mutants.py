"""Planted holes: each is a mistake somebody could make. The suite must turn red for every one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest import mock

from django.db import connection
from django.db.models import Q
from django.http import HttpResponse
from django.urls import path

from upwell_site.core import actor as actors
from upwell_site.core import guard, policy
from upwell_site.core.models import Person
from upwell_site.listen.models import Note

Plant = Callable[[], "contextmanager[None]"]


@contextmanager
def table_with(resource: str, **changes: object) -> Iterator[None]:
    """Serve a permission table with one resource changed."""
    changed = {**policy.table(), resource: replace(policy.table()[resource], **changes)}
    policy.resource_of.cache_clear()
    with mock.patch.object(policy, "table", lambda: changed):
        yield
    policy.resource_of.cache_clear()


@contextmanager
def wall_dropped() -> Iterator[None]:
    """The wall of one link is gone from the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER wall_listen_note_conversation_id_up")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what still waits would hold the table
            cursor.execute("ALTER TABLE listen_note DROP CONSTRAINT wall_listen_note_conversation_id")
    yield


@contextmanager
def wrong_path() -> Iterator[None]:
    """A relation follows the wrong link: the author of a note is taken to be the person spoken to."""
    relations = {**policy.table()["note"].relations, "author": {"me": ["person"]}}
    with table_with("note", relations=relations):
        yield


@contextmanager
def seat_of_anybody() -> Iterator[None]:
    """A thread is read by everybody as soon as anybody sits in it."""
    real = policy._relation

    def careless(actor, role, resource_relation):
        if "me_among" in resource_relation and resource_relation["me_among"] == "core.Seat":
            return policy._among(resource_relation, policy._many(actor, "core.Seat", resource_relation, {}))
        return real(actor, role, resource_relation)

    with mock.patch.object(policy, "_relation", careless):
        yield


@contextmanager
def expired_role() -> Iterator[None]:
    """A role that ended still counts."""
    real = actors.roles_of

    def for_ever(person, day=None):
        from upwell_site.core.models import Membership

        roles = real(person, day)
        for role, programme in Membership.objects.filter(person=person).values_list("role", "programme_id"):
            roles.setdefault(role, frozenset({programme}) if programme else None)
        return roles

    with mock.patch.object(actors, "roles_of", for_ever):
        yield


@contextmanager
def proposed_role() -> Iterator[None]:
    """A role that was only proposed opens the programme's people."""
    with mock.patch.object(policy, "live", lambda model: Q(until__isnull=True)):
        yield


@contextmanager
def no_second_factor() -> Iterator[None]:
    """Staff roles are awake without a second factor."""
    with mock.patch.object(actors, "has_second_factor", lambda request: True):
        yield


@contextmanager
def mentor_without_standing() -> Iterator[None]:
    """A mentor whose check ran out stays a mentor."""
    with mock.patch.object(actors, "may_mentor", lambda person, day=None: True):
        yield


@contextmanager
def unknown_age_is_adult() -> Iterator[None]:
    """Somebody whose age nobody knows counts as adult."""
    real = actors.roles_of

    def grown(person, day=None):
        roles = real(person, day)
        if "young" in roles and person.adult_on is None:
            del roles["young"]
            roles["participant"] = None
        return roles

    with mock.patch.object(actors, "roles_of", grown):
        yield


@contextmanager
def hub_forgotten() -> Iterator[None]:
    """The hub is not implied: rows of every hub match."""
    with (
        mock.patch.object(policy, "_in_hub", lambda rows, actor: rows),
        mock.patch.object(policy, "_foreign", lambda thing, actor: False),
    ):
        yield


@contextmanager
def cell_widened() -> Iterator[None]:
    """Somebody gives hub admins the listening notes, in the table itself."""
    actions = {**policy.table()["note"].actions}
    actions["read"] = {**actions["read"], "admin": ("any",)}
    with table_with("note", actions=actions):
        yield


@contextmanager
def subject_reads() -> Iterator[None]:
    """Somebody reads what others are worried about in them: the relation that leaves them out is always true."""
    with table_with("concern", relations={"not_about_me": {"is": {}}}):
        yield


@contextmanager
def row_loaded_by_hand() -> Iterator[None]:
    """A view loads its row by number and forgets who asks."""

    def view(request, hub, note):
        return HttpResponse(Note.objects.get(pk=note).text)

    view.cells = {"GET": "note.read"}
    with route("h/<slug:hub>/planted/<int:note>/", view):
        yield


@contextmanager
def list_of_everybody() -> Iterator[None]:
    """A list page that shows whoever is in the database."""

    @guard.allow(GET="hub.home")
    def view(request):
        return HttpResponse(" ".join(Person.objects.values_list("name", flat=True)))

    with route("h/<slug:hub>/planted/", view):
        yield


@contextmanager
def undeclared_route() -> Iterator[None]:
    """A view without a declaration."""
    with route("planted/", lambda request: HttpResponse("hello")):
        yield


@contextmanager
def refusal_tells() -> Iterator[None]:
    """A refusal that says more than "not found": 403 where the thing should not seem to exist."""

    @guard.allow(GET="hub.read")
    def outer(request, note):
        if not Note.objects.filter(pk=note).exists():
            return HttpResponse("not found", status=404)
        return HttpResponse("not yours", status=404)

    outer.cells = {"GET": "note.read"}
    with route("h/<slug:hub>/planted/<int:note>/", outer):
        yield


@contextmanager
def route(pattern: str, view: Callable[..., HttpResponse]) -> Iterator[None]:
    """Serve one more address."""
    from django.urls import clear_url_caches, get_resolver

    from upwell_site.project import urls

    urls.urlpatterns.insert(0, path(pattern, view, name="planted"))
    clear_url_caches()
    get_resolver.cache_clear() if hasattr(get_resolver, "cache_clear") else None
    try:
        yield
    finally:
        del urls.urlpatterns[0]
        clear_url_caches()


# The hole, and which watch must see it.
HOLES: dict[str, tuple[Callable[[], object], str]] = {
    "wall dropped": (wall_dropped, "walls"),
    "wrong path": (wrong_path, "table"),
    "seat of anybody": (seat_of_anybody, "table"),
    "expired role": (expired_role, "table"),
    "proposed role": (proposed_role, "table"),
    "no second factor": (no_second_factor, "table"),
    "mentor without standing": (mentor_without_standing, "table"),
    "unknown age is adult": (unknown_age_is_adult, "table"),
    "hub forgotten": (hub_forgotten, "table"),
    "cell widened": (cell_widened, "never"),
    "subject reads": (subject_reads, "never"),
    "row loaded by hand": (row_loaded_by_hand, "routes"),
    "list of everybody": (list_of_everybody, "routes"),
    "undeclared route": (undeclared_route, "undeclared"),
    "refusal tells": (refusal_tells, "routes"),
}
