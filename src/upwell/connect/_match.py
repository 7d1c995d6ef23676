"""Match two columns of people from end to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from upwell._kit.errors import InputError
from upwell._kit.progress import Progress, silent
from upwell._kit.say import Say
from upwell.connect._assign import Assignment, assign, chosen_scores
from upwell.connect._candidates import Edges, Pair, find_edges
from upwell.connect.compare import Programme, prepare
from upwell.connect.explain import Explainer
from upwell.connect.people import Mentees, Mentors
from upwell.connect.rules import Rules


@dataclass(frozen=True, slots=True)
class Matching:
    """A proposed match of everybody; a person still decides about each pair.

    Parameters
    ----------
    mentor_of : ndarray (n,), int64
        The mentor of each mentee, -1 for none.
    score : ndarray (n,), int64
        0 for none, else 1 to 1,000,000. A means of choosing between pairs; not a measure of people, and
        not comparable between rounds with other rules.
    locked : ndarray (n,), bool
        Whether the pair was fixed beforehand.
    left_out : tuple of str
        Kinds of data nobody gave; their rules were not applied and their weights shared out.
    edges, assignment : Edges, Assignment
        What was solved, and the solution with its certificate: `verify` reads both.
    rules : Rules
    seed : int
    """

    mentor_of: NDArray[np.int64]
    score: NDArray[np.int64]
    locked: NDArray[np.bool_]
    left_out: tuple[str, ...]
    edges: Edges
    assignment: Assignment
    rules: Rules
    seed: int
    _explain: Explainer = field(repr=False, compare=False)

    @property
    def value(self) -> int:
        """The sum of scores."""
        return self.assignment.value

    @property
    def bound(self) -> int:
        """What no other match can exceed."""
        return self.assignment.bound

    @property
    def proved(self) -> bool:
        """Whether no better match exists."""
        return self.assignment.proved

    def reasons(self, mentee: int) -> list[Say]:
        """Say why this person and their mentor fit; empty if they have none.

        Parameters
        ----------
        mentee : int
            Position.
        """
        return self._explain.reasons(mentee)

    def unmatched(self, mentee: int) -> tuple[Say, Say]:
        """Say what keeps this person from a mentor, and the smallest change that would help.

        Parameters
        ----------
        mentee : int
            Position of somebody without a mentor; ValueError otherwise.

        Returns
        -------
        binding : Say
            If mentors fit but are full, that. Otherwise the one rule without which most mentors would fit.
        smallest_change : Say
            The first of these single changes after which, all else being equal, *every* best match
            gives them a mentor: one more free time; up to 10 km further; also online (or in person);
            a language; one more place with a mentor; further than 10 km; a mentor of their own
            organisation; a pair that was ruled out. The sum of scores grows by each. If none does, what
            is missing is named, or a talk proposed. Time, travel and language changes carry what to
            change in ``values`` (``code``, ``n``).
        """
        return self._explain.unmatched(mentee)

    def helpful_places(self, mentee: int) -> NDArray[np.int64]:
        """Return the mentors (positions) of whom any one, with one place more, would give this person a mentor."""
        return self._explain.helpful_places(mentee)


def match(
    mentees: Mentees,
    mentors: Mentors,
    *,
    rules: Rules = Rules(),  # noqa: B008 (frozen)
    locked: Sequence[Pair] = (),
    forbidden: Sequence[Pair] = (),
    seed: int = 0,
    progress: Progress = silent,
) -> Matching:
    """Find mentors for mentees so that the pairs fit best in all, under every rule.

    Parameters
    ----------
    mentees, mentors : Mentees, Mentors
        n and m people.
    rules : Rules
    locked : sequence of (mentee, mentor)
        Pairs to keep, even where a rule or the score speaks against them. Never with a mentor who is not cleared.
    forbidden : sequence of (mentee, mentor)
        Pairs that must not be.
    seed : int
        Decides between equally good matches.
    progress : callable
        Called with ("comparing" or "matching", share done).

    Returns
    -------
    Matching

    Raises
    ------
    InputError
        Columns that do not fit together, or locks that cannot be kept.

    Examples
    --------
    >>> import numpy as np
    >>> def people(n, **more):
    ...     return dict(lat=np.full(n, 53.8), lon=np.full(n, -1.5), tags=({"maths"},) * n, languages=({"en"},) * n,
    ...                 slots=({"tue-eve"},) * n, organisation=("",) * n, travel_km=np.full(n, 5.0),
    ...                 mode=("in-person",) * n, **more)
    >>> found = match(Mentees(**people(2)), Mentors(**people(1, capacity=np.array([1]), cleared=np.array([True]))))
    >>> int((found.mentor_of >= 0).sum()), found.proved
    (1, True)
    >>> alone = int(np.argmin(found.mentor_of))
    >>> [str(said) for said in found.unmatched(alone)]
    ['The one mentor who fits is full.', 'One more place with one mentor would do.']
    """
    programme = prepare(mentees, mentors, rules)
    capacity = np.asarray(mentors.capacity, dtype=np.int64)
    _check_pairs(programme, mentors, locked, forbidden)
    edges = find_edges(programme, forbidden=forbidden, locked=locked, progress=progress)
    chosen = assign(edges, capacity, locked=locked, goal=rules.goal, seed=seed, progress=progress)
    return Matching(
        mentor_of=chosen.mentor_of,
        score=chosen_scores(edges, chosen.mentor_of),
        locked=chosen.locked,
        left_out=programme.left_out,
        edges=edges,
        assignment=chosen,
        rules=rules,
        seed=seed,
        _explain=Explainer(programme, edges, chosen, capacity, forbidden),
    )


def _check_pairs(programme: Programme, mentors: Mentors, locked: Sequence[Pair], forbidden: Sequence[Pair]) -> None:
    n, m = len(programme.mentees.lat), len(mentors)
    for mentee, mentor in (*locked, *forbidden):
        if not (0 <= mentee < n and 0 <= mentor < m):
            raise InputError("A locked or forbidden pair names somebody who is not there.", value=(mentee, mentor))
    taken: set[int] = set()
    for mentee, mentor in locked:
        if not mentors.cleared[mentor]:
            raise InputError("A pair cannot be locked with a mentor who is not cleared.", value=(mentee, mentor))
        if mentee in taken:
            raise InputError("One mentee is locked with two mentors. Keep one of the pairs.", value=(mentee, mentor))
        taken.add(mentee)
    both = set(locked) & set(forbidden)
    if both:
        raise InputError("A pair is both locked and forbidden. Choose one.", value=min(both))
    held = np.bincount(np.array([mentor for _, mentor in locked], dtype=np.int64), minlength=m)
    full = np.nonzero(held > np.asarray(mentors.capacity))[0]
    if len(full):
        message = f"{held[full[0]]} pairs are locked with a mentor who has {mentors.capacity[full[0]]} places."
        raise InputError(message, column="capacity", value=int(full[0]))
