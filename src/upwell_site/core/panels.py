"""Boxes that a later verb puts on an earlier page: one registry, a fixed list of slots.

A page about one thing asks `show("hub", hub, actor)`; whoever has something to say registered a function for it. Home
asks for *needs* (what a person is asked to do now), search for *finds*. Never in lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upwell_site.core.models import Hub, Person
    from upwell_site.core.policy import Actor

SLOTS = frozenset(
    {
        "hub.heard",  # the public page: what we heard, full width, above all else
        "hub.main",  # the public page: discussions, work; the wide column of the sand band
        "hub.side",  # the public page: beside it
        "hub.offer",  # the public page: cards to act on, such as the next session
        "hub.safe",  # where somebody who is worried tells us
        "home.side",  # home: the right column
        "person",  # a person's page
        "organisation",
        "programme",
        "place",
    }
)

Load = Callable[[Any, "Actor"], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """One box: its template, and the function that fills it or returns None for nothing."""

    name: str
    slot: str
    template: str
    load: Load
    order: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A box ready for a page: `{% include box.template with box=box.data %}`."""

    name: str
    template: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs a person now, and the one button that answers it.

    Attributes
    ----------
    title, text : str
        "Ring Danuta back about the yard"; one sentence more.
    url, label : str
        Where the button leads. Without an address only the words are shown.
    verb : str
        The mark beside it: listen, connect, learn…
    quiet_url, quiet_label : str
        A second, quieter way out.
    voice, voice_by : str
        Words somebody said that this is about; only ever shown to those who may read them.
    order : int
        Smaller comes first. Safety below 10, promises 20, approvals 30, the rest 50.
    """

    title: str
    text: str = ""
    url: str = ""
    label: str = ""
    verb: str = ""
    quiet_url: str = ""
    quiet_label: str = ""
    voice: str = ""
    voice_by: str = ""
    order: int = 50


@dataclass(frozen=True, slots=True)
class Find:
    """One thing that search found."""

    title: str
    url: str = ""
    meta: str = ""


@dataclass(frozen=True, slots=True)
class Finds:
    """What one kind of search found: at most a handful, and whether there is more."""

    title: str
    rows: list[Find] = field(default_factory=list)
    more: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """One way to take part, on the public page of a hub."""

    title: str
    text: str
    url: str = ""
    label: str = ""
    verb: str = "listen"
    order: int = 50


Needs = Callable[["Person", "Actor"], Iterable[Need]]
Search = Callable[[str, "Hub", "Actor"], Finds | None]
Ways = Callable[["Hub", "Actor"], Iterable[Way]]

_panels: dict[str, Panel] = {}
_needs: dict[str, Needs] = {}
_fresh: dict[str, Needs] = {}
_searches: dict[str, Search] = {}
_ways: dict[str, Ways] = {}


def register(name: str, *, slot: str, template: str, order: int = 50) -> Callable[[Load], Load]:
    """Register a box. `load(thing, actor)` returns what its template needs, or None when there is nothing to show."""
    if slot not in SLOTS:
        raise ValueError(f"no slot {slot!r}; there are {', '.join(sorted(SLOTS))}")

    def keep(load: Load) -> Load:
        _panels[name] = Panel(name, slot, template, load, order)
        return load

    return keep


def needs(name: str, *, fresh: bool = False) -> Callable[[Needs], Needs]:
    """Register a function that says what a person is asked to do now: `(person, actor) -> Needs`.

    It asks the database a fixed number of times, whatever it finds. `fresh`: asked each time home is opened and never
    kept. For what must show at once and leaves no event (sealed matters); it asks nothing for whom it does not concern.
    """

    def keep(ask: Needs) -> Needs:
        (_fresh if fresh else _needs)[name] = ask
        return ask

    return keep


def search(name: str) -> Callable[[Search], Search]:
    """Register a search: `(words, hub, actor) -> Finds | None`, over rows that `visible_to(actor)` lets through."""

    def keep(ask: Search) -> Search:
        _searches[name] = ask
        return ask

    return keep


def ways(name: str) -> Callable[[Ways], Ways]:
    """Register ways to take part, for the public page of a hub: `(hub, actor) -> ways`."""

    def keep(ask: Ways) -> Ways:
        _ways[name] = ask
        return ask

    return keep


def show(slot: str, thing: Any, actor: Actor) -> list[Shown]:
    """Return the boxes of a slot that have something to show about `thing`."""
    found: list[Shown] = []
    for panel in sorted(_panels.values(), key=lambda p: (p.order, p.name)):
        if panel.slot == slot and (data := panel.load(thing, actor)) is not None:
            found.append(Shown(panel.name, panel.template, data))
    return found


def needs_of(person: Person, actor: Actor) -> list[Need]:
    """Return everything that needs this person now, most pressing first; without what is never kept."""
    found = [need for name in sorted(_needs) for need in _needs[name](person, actor)]
    return sorted(found, key=lambda need: need.order)


def fresh_needs_of(person: Person, actor: Actor) -> list[Need]:
    """Return what is asked anew each time: it goes before everything of the same order."""
    return [need for name in sorted(_fresh) for need in _fresh[name](person, actor)]


def find(words: str, hub: Hub, actor: Actor) -> list[Finds]:
    """Ask every search; those that found nothing are left out."""
    found = (_searches[name](words, hub, actor) for name in sorted(_searches))
    return [finds for finds in found if finds is not None and finds.rows]


def ways_of(hub: Hub, actor: Actor) -> list[Way]:
    """Return the ways to take part in a hub, best first."""
    return sorted((way for name in sorted(_ways) for way in _ways[name](hub, actor)), key=lambda way: way.order)
