"""The chain of a concern: its first words, each entry and its state, each marked with what came before.

The marks are made with the concern's own key. Whoever can write to the tables, but has no key, cannot change, add,
swap or take away anything without its showing.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

from upwell_site.sealed.models import Concern, ConcernEntry


def first(concern: Concern, row_key: bytes) -> str:
    """Return the mark of what was told: the words as they lie there, when, by whom, and who may not know."""
    left_out = sorted(concern.left_out.values_list("person_id", flat=True))
    told = (concern.words, concern.about, concern.sender, concern.reach)
    facts = (concern.pk.hex, _when(concern.raised_at), concern.raised_by_id, concern.receipt)
    who = (concern.about_lead, concern.to_deputy, left_out)
    return _mark(row_key, "", *(bytes(box) for box in told), *facts, *who)


def next_after(before: str, entry: ConcernEntry, row_key: bytes) -> str:
    """Return the mark of one entry."""
    facts = (entry.pk.hex, entry.concern_id.hex, entry.number, _when(entry.at), entry.by_id, entry.kind)
    return _mark(row_key, before, *facts, bytes(entry.words))


def end(concern: Concern, last: str, row_key: bytes) -> str:
    """Return the mark of the end: that nothing follows, and the state that the list shows."""
    return _mark(row_key, last, "end", concern.state, _when(concern.acknowledged_at), _when(concern.closed_at))


def holds(concern: Concern, row_key: bytes) -> bool:
    """Whether everything is as it was written. Asks the database twice, however long the chain is."""
    mark = first(concern, row_key)
    for number, entry in enumerate(concern.entries.filter(hub_id=concern.hub_id).order_by("number"), start=1):
        following = next_after(mark, entry, row_key)
        if entry.number != number or entry.before != mark or entry.mark != following:
            return False
        mark = following
    return hmac.compare_digest(concern.head, end(concern, mark, row_key))


def _when(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else ""


def _mark(row_key: bytes, before: str, *parts: object) -> str:
    said = "\n".join([before, *(_plain(part) for part in parts)])
    return hmac.new(row_key, b"chain\n" + said.encode(), hashlib.sha256).hexdigest()


def _plain(part: object) -> str:
    """Return one fact so that no two facts look alike, and a choice looks the same before and after it was stored."""
    return part.hex() if isinstance(part, bytes) else repr(str(part) if isinstance(part, str) else part)
