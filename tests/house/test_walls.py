"""Walls in the database: another hub's row cannot be linked, whatever the code above forgets."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from tests import world as w
from upwell_site.core import walls
from upwell_site.core.models import Consent, Event, Hub, Person
from upwell_site.core.tenancy import Walled


@pytest.fixture
def world(db: None) -> w.World:
    return w.make()


def crossings(world: w.World) -> list[str]:
    """Try every link of every hub's row across the wall, by `update`; return those the database let through."""
    through = []
    here, there = world.sides["here"], world.sides["there"]
    for model in walls.hub_models():
        row = model._default_manager.filter(hub=here.hub).first()
        if row is None or model.append_only:
            continue
        for field in model._meta.concrete_fields:
            target = field.related_model
            if isinstance(target, type) and issubclass(target, Walled):
                other = target._default_manager.filter(hub=there.hub).first()
                if other is None:
                    continue
                try:
                    with transaction.atomic():
                        model._default_manager.filter(pk=row.pk).update(**{field.attname: other.pk})
                        connection.check_constraints()
                    through.append(f"{model.__name__}.{field.name}")
                except IntegrityError:
                    pass
    return through


def test_no_link_of_any_model_crosses_by_update(world: w.World):
    """B2, in the database itself."""
    assert crossings(world) == []


def test_bulk_create_cannot_cross_either(world: w.World):
    """The way of loading that skips save() meets the same wall."""
    here, there = world.sides["here"], world.sides["there"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.bulk_create([Person(hub=here.hub, name="x", born_by=there.people["adult"])])


def test_a_row_never_changes_its_hub(world: w.World):
    """Moving a row would carry its history into another's responsibility."""
    here, there = world.sides["here"], world.sides["there"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=here.people["adult"].pk).update(hub=there.hub)


@pytest.mark.parametrize("how", ["update", "delete"])
def test_the_consent_ledger_is_append_only(world: w.World, how: str):
    """A yes that could be edited afterwards proves nothing."""
    rows = Consent.objects.filter(hub=world.sides["here"].hub)
    with pytest.raises((IntegrityError, models.ProtectedError)), transaction.atomic():
        rows.update(given=False) if how == "update" else rows._raw_delete("default")


def test_the_log_of_an_example_hub_may_be_taken_away_and_no_other(world: w.World):
    """The example can be removed in one step; real history cannot."""
    here, there = world.sides["here"].hub, world.sides["there"].hub
    Hub.objects.filter(pk=there.pk).update(example=True)
    for hub in (here, there):
        Event.objects.create(hub=hub, did="test")
    Event.objects.filter(hub=there)._raw_delete("default")
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(hub=here)._raw_delete("default")


def test_the_start_refuses_when_a_wall_is_missing(db: None):
    """A rebuild of a table can lose a wall: then nobody is served."""
    from django.core.exceptions import ImproperlyConfigured

    from upwell_site.core import safe_start

    safe_start.check()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER wall_core_person_stays")
        else:
            cursor.execute("ALTER TABLE core_tie DROP CONSTRAINT wall_core_tie_a_id")
    with pytest.raises(ImproperlyConfigured, match="walls"):
        safe_start.check()


def test_every_unique_key_of_a_hubs_row_holds_the_hub():
    """Otherwise one hub could tell what another has, by being refused."""
    loose = []
    for model in walls.hub_models():
        for constraint in model._meta.total_unique_constraints + [
            c for c in model._meta.constraints if isinstance(c, models.UniqueConstraint)
        ]:
            site_only = "hub__isnull" in str(constraint.condition) or "to__isnull" in str(constraint.condition)
            if "hub" not in constraint.fields and not site_only:
                loose.append(f"{model.__name__}: {constraint.name}")
        loose += [f"{model.__name__}.{f.name}" for f in model._meta.local_fields if f.unique and not f.primary_key]
        loose += [f"{model.__name__}.{f.name}" for f in model._meta.local_many_to_many]
    assert loose == []


def test_every_model_but_user_hub_and_instance_tables_belongs_to_a_hub():
    """A new table without a hub is a table without a wall."""
    ours = [m for m in apps.get_models() if m.__module__.startswith("upwell_site")]
    free = {m._meta.label for m in ours if not issubclass(m, Walled)}
    assert free == {"core.User", "core.Hub", "core.Place", "core.Site"}
