"""What may be shown of the counts: no number of people under five, nor one that can be worked out.

The rule, for the answers of one group to one statement (agree, disagree, pass; together: seen):

1. A group of fewer than five people is not shown at all.
2. Where fewer than five people of a group saw a statement, nothing of that cell is shown, `seen` included.
3. A count under five is hidden. So is 0: "nobody disagreed" tells how each of them answered.
4. With a hidden count goes a second one, so that `seen` less the rest does not give it: the passes; where it is the
   passes that are few, the disagrees. Where agrees and disagrees are both few, or the two hidden ones together are
   fewer than five people, all three are hidden. Which one goes along never depends on its size: had we hidden the
   smallest (or largest) of the rest, its size would be bounded by those shown, which now and then gives it away.
5. Totals over groups are shown only where nothing of the statement is hidden and the people outside the shown groups
   are none, or at least five for each answer. Otherwise a total less the other groups would give a hidden number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from upwell._kit.errors import InputError
from upwell.listen.export import Bools
from upwell.listen.stats import Counts
from upwell.listen.votes import Floats, Ints

MINIMUM = 5
Cells = tuple[tuple[int | None, ...], ...]


@dataclass(frozen=True, slots=True)
class PublicTable:
    """Counts that may be shown: a row for each shown group, a column for each statement; None is "not shown".

    Parameters
    ----------
    group : tuple of int
        Position of each shown group in `OpinionGroups.names`.
    name : tuple of str
        Its name.
    size : tuple of int
        People in it, at least the minimum.
    agree, disagree, pass_, seen : tuple of tuple of int or None
    agree_share : tuple of float or None
        Share of all voters that agree, of those who saw the statement, where that gives nothing away.
    """

    group: tuple[int, ...]
    name: tuple[str, ...]
    size: tuple[int, ...]
    agree: Cells
    disagree: Cells
    pass_: Cells
    seen: Cells
    agree_share: tuple[float | None, ...]


def hidden_counts(counts: Counts, minimum: int = MINIMUM) -> tuple[Bools, Bools]:
    """Which cells to hide by rules 2 to 4.

    Returns
    -------
    hidden : ndarray of bool, shape (3, n_groups, n_statements)
        For agree, disagree and pass.
    seen_hidden : ndarray of bool, shape (n_groups, n_statements)
    """
    number = np.stack([counts.agree, counts.disagree, counts.pass_])
    hidden = number < minimum
    alone = hidden.sum(axis=0) == 1
    hidden[2], hidden[1] = hidden[2] | alone, hidden[1] | (alone & hidden[2])
    few_together = hidden.any(axis=0) & (np.where(hidden, number, 0).sum(axis=0) < minimum)
    unseen = counts.seen < minimum
    return hidden | few_together | (hidden[0] & hidden[1]) | unseen, unseen


def told_range(
    counts: Counts, hidden: Bools, seen_hidden: Bools, answer: int, minimum: int = MINIMUM
) -> tuple[Ints, Ints]:
    """Lowest and highest number of people who may be said to give an answer; -1 where nothing may be said.

    A shown count is its own range. A hidden one is told as "0 to 4" or as "all but at most 4 of the hidden", and only
    if the hidden counts together are nine people or more (twice the minimum less one): then every number in the
    range stays possible.

    Parameters
    ----------
    answer : int
        0 agree, 1 disagree, 2 pass.
    """
    number = np.stack([counts.agree, counts.disagree, counts.pass_])
    together = np.where(hidden, number, 0).sum(axis=0)
    mine = number[answer]
    small = mine < minimum
    low = np.where(hidden[answer], np.where(small, 0, together - minimum + 1), mine)
    high = np.where(hidden[answer], np.where(small, minimum - 1, together), mine)
    silent = seen_hidden | (hidden[answer] & (together < 2 * minimum - 1))
    return np.where(silent, -1, low), np.where(silent, -1, high)


def public_table(
    counts: Counts, total: Counts, size: Ints, names: tuple[str, ...], minimum: int = MINIMUM
) -> PublicTable:
    """Apply the rule of this module; `total` counts all voters, shape (1, n_statements)."""
    if minimum < MINIMUM:
        raise InputError("Fewer than five people are never shown.", column="minimum", value=minimum)
    shown = np.flatnonzero(size >= minimum)
    visible = Counts(*(c[shown] for c in (counts.agree, counts.disagree, counts.pass_, counts.seen)))
    hidden, seen_hidden = hidden_counts(visible, minimum)
    agree, disagree, pass_ = (
        _cells(c, h) for c, h in zip((visible.agree, visible.disagree, visible.pass_), hidden, strict=True)
    )
    safe = _totals_are_safe(visible, total, hidden, minimum)
    share: Floats = total.agree[0] / np.maximum(total.seen[0], 1)
    return PublicTable(
        group=tuple(int(g) for g in shown),
        name=tuple(names[g] for g in shown),
        size=tuple(int(n) for n in size[shown]),
        agree=agree,
        disagree=disagree,
        pass_=pass_,
        seen=_cells(visible.seen, seen_hidden),
        agree_share=tuple(float(s) if ok else None for s, ok in zip(share, safe, strict=True)),
    )


def _cells(number: Ints, hidden: Bools) -> Cells:
    pairs = zip(number.tolist(), hidden.tolist(), strict=True)
    return tuple(tuple(None if h else n for n, h in zip(row, hide, strict=True)) for row, hide in pairs)


def _totals_are_safe(visible: Counts, total: Counts, hidden: Bools, minimum: int) -> Bools:
    """Rule 5: for which statements totals over all voters give nothing away."""
    outside = np.stack(
        [
            (total.agree - visible.agree.sum(axis=0))[0],
            (total.disagree - visible.disagree.sum(axis=0))[0],
            (total.pass_ - visible.pass_.sum(axis=0))[0],
        ]
    )
    fine = (outside == 0).all(axis=0) | (outside >= minimum).all(axis=0)
    return np.asarray(fine & ~hidden.any(axis=(0, 1)) & (total.seen[0] >= minimum))
