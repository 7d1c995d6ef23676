"""What is worked out once and kept in this process for a few seconds: pages that many look at, and one looks at often.

What one reader sees depends on who they are (the roles in their `Actor`), what is in the hub, the day and the language.
Every deed in a hub writes its event, so the number of the newest event stands for what is in it: whatever anybody does
shows at once. What no event tells of (a vote, the hour) shows within ten seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django.utils import timezone
from django.utils.translation import get_language

from upwell_site.core.models import Event

if TYPE_CHECKING:
    from upwell_site.core.policy import Actor

T = TypeVar("T")
SECONDS = 10
MOST = 1000
_shelf: dict[tuple[Any, ...], tuple[float, Any]] = {}


def keep(key: tuple[Any, ...], make: Callable[[], T]) -> T:
    """Return what `make` gave for `key` within the last seconds, or ask it. `key` says everything it depends on.

    Readers share the value: nobody may change it.
    """
    now = time.monotonic()
    found = _shelf.get(key)
    if found is not None and found[0] > now:
        value: T = found[1]
        return value
    value = make()
    for old in [old for old, (until, _value) in list(_shelf.items()) if until <= now]:
        _shelf.pop(old, None)
    if len(_shelf) < MOST:
        _shelf[key] = (now + SECONDS, value)
    return value


def until_a_deed(name: str, actor: Actor, make: Callable[[], T]) -> T:
    """Return what `make` gave for exactly this actor; asked anew once anybody does anything in the hub."""
    assert actor.hub_id is not None  # pages of the site itself have no events of a hub to go by
    newest = Event.objects.filter(hub_id=actor.hub_id).order_by("-id").values_list("id", flat=True).first()
    roles = tuple(sorted(actor.roles.items()))
    who = (actor.hub_id, actor.person_id, actor.scope, roles, actor.asleep)
    return keep((name, who, newest, timezone.localdate(), get_language()), make)


def forget() -> None:
    """Empty the shelf."""
    _shelf.clear()
