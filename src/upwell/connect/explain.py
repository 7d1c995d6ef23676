"""Say why a pair fits, and for somebody without a mentor what binds and what would help."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from upwell._kit.say import Say
from upwell.connect._assign import Assignment
from upwell.connect._candidates import Edges, Pair
from upwell.connect._prices import highest_prices, only_claims
from upwell.connect.compare import HARD, Facts, Programme, Side, vary
from upwell.connect.words import say_all, say_language, say_slot, slot_order

CLOSE_INTERESTS = 0.6  # cosine from which we say that two people care about the same things
EASY_KM = 10  # travelling further than this is asked only after the other changes
_MAX_TAGS = 5

Bools = NDArray[np.bool_]


class Explainer:
    """Answers questions about single people of one match; built by `match`."""

    def __init__(
        self,
        programme: Programme,
        edges: Edges,
        assignment: Assignment,
        capacity: NDArray[np.int64],
        forbidden: Sequence[Pair],
    ) -> None:
        self.programme, self.edges, self.assignment, self.capacity = programme, edges, assignment, capacity
        self.forbidden: dict[int, list[int]] = {}
        for mentee, mentor in forbidden:
            self.forbidden.setdefault(mentee, []).append(mentor)

    # Why a pair fits

    def reasons(self, mentee: int) -> list[Say]:
        """Return the facts that speak for this person's pair, the most useful first."""
        mentor = int(self.assignment.mentor_of[mentee])
        if mentor < 0:
            return []
        facts = self.programme.only(mentor).facts(self._row(mentee))  # quick: everybody's reasons are asked for
        said = [Say("connect.fixed")] if self.assignment.locked[mentee] else []
        said += self._time(mentee, mentor)
        said += self._way(mentee, mentor, float(facts.distance[0, 0]))
        said += self._tags(mentee, mentor)
        said += self._language(mentee, mentor)
        if facts.interest is not None and facts.interest[0, 0] >= CLOSE_INTERESTS:
            said.append(Say("connect.interests"))
        return said or [Say("connect.allowed")]

    def _time(self, mentee: int, mentor: int) -> list[Say]:
        shared = sorted(self._shared("slots", mentee, mentor), key=slot_order)
        return [Say("connect.free_together", {"n": len(shared), "slot": say_slot(shared[0])})] if shared else []

    def _way(self, mentee: int, mentor: int, km: float) -> list[Say]:
        one, other = self.programme.mentees, self.programme.mentors
        limit = min(float(one.travel[mentee]), float(other.travel[mentor]), self.programme.rules.max_travel_km)
        in_person = bool(one.in_person[mentee] and other.in_person[mentor])
        if in_person and km < 1 <= limit:
            return [Say("connect.very_near")]
        if in_person and km <= limit:
            return [Say("connect.near", {"km": round(km, 1), "limit": _number(limit)})]
        if one.online[mentee] and other.online[mentor]:
            return [Say("connect.online")]
        return [] if math.isnan(km) else [Say("connect.apart", {"km": round(km, 1)})]

    def _tags(self, mentee: int, mentor: int) -> list[Say]:
        shared = self._shared("tags", mentee, mentor)[:_MAX_TAGS]
        words = [Say("connect.plain", {"word": tag.replace("-", " ")}) for tag in shared]
        return [Say("connect.shared_tags", {"n": len(shared), "tags": say_all(words)})] if words else []

    def _language(self, mentee: int, mentor: int) -> list[Say]:
        other = [say_language(code) for code in self._shared("languages", mentee, mentor) if code != "en"]
        return [Say("connect.shared_language", {"language": say_all(other)})] if other else []

    def _shared(self, what: str, mentee: int, mentor: int) -> list[str]:
        one = getattr(self.programme.mentees, what)[mentee]
        other = getattr(self.programme.mentors, what)[mentor]
        return [self.programme.vocabulary[what][at] for at in np.nonzero(one * other)[0]]

    # What binds

    def unmatched(self, mentee: int) -> tuple[Say, Say]:
        """Return (the rule that binds, the smallest single change after which they would have a mentor)."""
        if self.assignment.mentor_of[mentee] >= 0:
            raise ValueError(f"mentee {mentee} has a mentor")
        facts = self._facts(mentee)
        return self._binding(mentee, facts), self._change(mentee, facts)

    def _binding(self, mentee: int, facts: Facts) -> Say:
        if not self.programme.may_mentor.any():
            return Say("connect.binds_clearance")
        free = self._not_forbidden(mentee)
        fitting = int((facts.allowed() & free).sum())
        if fitting:
            return Say("connect.binds_full", {"n": fitting})
        row = self._row(mentee)
        if "slot" in self.programme.active and not row.slots.any():
            return Say("connect.binds_times_unknown")
        if "distance" in self.programme.active and np.isnan(row.lat[0]):
            return Say("connect.binds_place_unknown")
        if facts.allowed().any():
            return Say("connect.binds_ruled_out", {"n": int(facts.allowed().sum())})
        without = {rule: int((facts.allowed(but=rule) & free).sum()) for rule in HARD if rule in facts.passes}
        rule = max(without, key=lambda rule: without[rule], default="")
        if rule and without[rule]:
            return Say(f"connect.binds_{rule}", {"n": without[rule]})
        return Say("connect.binds_several")

    def _change(self, mentee: int, facts: Facts) -> Say:
        """Try single changes from the easiest to the hardest; the first that surely helps is said."""
        tries: tuple[Callable[[int, Facts], Say | None], ...] = (
            self._another_slot,
            self._further,
            self._another_way,
            self._another_language,
            self._another_place,
            self._much_further,
            self._own_organisation,
            self._ruled_out,
        )
        for attempt in tries:
            said = attempt(mentee, facts)
            if said is not None:
                return said
        if not self.programme.may_mentor.any():
            return Say("connect.change_clearance")
        row = self._row(mentee)
        if "slot" in self.programme.active and not row.slots.any():
            return Say("connect.change_add_times")
        if "distance" in self.programme.active and np.isnan(row.lat[0]):
            return Say("connect.change_add_place")
        return Say("connect.change_talk")

    @cached_property
    def _prices(self) -> NDArray[np.int64]:
        locked = self.assignment.mentor_of[self.assignment.locked]
        places = self.capacity - np.bincount(locked, minlength=len(self.capacity))
        chosen = self.assignment
        return highest_prices(self.edges, chosen.mentor_of, chosen.locked, places, chosen.bonus)

    @cached_property
    def _claims(self) -> dict[int, NDArray[np.int64]]:
        chosen = self.assignment
        return only_claims(self.edges, chosen.mentor_of, chosen.locked, chosen.prices, chosen.bonus)

    def _gain(self, mentee: int, facts: Facts, allowed: Bools) -> NDArray[np.int64]:
        """Return by how much the total would grow if each pair were allowed; 0 where it would not.

        Above 0 means that every best match then has this person in it.
        """
        gain = facts.score + self.assignment.bonus - self._prices
        return np.where(allowed & self._not_forbidden(mentee), np.maximum(gain, 0), 0)

    def _another_slot(self, mentee: int, facts: Facts) -> Say | None:
        words = self.programme.vocabulary["slots"]
        best = self._best_word(mentee, "slots", sorted(words, key=slot_order), "slot")
        return Say("connect.change_slot", {"slot": say_slot(best), "code": best}) if best else None

    def _another_language(self, mentee: int, facts: Facts) -> Say | None:
        best = self._best_word(mentee, "languages", list(self.programme.vocabulary["languages"]), "language")
        return Say("connect.change_language", {"language": say_language(best), "code": best}) if best else None

    def _best_word(self, mentee: int, what: str, words: list[str], rule: str) -> str:
        """Return the one more slot or language that adds most, or "" if none helps."""
        row = self._row(mentee)
        own: NDArray[np.float64] = getattr(row, what)[0]
        place = {word: at for at, word in enumerate(self.programme.vocabulary[what])}
        new = [word for word in words if not own[place[word]]]
        if rule not in self.programme.active or not new:
            return ""
        bits = np.repeat(own[None, :], len(new), axis=0)
        bits[np.arange(len(new)), [place[word] for word in new]] = 1.0
        facts = self.programme.facts(vary(row, **{what: bits}))
        gain = self._gain(mentee, facts, facts.allowed()).max(axis=1, initial=0)
        return new[int(gain.argmax())] if gain.any() else ""

    def _further(self, mentee: int, facts: Facts) -> Say | None:
        extra = self._least_extra_km(mentee, facts)
        return self._say_further(mentee, extra) if extra <= EASY_KM else None

    def _much_further(self, mentee: int, facts: Facts) -> Say | None:
        extra = self._least_extra_km(mentee, facts)
        return self._say_further(mentee, extra) if extra < math.inf else None

    def _say_further(self, mentee: int, extra: float) -> Say:
        limit = float(self.programme.mentees.travel[mentee]) + extra
        return Say("connect.change_travel", {"n": int(extra), "limit": _number(limit)})

    def _least_extra_km(self, mentee: int, facts: Facts) -> float:
        """Return how many whole km more they must travel to reach a mentor they would get."""
        side, rules = self.programme, self.programme.rules
        if "distance" not in side.active or not side.mentees.in_person[mentee]:
            return math.inf
        theirs = side.mentors.in_person & (facts.distance <= np.minimum(side.mentors.travel, rules.max_travel_km))
        gain = self._gain(mentee, facts, facts.allowed(but="distance") & theirs)
        if not gain.any():
            return math.inf
        nearest = float(facts.distance[gain > 0].min())
        return float(max(1, math.ceil(nearest - float(side.mentees.travel[mentee]))))

    def _another_way(self, mentee: int, facts: Facts) -> Say | None:
        row = self._row(mentee)
        if row.online[0] and row.in_person[0]:
            return None
        both = self.programme.facts(vary(row, online=np.array([True]), in_person=np.array([True])))
        if not self._gain(mentee, both, both.allowed()).any():
            return None
        return Say("connect.change_in_person" if row.online[0] else "connect.change_online")

    def helpful_places(self, mentee: int) -> NDArray[np.int64]:
        """Return the mentors whose one more place would surely give this person a mentor."""
        return self._claims.get(mentee, np.zeros(0, dtype=np.int64))

    def _another_place(self, mentee: int, facts: Facts) -> Say | None:
        helpful = self.helpful_places(mentee)
        return Say("connect.change_place", {"n": len(helpful)}) if len(helpful) else None

    def _own_organisation(self, mentee: int, facts: Facts) -> Say | None:
        if "organisation" not in facts.passes:
            return None
        gain = self._gain(mentee, facts, facts.allowed(but="organisation"))
        return Say("connect.change_organisation") if gain.any() else None

    def _ruled_out(self, mentee: int, facts: Facts) -> Say | None:
        out = self.forbidden.get(mentee, [])
        gain = facts.score[0] + self.assignment.bonus - self._prices
        return Say("connect.change_ruled_out") if (gain[out] > 0)[facts.allowed()[0, out]].any() else None

    def _row(self, mentee: int) -> Side:
        return self.programme.mentees.take(slice(mentee, mentee + 1))

    def _facts(self, mentee: int) -> Facts:
        return self.programme.facts(self._row(mentee))

    def _not_forbidden(self, mentee: int) -> Bools:
        free = np.ones(len(self.programme.may_mentor), dtype=bool)
        free[self.forbidden.get(mentee, [])] = False
        return free


def _number(value: float) -> float | int:
    """Write 4 for 4.0."""
    rounded = round(value, 1)
    return int(rounded) if rounded.is_integer() else rounded
