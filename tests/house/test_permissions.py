"""The permission table and its three readers agree, on every row, role and action of both hubs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.test import RequestFactory

from tests import world as w
from upwell_site.core import policy
from upwell_site.core.actor import actor_in_hub
from upwell_site.core.policy import Actor
from upwell_site.core.tenancy import Walled


@pytest.fixture
def world(db: None) -> w.World:
    return w.make()


def actor_of(world: w.World, who: str, side: str = "here") -> Actor:
    """Ask the house who somebody is, through a session like a browser's."""
    client = world.client(who, side)
    request = RequestFactory().get("/")
    request.session = client.session
    if user_id := client.session.get("_auth_user_id"):
        request.user = next(u for u in world.users.values() if str(u.pk) == user_id)
    else:
        from django.contrib.auth.models import AnonymousUser

        request.user = AnonymousUser()
    return actor_in_hub(request, world.sides[side].hub)[0]


def disagreements(world: w.World) -> Iterator[str]:
    """Yield each cell, person and row on which a reader of the table and the oracle differ."""
    here = world.sides["here"]
    for who in w.ROLES:
        actor = actor_of(world, who)
        if actor.roles.keys() != w.ROLES[who]:
            yield f"{who} holds {sorted(actor.roles)}, expected {sorted(w.ROLES[who])}"
        for resource in policy.table().values():
            if not resource.model:
                continue
            model = apps.get_model(resource.model)
            for action, cell in resource.actions.items():
                visible = set(policy.visible(model._default_manager.all(), actor, action).values_list("pk", flat=True))
                flags = dict(
                    policy.flagged(model._default_manager.filter(**_in(model, here)), actor, (action,)).values_list(
                        "pk", f"can_{action}"
                    )
                )
                for side in world.sides.values():
                    for name in w.REL[resource.name]:
                        row = side.rows[resource.name][name]
                        right = w.expected(cell, who, resource.name, name, same_hub=side is here)
                        place = f"{who} {resource.name}.{action} on {side.name}'s {name}"
                        if (row.pk in visible) is not right:
                            yield f"visible_to: {place} should be {right}"
                        if policy.can(actor, action, row) is not right:
                            yield f"can: {place} should be {right}"
                        if side is here and flags[row.pk] is not right:
                            yield f"with_can: {place} should be {right}"


def _in(model: type, side: w.Side) -> dict[str, object]:
    if issubclass(model, Walled):
        return {"hub": side.hub}
    return {"pk": side.hub.pk} if model.__name__ == "Hub" else {}


def test_three_readers_of_the_table_agree_with_the_oracle(world: w.World):
    """B1: every role x action x row of both hubs, decided by one table, whichever way it is asked."""
    found = list(disagreements(world))
    assert not found, f"{len(found)} wrong:\n" + "\n".join(found[:40])


def test_every_resource_has_a_row_and_relations_in_the_world():
    """A resource that the world does not know is one that no test watches."""
    known = {r.name for r in policy.table().values() if r.model}
    assert known == set(w.REL)


def test_every_model_of_a_hub_is_in_the_table_or_is_only_reached_through_another():
    """A model without a row in the table cannot be shown, because no view can name it."""
    models = {f"{m._meta.label}" for m in apps.get_models() if issubclass(m, Walled)}
    in_table = {r.model for r in policy.table().values()}
    through_others = {  # shown only as a part of the thing they belong to
        "core.HubText": "hub",
        "core.Member": "hub",
        "core.ConsentText": "consent",
        "core.Event": "its thing",
        "core.Once": "nobody",
        "core.NoticeChoice": "person",
        "core.Seat": "thread",
        "core.BatchRow": "batch",
        "sealed.ConcernEntry": "concern",
        "sealed.LeftOut": "concern",
        "sealed.Look": "concern",
    }
    assert models - in_table == set(through_others)


def test_a_relation_that_does_not_exist_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path):
    """A typing mistake in the table must not silently forbid or allow."""
    from django.core.exceptions import ImproperlyConfigured

    file = tmp_path / "permissions.toml"
    file.write_text(policy.TABLE.read_text() + '\n[bad]\nmodel = "core.Place"\nread = { lead = ["nobody_knows"] }\n')
    monkeypatch.setattr(policy, "TABLE", file)
    policy.table.cache_clear()
    try:
        with pytest.raises(ImproperlyConfigured, match="nobody_knows"):
            policy.table()
    finally:
        policy.table.cache_clear()
