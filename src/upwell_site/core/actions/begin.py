"""The first start of a site, and taking the example away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from upwell_site.core import walls
from upwell_site.core.actions.consent import write_text
from upwell_site.core.actions.invitations import invite_first, sign_in_for
from upwell_site.core.actions.people import add_person
from upwell_site.core.events import log
from upwell_site.core.models import Hub, HubText, Letter, Membership, Person, Place, Site, User
from upwell_site.core.models.hub import ORG_ID
from upwell_site.core.refused import Refused
from upwell_site.core.text import clean

TEXTS = Path(__file__).resolve().parent.parent / "texts"
CONSENTS = ("membership", "listening", "mentoring", "voting", "quote")
OPERATOR = "operator@example.invalid"  # who runs an example


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a first start asks for."""

    name: str
    email: str
    my_name: str
    kind: str = Hub.Kind.HUB
    controller: str = ""
    org_id: str = ""
    place: str = ""
    safeguarding_name: str = ""
    safeguarding_email: str = ""
    mail: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """What a first start made: the hub, its first admin, and the key of the safeguarding lead's invitation."""

    hub: Hub
    admin: Person
    user: User
    safeguarding_key: str = ""


def is_empty() -> bool:
    """Whether nothing was started here yet."""
    return not Hub.objects.exists() and not User.objects.exists()


@transaction.atomic
def start(*, by: Beginning) -> Begun:
    """Start a site: its first hub, that hub's first admin (who also runs the site), and the texts to begin with."""
    if not is_empty():
        raise Refused(_("This site was started already."))
    if by.safeguarding_email and by.safeguarding_email.strip().lower() == by.email.strip().lower():
        raise Refused(_("Two different people are needed: somebody else looks after safeguarding."))
    hub = _make_hub(by)
    user = sign_in_for(clean(by.email, 254))
    user.is_operator = True
    user.save(update_fields=["is_operator"])
    admin = add_person(by=None, hub=hub, name=by.my_name, email=user.email, user=user)
    admin.adult_on = timezone.localdate()  # whoever starts a site says that they are grown up
    admin.save(update_fields=["adult_on"])
    role = Membership.objects.create(
        hub=hub, person=admin, role=Membership.Role.ADMIN, first=True, granted_at=timezone.now()
    )
    log(None, "begin_role", role, hub=hub, first=True)
    write_texts(hub)
    key = ""
    if by.safeguarding_email:
        _row, key = invite_first(
            hub=hub,
            by=admin,
            address=by.safeguarding_email,
            name=by.safeguarding_name,
            role=Membership.Role.SAFEGUARDING,
        )
    Site.objects.update_or_create(
        pk=1, defaults={"started_at": timezone.now(), "mail": "smtp" if by.mail else "none", "example": False}
    )
    return Begun(hub, admin, user, key)


def _make_hub(by: Beginning) -> Hub:
    name = clean(by.name, 120)
    hub = Hub(
        name=name,
        slug=slugify(name)[:40].strip("-") or "hub",
        kind=by.kind,
        controller=clean(by.controller, 160) or name,
        org_id=clean(by.org_id, 60),
        place=find_place(by.place),
        takes_under_18s=False,  # until a safeguarding lead has said yes
    )
    try:
        if hub.org_id:
            ORG_ID(hub.org_id)
        hub.clean_fields(exclude=["org_id"])
    except ValidationError as problem:
        raise Refused(" ".join(problem.messages)) from None
    hub.save()
    log(None, "start", hub, hub=hub)
    return hub


def find_place(words: str) -> Place | None:
    """Return the place that a name or the first half of a postcode means."""
    words = " ".join(clean(words, 120).split())
    if not words:
        return None
    outcode = words.upper()
    if 2 <= len(outcode) <= 4 and outcode.isalnum() and any(c.isdigit() for c in outcode) and outcode[0].isalpha():
        place, _made = Place.objects.get_or_create(
            code=f"outcode:{outcode}", defaults={"name": outcode, "level": Place.Level.OTHER}
        )
        return place
    exact = list(Place.objects.filter(name__iexact=words)[:2])
    found = exact or list(Place.objects.filter(name__istartswith=words)[:6])
    if len(found) == 1:
        return found[0]
    if not found:
        raise Refused(_("We do not know this place. Write a council area, or the first half of a postcode like LS8."))
    names = ", ".join(f"{place.name} ({place.get_level_display()})" for place in found)
    raise Refused(_("There are several: %(names)s. Write the first half of a postcode instead.") % {"names": names})


def write_texts(hub: Hub) -> None:
    """Give a hub the texts to begin with; they can be changed later. A text that is there stays."""
    for kind in HubText.Kind.values:
        HubText.objects.get_or_create(hub=hub, kind=kind, version=1, defaults={"text": text_for(hub, str(kind))})
    for purpose in CONSENTS:
        write_text(by=None, hub=hub, purpose=purpose, text=text_for(hub, f"consent_{purpose}"))


def text_for(hub: Hub, name: str) -> str:
    """Return a starting text with the hub's names in it."""
    text = (TEXTS / f"{name}.md").read_text(encoding="utf-8")
    for word, value in (("[hub]", hub.name), ("[controller]", hub.controller)):
        text = text.replace(word, value)
    return text.strip()


@transaction.atomic
def make_operator(*, by: User | None, email: str) -> User:
    """Make somebody run this site. `by` is None when it comes from the command line."""
    user = sign_in_for(clean(email, 254))
    User.objects.filter(pk=user.pk).update(is_operator=True)
    log(None, "make_operator", user)
    user.refresh_from_db()
    return user


@transaction.atomic
def remove_example(*, by: User | None) -> int:
    """Remove every row of example hubs, and the sign-ins that were only there; return how many hubs went."""
    hubs = list(Hub.objects.filter(example=True).values_list("pk", flat=True))
    users = list(
        User.objects.filter(persons__hub_id__in=hubs)
        .exclude(persons__in=Person.objects.exclude(hub_id__in=hubs))
        .distinct()
        .values_list("pk", flat=True)
    )
    gone = User.objects.filter(pk__in=users) | User.objects.filter(email=OPERATOR)
    addresses = list(gone.values_list("email", flat=True))
    Letter.objects.filter(hub=None, address__in=addresses).delete()
    for rows in _rows_of(hubs):
        rows._raw_delete(rows.db)  # in dependency order: nothing is left to collect
    Hub.objects.filter(pk__in=hubs)._raw_delete("default")
    User.objects.filter(email__in=addresses).delete()
    Site.objects.filter(pk=1).update(example=False)
    log(None, "remove_example", hubs=len(hubs))
    return len(hubs)


def _rows_of(hubs: list[int]) -> Iterator[models.QuerySet[models.Model]]:
    """Yield the rows of hubs, those that point at others first."""
    for model in _dependents_first():
        rows = model._default_manager.filter(hub_id__in=hubs)
        for field in model._meta.concrete_fields:
            if field.related_model is Hub and field.name != "hub":
                rows = rows | model._default_manager.filter(**{f"{field.attname}__in": hubs})
        yield rows


def _dependents_first() -> list[type[models.Model]]:
    """Return the models of hubs' rows so that each comes before those it points at."""
    waiting: set[type[models.Model]] = set(walls.hub_models())
    order: list[type[models.Model]] = []
    while waiting:
        pointed = {target for m in waiting for target in _targets(m) if target is not m}
        free = sorted(waiting - pointed, key=lambda m: m._meta.label)
        if not free:
            names = ", ".join(sorted(m._meta.label for m in waiting))
            raise RuntimeError(f"these models point at one another in a ring: {names}")
        order += free
        waiting -= set(free)
    return order


def _targets(model: type[models.Model]) -> set[type[models.Model]]:
    return {f.related_model for f in model._meta.concrete_fields if isinstance(f.related_model, type)}


def example_hubs() -> models.QuerySet[Hub]:
    """Return the hubs of the example."""
    rows: models.QuerySet[Hub] = Hub.objects.filter(example=True).order_by("name")
    return rows
