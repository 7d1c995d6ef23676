"""Between the rows of connect and its engine: the only module here that calls `upwell.connect`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from upwell import connect

if TYPE_CHECKING:
    from upwell.connect import Column


def columns_of(side: str) -> tuple[Column, ...]:
    """Return the columns of a list of ``"mentees"`` or ``"mentors"``, as the engine describes them."""
    return connect.columns_for(side)
