"""A pair and a person without a mentor as cards, and the links to bringing people in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from upwell_site.connect import ready
from upwell_site.connect.models import Pair, Unmatched
from upwell_site.connect.ready import Bars
from upwell_site.connect.views import words
from upwell_site.connect.views.who import Who
from upwell_site.core.links import link

PER_POINT = 10_000


@dataclass(frozen=True, slots=True)
class PairCard:
    """One pair as its reader sees it."""

    pair: Pair
    mentee: Who
    mentor: Who
    fit: int
    reasons: list[words.Reason]
    held: tuple[str, ...]
    can_edit: bool
    note: str

    @property
    def is_proposed(self) -> bool:
        return bool(self.pair.state == Pair.State.PROPOSED)


@dataclass(frozen=True, slots=True)
class AloneCard:
    """Somebody without a mentor: what they asked for, what is in the way, what would help."""

    mentee: Who
    asked: list[words.Reason]
    binding: list[str]
    change: list[str]


def pair_card(pair: Pair, there: Mapping[int, Who], *, can_edit: bool, bars: Bars) -> PairCard:
    """Return a card for a pair, from the people of its page; `bars` is what else than papers can be in the way."""
    mentor = there[pair.mentor_id]
    held = mentor.lacks
    if not held and there[pair.mentee_id].young and (unwatched := bars.unwatched(pair.mentee_id, pair.mentor_id)):
        held = (unwatched,)
    if not held and pair.mentor_id in bars.full:
        held = (ready.full_words(bars.full[pair.mentor_id]),)
    return PairCard(
        pair=pair,
        mentee=there[pair.mentee_id],
        mentor=mentor,
        fit=round(pair.score / PER_POINT),
        reasons=words.reasons(pair.reasons),
        held=held if pair.state == Pair.State.PROPOSED else (),
        can_edit=can_edit,
        note=pair.note if can_edit else "",
    )


def alone_card(row: Unmatched, ask: Any, there: Mapping[int, Who]) -> AloneCard:
    """Return a card for somebody without a mentor."""
    return AloneCard(
        mentee=there[row.mentee_id],
        asked=words.asked(ask) if ask is not None else [],
        binding=[words.sentence(said) for said in row.binding],
        change=[words.sentence(said) for said in row.change],
    )


def bring_in(hub: str) -> dict[str, str]:
    """Return where lists of people are brought in."""
    return _lists("bring_in_list", hub)


def templates(hub: str) -> dict[str, str]:
    """Return where the two template spreadsheets can be taken."""
    return _lists("bring_in_template", hub)


def _lists(name: str, hub: str) -> dict[str, str]:
    return {kind: link(name, hub, kind) for kind in ("mentees", "mentors")}
