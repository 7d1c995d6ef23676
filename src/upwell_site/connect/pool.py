"""Everybody in a round as plain rows, and a mark by which it is known whether somebody came or changed since."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from upwell_site.connect.models import Ask, Offer, Round, Side

SIDE = ("person", "tags", "languages", "slots", "organisation", "travel_km", "mode", "lat", "lon", "interests")
Row = tuple[Any, ...]


def of(round: Round) -> tuple[list[Row], list[Row]]:
    """Return everybody who asks and everybody who offers, in the order they were brought in."""
    return _rows(Ask, round), _rows(Offer, round, "capacity", "cleared")


def _rows(model: type[Side], round: Round, *more: str) -> list[Row]:
    """Return one side as plain rows; model objects would take ten times the room."""
    rows = model._default_manager.filter(hub_id=round.hub_id, round=round).order_by("id")
    return list(rows.values_list(*SIDE, *more).iterator(chunk_size=2000))


def mark(asks: Sequence[Row], offers: Sequence[Row]) -> str:
    """Return a mark of these people and what they said: other people or other answers have another mark."""
    told = hashlib.blake2b(digest_size=16)
    for row in (*asks, (), *offers):
        told.update(repr([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row]).encode())
    return told.hexdigest()
