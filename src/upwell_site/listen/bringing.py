"""Bringing a vote export in: read by the engine, outside any transaction, then stored in one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from upwell_site.core.models import Hub, Person, Place, Programme
from upwell_site.listen import bridge
from upwell_site.listen.actions import discussions as actions
from upwell_site.listen.models import Discussion


def bring_in_export(
    *,
    by: Person | None,
    hub: Hub,
    title: str,
    files: Mapping[str, bytes] | bytes | str | Path,
    place: Place | None = None,
    programme: Programme | None = None,
    public: bool = False,
    source: str = "",
    about: str = "",
    sign: bridge.Sign | None = None,
) -> Discussion:
    """Bring a vote export in as a closed discussion, and start working out its groups.

    Parameters
    ----------
    files
        File names with their bytes (gzipped or not), the bytes of a zip, or a folder.
    source : str
        Where the votes come from and under which licence; shown on the page.
    sign : {"agree=+1", "agree=-1"}, optional
        Which number means agree, where the export does not tell.

    Raises
    ------
    upwell.InputError
        Names file, row and column of what cannot be used. Nothing is stored.
    Refused
        A statement is too long or a number too large. Nothing is stored.
    """
    export = bridge.read(files, sign=sign)
    more: dict[str, Any] = {"place": place, "programme": programme, "public": public, "source": source, "about": about}
    return actions.store_export(by=by, hub=hub, title=title, export=export, **more)


@dataclass(frozen=True, slots=True)
class Look:
    """What is in an export, before it is brought in."""

    people: int
    statements: int
    votes: int
    kept_out: int
    turned: bool
    topic: str
    first: list[str]


def look(files: Mapping[str, bytes] | bytes, sign: str = "") -> Look:
    """Read an export and say what is in it. Nothing is stored."""
    export = bridge.read(files, sign=cast("bridge.Sign | None", sign or None))
    of = export.statements
    return Look(
        people=len(export.participant),
        statements=len(of.id),
        votes=len(export.votes.value),
        kept_out=int(of.left_out.sum()),
        turned=export.sign == "agree=-1",
        topic=export.summary.get("topic", ""),
        first=[text for text, out in zip(of.text, of.left_out, strict=True) if not out][:20],
    )
