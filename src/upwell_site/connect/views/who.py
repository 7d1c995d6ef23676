"""The people on a page of a round: as much of each as the reader may see, in two queries for any number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from upwell_site.connect import ready
from upwell_site.connect.models import Round
from upwell_site.core.actor import Request
from upwell_site.core.models import Person
from upwell_site.core.models.person import ADULT_AT


@dataclass(frozen=True, slots=True)
class Who:
    """One person as this reader may know them.

    Attributes
    ----------
    name, short : str
        "Shanice Neville", "Shanice N."; a number where the name may not be seen.
    age : int or None
        Where the date of birth is known and may be seen.
    young : bool
        Under 18, or of an age nobody confirmed.
    lacks : tuple of str
        What is missing before they may be put in touch as a mentor; asked for only where it is shown.
    """

    number: int
    name: str
    short: str
    named: bool
    age: int | None
    young: bool
    lacks: tuple[str, ...] = ()

    @property
    def under_18(self) -> bool:
        """Whether the reader may know that they are under 18; else it is only said that nobody confirmed it."""
        return self.age is not None and self.age < ADULT_AT

    @property
    def with_age(self) -> str:
        """Return "Shanice N., 16"."""
        return f"{self.short}, {self.age}" if self.age is not None else self.short


def people(
    request: Request, numbers: Iterable[int], mentors: Iterable[int] = (), round: Round | None = None
) -> dict[int, Who]:
    """Return the people of a page by number; for `mentors` of a round also what they lack."""
    wanted, asked = set(numbers), set(mentors)
    rows = list(
        Person.objects.filter(hub=request.hub, pk__in=wanted | asked).with_can(
            request.actor, "read", "born", "standing"
        )
    )
    lacks: dict[int, tuple[str, ...]] = {}
    if asked and round is not None:
        lacks = ready.lacking(request.hub.pk, round.programme_id, [row for row in rows if row.pk in asked])
    return {row.pk: _who(row, lacks.get(row.pk, ())) for row in rows}


def _who(row: Person, lacks: tuple[str, ...]) -> Who:
    seen = row.can_read and row.name  # type: ignore[attr-defined]
    nobody = _("Somebody (number %(number)s)") % {"number": row.pk}
    if lacks and not row.can_standing:  # type: ignore[attr-defined]
        lacks = (_("Something is not in order yet"),)
    return Who(
        number=row.pk,
        name=row.name if seen else nobody,
        short=row.short_name if seen else nobody,
        named=bool(seen),
        age=row.age if seen and row.can_born else None,  # type: ignore[attr-defined]
        young=not row.is_adult,
        lacks=lacks,
    )
