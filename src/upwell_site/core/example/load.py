"""Loading the example into an empty database, and emptying it again in one step."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import places, walls
from upwell_site.core.events import log
from upwell_site.core.example import hubs, people, records
from upwell_site.core.example.world import World
from upwell_site.core.models import Hub, Person, Place, Site, User
from upwell_site.core.refused import Refused

SMALLEST, LARGEST = 120, 200_000
PARTS = ("listen", "connect")  # verbs that add to the example, in order: each has a module `example` with `fill(world)`


def load(*, size: int = 400, seed: int = 1) -> World:
    """Build the example for `size` people. Only on a database with nobody real in it; a former example is replaced.

    Raises
    ------
    Refused
        When there is a real hub or sign-in in this database, or the size is out of range.
    """
    if not SMALLEST <= size <= LARGEST:
        raise Refused(_("The example holds from %(low)s to %(high)s people.") % {"low": SMALLEST, "high": LARGEST})
    _must_be_free()
    if Hub.objects.exists():
        remove()
    if not Place.objects.filter(code="leeds-112").exists():
        places.load_kingdom()
    world = World(size=size, seed=seed)
    world.places = {place.code: place for place in Place.objects.defer("outline").order_by("code")}
    world.sectors = places.sectors()
    with transaction.atomic():
        Site.objects.update_or_create(pk=1, defaults={"example": True, "started_at": timezone.now()})
        hubs.build(world)
        people.build(world)
        people.roles(world)
        records.build(world)
        for verb in PARTS:
            fill(verb, world)
        for slug, hub in world.hubs.items():
            log(None, "load_example", hub, hub=hub, people=len(world.people(slug)), seed=seed)
    return world


def fill(verb: str, world: World) -> None:
    """Let a later verb add its part, found by name: the core imports no verb."""
    name = f"upwell_site.{verb}.example"
    if find_spec(name) is not None:
        import_module(name).fill(world)


def remove() -> None:
    """Empty the database of the example, in one step; the places stay. Never with a real hub or sign-in in it."""
    _must_be_free()
    had_places = Place.objects.exists()
    with transaction.atomic():  # the walls that keep what is append-only stand in the way of emptying
        connection.check_constraints()  # PostgreSQL empties no table while checks wait for the end of a transaction
        walls.take_down()
        call_command("flush", interactive=False, verbosity=0)
        walls.put_up()
    if had_places:
        places.load_kingdom()


def _must_be_free() -> None:
    """Refuse when somebody real could be in this database."""
    if Hub.objects.filter(example=False).exists():
        raise Refused(_("There is a real hub in this database. The example needs an empty one of its own."))
    if not Site.is_example() and (Person.objects.exists() or User.objects.exists()):
        raise Refused(_("Somebody signed in to this database already. The example needs an empty one of its own."))
