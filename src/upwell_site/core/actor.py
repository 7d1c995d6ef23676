"""Who somebody is in a hub, asked once a request: live roles only, and staff roles only after a second factor."""

from __future__ import annotations

from datetime import date

from allauth.account.authentication import get_authentication_records
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from upwell_site.core.models import Hub, Link, Membership, Person, Site, Standing
from upwell_site.core.policy import Actor

NEEDS_SECOND_FACTOR = frozenset(
    {"organiser", "moderator", "lead", "safeguarding", "deputy", "evaluator", "admin", "convenor", "operator"}
)
MENTOR_NEEDS = frozenset({"training", "code", "references", "check"})
SECOND_FACTORS = {"mfa", "example"}  # "example": a demo door, which only an example database on loopback has


class Request(HttpRequest):
    """A request after the guard: it knows its hub, actor and person."""

    hub: Hub
    actor: Actor
    person: Person | None
    htmx: object


def actor_on_site(request: HttpRequest) -> Actor:
    """Return who somebody is on the pages that belong to no hub."""
    roles: dict[str, frozenset[int] | None] = {"visitor": None}
    if not request.user.is_authenticated:
        return Actor(None, roles=roles)
    roles["user"] = None
    asleep: frozenset[str] = frozenset()
    if request.user.is_operator:
        if has_second_factor(request):
            roles["operator"] = None
        else:
            asleep = frozenset({"operator"})
    return Actor(None, roles=roles, asleep=asleep)


def actor_in_hub(request: HttpRequest, hub: Hub) -> tuple[Actor, Person | None]:
    """Return who somebody is in `hub`, and their person there."""
    if not request.user.is_authenticated:
        return _link_holder(request, hub)
    person = Person.objects.filter(hub=hub, user=request.user, emptied_at__isnull=True).first()
    if person is None or not request.user.is_active:
        return Actor(hub.pk, roles={"visitor": None, "user": None}), None
    person.hub, person.user = hub, request.user  # at hand already: asking again would find the same rows
    roles = {"user": None, **roles_of(person)}
    asleep: frozenset[str] = frozenset()
    if not has_second_factor(request):
        asleep = NEEDS_SECOND_FACTOR.intersection(roles)
        roles = {role: where for role, where in roles.items() if role not in asleep}
    return Actor(hub.pk, person.pk, roles, asleep), person


def roles_of(person: Person, day: date | None = None) -> dict[str, frozenset[int] | None]:
    """Return the roles a person holds on a day: derived from their age, and granted ones that are live.

    A role lapses with its own last day, with the programme's, and a mentor's with any standing it needs. Somebody whose
    sign-in was closed holds none: work they asked for and invitations they wrote end with it.
    """
    day = day or timezone.localdate()
    if person.emptied_at is not None or (person.user is not None and not person.user.is_active):
        return {"visitor": None}
    adult = person.adult_on is not None and person.adult_on <= day
    roles: dict[str, frozenset[int] | None] = {"visitor": None, "participant" if adult else "young": None}
    mine = Membership.objects.filter(
        Q(until__isnull=True) | Q(until__gt=day),
        Q(programme__isnull=True) | Q(programme__ends__isnull=True) | Q(programme__ends__gte=day),
        hub_id=person.hub_id,
        person_id=person.pk,
        granted_at__isnull=False,
        since__lte=day,
    )
    live = mine.values_list("role", "programme_id")
    for role, programme in live:
        if programme is None:
            roles[role] = None
        elif (held := roles.get(role, frozenset())) is not None:
            roles[role] = held | {programme}
    if "mentor" in roles and not may_mentor(person, day):
        del roles["mentor"]
    return roles


def may_mentor(person: Person, day: date | None = None) -> bool:
    """Whether everything a mentor needs is in order on a day: training, code, references, check."""
    have = set(
        Standing.objects.filter(hub_id=person.hub_id, person=person).in_force(day).values_list("what", flat=True)
    )
    return have >= MENTOR_NEEDS


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session was opened with a passkey, or with a code and an authenticator app."""
    methods = {record.get("method") for record in get_authentication_records(request, request.user)}
    if "example" in methods and not Site.is_example():
        return False
    return bool(methods & SECOND_FACTORS)


def _link_holder(request: HttpRequest, hub: Hub) -> tuple[Actor, Person | None]:
    visitor = Actor(hub.pk, roles={"visitor": None})
    number = request.session.get(f"link-{hub.pk}")
    if number is None:
        return visitor, None
    link = (
        Link.objects.filter(hub=hub, pk=number, withdrawn_at__isnull=True, claimed_at__isnull=True)
        .filter(expires_at__gt=timezone.now())
        .select_related("person")
        .first()
    )
    if link is None:
        return visitor, None
    return Actor(hub.pk, link.person_id, {"visitor": None, "link": None}, scope=link.scope), link.person
