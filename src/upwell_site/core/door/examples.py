"""The doors of an example place: who one can come in as. They exist on an example database on this machine only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from upwell_site.core.door.loopback import far_hosts, from_here
from upwell_site.core.models import Letter, Membership, Person, Site

Role = Membership.Role
MOST = 10


@dataclass(frozen=True, slots=True)
class Door:
    """One way in: as whom, with which role, and what one will see. `person` is None for whoever runs the site."""

    label: Promise | str
    sees: Promise | str
    person: Person | None = None


KINDS: tuple[tuple[str, Promise, Promise, int], ...] = (
    (Role.LEAD, _("Programme lead"), _("Reads the suggested pairs of mentors, and what people said."), 2),
    (Role.ORGANISER, _("Organiser"), _("Listens to people and writes down what matters to them."), 2),
    (Role.MENTOR, _("Mentor"), _("Sees whom they support, and when they meet."), 1),
    (Role.SAFEGUARDING, _("Safeguarding lead"), _("Keeps everybody safe, and says yes to mentors."), 1),
    (Role.ADMIN, _("Hub admin"), _("Looks after people, roles and letters of a hub."), 1),
)


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


def doors() -> list[Door]:
    """Return at most ten doors, the same ones each time."""
    found = [door for kind in KINDS for door in _with_role(*kind)]
    found += _young() + _participant()
    found.append(Door(_("Whoever runs the site"), _("Sees the machine: letters that wait, work that runs.")))
    return found[:MOST]


def behind(number: int) -> Person | None:
    """Return the person of a door, when there is such a door."""
    return next((door.person for door in doors() if door.person and door.person.pk == number), None)


def letters() -> QuerySet[Letter]:
    """Return the newest letters of the example: those of its hubs, and those of signing in."""
    rows: QuerySet[Letter] = Letter.objects.filter(Q(hub__example=True) | Q(hub=None))
    return rows.select_related("hub", "to").order_by("-id")[:50]


def _here() -> QuerySet[Person]:
    rows: QuerySet[Person] = Person.objects.filter(hub__example=True, emptied_at__isnull=True)
    return rows.select_related("hub").order_by("hub_id", "pk")


def _with_role(role: str, label: Promise, sees: Promise, most: int) -> Iterator[Door]:
    """Yield people who hold a role, from different hubs first."""
    today = timezone.localdate()
    live = Membership.objects.filter(person=OuterRef("pk"), role=role, granted_at__isnull=False, since__lte=today)
    rows = _here().filter(Exists(live.filter(Q(until__isnull=True) | Q(until__gt=today))))
    hubs: set[int] = set()
    for person in rows[:200]:
        if person.hub_id not in hubs and len(hubs) < most:
            hubs.add(person.hub_id)
            yield Door(label, sees, person)


def _young() -> list[Door]:
    rows = _here().filter(born__isnull=False, adult_on__gt=timezone.localdate(), memberships__role=Role.MENTEE)
    return [Door(_("Young person"), _("Sees their own pages, and nobody can find them."), p) for p in rows[:1]]


def _participant() -> list[Door]:
    roles = Membership.objects.filter(person=OuterRef("pk")).exclude(role=Role.MENTEE)
    rows = _here().filter(adult_on__lte=timezone.localdate()).filter(~Exists(roles))
    return [Door(_("Somebody taking part"), _("Says what they think and sees what came of it."), p) for p in rows[:1]]
