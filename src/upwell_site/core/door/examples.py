"""The doors of an example place: who one can come in as. They exist on an example database on this machine only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse

from upwell_site.core.door.loopback import far_hosts, from_here
from upwell_site.core.example import doors as example_doors
from upwell_site.core.example.doors import Door
from upwell_site.core.models import Letter, Person, Site, User


@dataclass(frozen=True, slots=True)
class Opened:
    """A door with somebody behind it: what is written on it, their sign-in, and who they are in their hub."""

    door: Door
    user: User
    person: Person | None


def is_open(request: Any) -> bool:
    """Whether the doors stand open for this request."""
    far = [host for host in far_hosts() if host != "testserver"]
    return from_here(request) and not far and Site.is_example()


def only_here(view: Any) -> Any:
    """Let a view exist on an example on this machine; anywhere else it never was."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_open(request):
            raise Http404
        response: HttpResponse = view(request, *args, **kwargs)
        return response

    return guarded


def doors() -> list[Opened]:
    """Return the doors of the example that have somebody behind them, in the order they stand on the page."""
    all_of = example_doors.doors()
    users = User.objects.filter(email__in=[door.email for door in all_of], is_active=True)
    by_email = {user.email: user for user in users}
    people = Person.objects.filter(hub__example=True, emptied_at__isnull=True, user__in=users).select_related("hub")
    here = {(person.hub.slug, person.user_id): person for person in people}
    found = []
    for door in all_of:
        user = by_email.get(door.email)
        if user is None:
            continue
        person = here.get((door.hub, user.pk))
        if person is not None or (not door.hub and user.is_operator):
            found.append(Opened(door, user, person))
    return found


def behind(key: str) -> Opened | None:
    """Return a door by its key, when there is such a door with somebody behind it."""
    return next((one for one in doors() if one.door.key == key), None)


def letters() -> QuerySet[Letter]:
    """Return the newest letters of the example: those of its hubs, and those of signing in."""
    rows: QuerySet[Letter] = Letter.objects.filter(Q(hub__example=True) | Q(hub=None))
    return rows.select_related("hub", "to").order_by("-id")[:50]
