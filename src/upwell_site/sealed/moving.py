"""How sealed rows travel with their hub: their words as they lie, their keys under one that was made for the journey.

No word is opened on the way. A concern's chain names people by number, and numbers change; so it is looked at before
it leaves, and made anew where it arrives. One that did not hold does not hold there either.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Model

from upwell_site.core.models import Hub
from upwell_site.core.refused import Refused
from upwell_site.sealed import chain, keys
from upwell_site.sealed.models import Check, Concern, ConcernEntry, LeftOut

RENEWED = {
    "sealed.Check": ("wrapped",),
    "sealed.Concern": ("wrapped", "head"),
    "sealed.ConcernEntry": ("before", "mark"),
    "sealed.LeftOut": (),
}


def new_key() -> str:
    """Return a key for one journey, as it is written into its file."""
    return base64.b64encode(secrets.token_bytes(keys.SIZE)).decode()


def _key(said: str) -> keys.Key:
    try:
        secret = base64.b64decode(said.strip(), validate=True)
    except (ValueError, binascii.Error):
        secret = b""
    if len(secret) != keys.SIZE:
        raise Refused("The key beside the archive is damaged. Nothing was changed.")
    return keys.Key(keys.name_of(secret), secret)


def name_of(said: str) -> str:
    """Return the name of a key for one journey."""
    return _key(said).name


def leave(hub: Hub, said: str) -> Iterator[dict[str, Any]]:
    """Yield, for each sealed row whose words can still be read, its own key under the key of the journey."""
    key = _key(said)
    for model in (Concern, Check):
        for row in model.objects.filter(hub=hub, wrapped__isnull=False).order_by("pk").iterator(chunk_size=200):
            row_key = row.row_key()
            box = keys.wrap_under(key, row_key, _bound(model._meta.label, row.pk.hex))
            holds = chain.holds(row, row_key) if isinstance(row, Concern) else True
            yield {"model": model._meta.label, "id": row.pk.hex, "key": base64.b64encode(box).decode(), "holds": holds}


def _bound(label: str, number: str) -> str:
    return f"journey|{label}|{number}"


def arrive(rows: Mapping[str, list[Any]], boxes: Iterable[Mapping[str, Any]], said: str) -> None:
    """Write the sealed rows of a hub that has just come, each key under this site's own, each chain made anew."""
    told = {(box["model"], box["id"]): box for box in boxes}
    concerns, checks = rows.get("sealed.Concern", []), rows.get("sealed.Check", [])
    opened: dict[str, tuple[bytes, bool]] = {}
    for row in (*concerns, *checks):
        box = told.get((row._meta.label, row.pk.hex))
        if box is not None:
            bound = _bound(row._meta.label, row.pk.hex)
            row_key = keys.unwrap_under(_key(said), base64.b64decode(box["key"]), bound)
            row.wrapped = keys.wrap(row_key, f"{row.hub_id}|{row._meta.db_table}|{row.pk.hex}")
            opened[row.pk.hex] = row_key, bool(box["holds"])
    _insert(Check, checks)
    _insert(Concern, concerns)
    _insert(LeftOut, rows.get("sealed.LeftOut", []))
    entries: dict[str, list[ConcernEntry]] = {}
    for entry in rows.get("sealed.ConcernEntry", []):
        entries.setdefault(entry.concern_id.hex, []).append(entry)
    for concern in concerns:
        if opened.get(concern.pk.hex, (b"", False))[1]:
            row_key = opened[concern.pk.hex][0]
            mark = chain.first(concern, row_key)
            for entry in sorted(entries.get(concern.pk.hex, []), key=lambda entry: entry.number):
                entry.before, mark = mark, chain.next_after(mark, entry, row_key)
                entry.mark = mark
            Concern.objects.filter(pk=concern.pk).update(head=chain.end(concern, mark, row_key))
    _insert(ConcernEntry, [entry for some in entries.values() for entry in some])


def _insert(model: type[Model], rows: list[Any]) -> None:
    model._base_manager.bulk_create(rows, batch_size=200)
