"""What may be brought in: one registry, to which each verb adds its own kinds of list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from django.db.models import Model, Q
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from upwell_site.core.bringing.cells import Reader
from upwell_site.core.models import Batch, BatchRow, Hub, Person, Programme
from upwell_site.core.policy import Actor

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list.

    Attributes
    ----------
    name : str
        Our heading.
    about, example : str
        What to write there, in a sentence, and a cell that is right.
    read : callable
        Cell -> value; ValueError with a sentence when it cannot be used.
    synonyms : tuple of str
        Other headings taken for it; capitals, spaces and marks do not matter.
    required : bool
        Whether the column must be there.
    filled : bool
        Whether each row must have something in it.
    reads_empty : bool
        Whether an empty cell means something; otherwise it leaves things as they are.
    as_text : bool
        Whether our template formats it as text, so that no first 0 is lost.
    """

    name: str
    about: Any
    example: str
    read: Reader
    synonyms: tuple[str, ...] = ()
    required: bool = False
    filled: bool = False
    reads_empty: bool = False
    as_text: bool = False


@dataclass(slots=True)  # not frozen: a million of these are made, and that takes three times as long
class Row:
    """One row that was read: its number in the spreadsheet and its values by column."""

    number: int
    values: Values


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and how to mend it."""

    row: int | None
    column: str
    message: str
    value: str = ""


@dataclass(slots=True)
class Plan:
    """What one row will do: make something new, change or leave something known."""

    row: Row
    state: str  # "new", "joins", "changed" or "known"
    thing: Any = None
    who: int | None = None  # its number, once it has one
    changes: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a list may be brought in to: the whole hub, a programme, a round."""

    key: str
    title: Any
    programme: Programme | None = None
    thing: Model | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """Numbers and addresses of the people a hub had before a list came: who is in neither need not be looked for.

    Of a hub with very many people it knows nothing, and everybody is looked for.
    """

    keys: frozenset[str] | None
    addresses: frozenset[str] | None

    @classmethod
    def of(cls, hub: Hub, most: int = 100_000) -> Before:
        """Ask, once for a list."""
        here = Q(emptied_at__isnull=True) | Q(merged_into__isnull=False)
        rows = Person.objects.filter(here, hub=hub).order_by()
        found = list(rows.values_list("outside_id", "email")[: most + 1])
        if len(found) > most:
            return cls(None, None)
        return cls(frozenset(key for key, _email in found), frozenset(email.lower() for _key, email in found))

    def some_keys(self, keys: Iterable[str]) -> list[str]:
        return [key for key in keys if self.keys is None or key in self.keys]

    def some_addresses(self, addresses: Iterable[str]) -> list[str]:
        return [email for email in addresses if self.addresses is None or email in self.addresses]


@dataclass(slots=True)
class Loading:
    """One pass over a list: who brings it in, where to, and what was found on the way.

    Without `batch` it only looks; with one, what is made and changed is written down for undoing.
    """

    hub: Hub
    actor: Actor
    target: Target
    by: Person | None = None
    batch: Batch | None = None
    headings: dict[str, str] = field(default_factory=dict)
    tell: Callable[[Problem], None] = lambda problem: None
    counts: Counter[str] = field(default_factory=Counter)
    matched: dict[int, int] = field(default_factory=dict)
    vectors: Mapping[int, bytes] = field(default_factory=dict)
    today: date = field(default_factory=timezone.localdate)
    before: Before | None = None

    @property
    def programme(self) -> Programme | None:
        return self.target.programme

    def problem(self, row: Row, column: str, message: str, value: object = "") -> None:
        """Say that a row cannot be used."""
        self.tell(Problem(row.number, self.headings.get(column, column), message, str(value)))

    def keep_made(self, label: str, numbers: Sequence[int], keys: Sequence[int]) -> None:
        """Write down very many new rows: one note for all whose keys follow one another."""
        if self.batch is None:
            return
        starts = [at for at, key in enumerate(keys) if at == 0 or keys[at - 1] != key - 1]
        ends = [*starts[1:], len(keys)]
        BatchRow.objects.bulk_create(
            [
                BatchRow(
                    hub=self.hub,
                    batch=self.batch,
                    number=numbers[start],
                    made=f"{label}:{keys[start]}",
                    many=end - start,
                    new=True,
                )
                for start, end in zip(starts, ends, strict=True)
            ],
            batch_size=500,
        )

    def keep(self, rows: Iterable[tuple[int, Model, dict[str, Any] | None]]) -> None:
        """Write down what a row made (None) or changed (field -> {"was", "now"})."""
        if self.batch is None:
            return
        BatchRow.objects.bulk_create(
            [
                BatchRow(
                    hub=self.hub,
                    batch=self.batch,
                    number=number,
                    made=f"{thing._meta.label_lower}:{thing.pk}",
                    new=before is None,
                    before=before or {},
                )
                for number, thing, before in rows
            ],
            batch_size=500,
        )


def _no_more_to_check(values: Values) -> Iterable[tuple[str, str]]:
    return ()


def _whole_hub(actor: Actor, hub: Hub) -> list[Target]:
    return [Target("", hub.name)]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of list.

    Attributes
    ----------
    name, title, about
        Its key, its name and what happens with it, in a sentence.
    columns : callable
        () -> its columns.
    plan, load : callable
        (rows, loading) -> plans, reading only and the same number of queries for any rows; then (plans, loading),
        writing. `load` is the seam for faster ways to write many rows.
    keys : callable
        values -> (column, key) pairs that no two rows of a file may share.
    check_row : callable
        values -> (column, sentence) for what cells together say wrong.
    targets : callable
        (actor, hub) -> where this person may bring such a list in.
    beside : bool
        Whether a file of interests may lie beside the list: one vector for each row.
    """

    name: str
    title: Any
    about: Any
    columns: Callable[[], Sequence[Column]]
    plan: Callable[[Sequence[Row], Loading], list[Plan]]
    load: Callable[[Sequence[Plan], Loading], None]
    keys: Callable[[Values], Iterable[tuple[str, str]]]
    check_row: Callable[[Values], Iterable[tuple[str, str]]] = _no_more_to_check
    targets: Callable[[Actor, Hub], list[Target]] = _whole_hub
    beside: bool = False

    def target(self, actor: Actor, hub: Hub, key: str) -> Target | None:
        """Return one of the targets by its key, if this person may bring the list in there."""
        return next((target for target in self.targets(actor, hub) if target.key == key), None)


_known: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a kind of list."""
    _known[kind.name] = kind
    return kind


@cache
def _discover() -> None:
    autodiscover_modules("bringing")


def known() -> dict[str, Kind]:
    """Return every kind of list by name; each app's module `bringing` is asked once."""
    _discover()
    return dict(_known)


def find(name: str) -> Kind | None:
    """Return a kind of list by its name."""
    return known().get(name)
