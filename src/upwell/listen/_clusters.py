"""K-means as the Polis server does it: up to 100 small clusters of people, then 2 to 5 groups of those clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from upwell._kit.errors import InputError
from upwell.listen.export import Bools
from upwell.listen.votes import Floats, Ints, Votes

N_BASE = 100
BASE_ROUNDS, GROUP_ROUNDS = 100, 20
STILL = 0.01  # centres that all moved less than this have settled
FEW_VOTES = 7  # people with fewer are not placed in a group
AT_LEAST = 15  # people to place, however few votes they gave
MAX_GROUPS = 5
DECIMALS = 9  # rounding of positions before clustering, so that machines agree on ties
ROWS = 1024  # people compared with all centres at once; more do not fit the cache


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Result of `cluster`; columns as in `OpinionGroups`."""

    group: Ints
    base: Ints
    base_position: Floats
    base_size: Ints
    silhouette: dict[int, float]


def taking_part(votes: Votes) -> Bools:
    """Who gave enough votes to be placed: 7, or all there were; the most active 15 if fewer did."""
    number = votes.per_person
    active = int((votes.per_statement() > 0).sum())
    inside = number >= min(FEW_VOTES, active)
    if inside.sum() < AT_LEAST:
        inside = np.zeros(len(number), dtype=bool)
        inside[np.argsort(-number, kind="stable")[:AT_LEAST]] = True
    return inside & (number > 0)


def cluster(position: Floats, inside: Bools, k: int | None) -> Clusters:
    """Group people by position; `k` groups, or as many as give the clearest separation.

    Parameters
    ----------
    position : ndarray, shape (n_people, 2)
    inside : ndarray of bool, shape (n_people,)
        Whom to place.
    k : int or None

    Raises
    ------
    InputError
        `k` is more than there are different positions.
    """
    points = np.round(position[inside], DECIMALS) + 0.0  # + 0.0: no negative zeros, which count as different rows
    centre, member = kmeans(points, np.ones(len(points)), N_BASE, BASE_ROUNDS)
    size = np.bincount(member, minlength=len(centre)).astype(np.int64)
    most = len(np.unique(centre, axis=0))
    if k is not None and k > most:
        raise InputError(f"People stand in only {most} different places. Ask for fewer groups.", column="k", value=k)
    tried = [k] if k is not None else [n for n in range(2, min(MAX_GROUPS, 2 + len(centre) // 12) + 1) if n <= most]
    found = {n: kmeans(centre, size.astype(float), n, GROUP_ROUNDS)[1] for n in tried}
    clear = {n: silhouette(centre, label) for n, label in found.items()}
    label = found[max(clear, key=lambda n: (clear[n], -n))] if clear else np.zeros(len(centre), dtype=np.int64)
    group, base = (np.full(len(position), -1, dtype=np.int64) for _ in range(2))
    base[inside], group[inside] = member, label[member]
    return Clusters(group, base, centre, size, clear)


def kmeans(points: Floats, weight: Floats, k: int, rounds: int) -> tuple[Floats, Ints]:
    """Lloyd's iteration from the first `k` different points; clusters that lose all points are dropped.

    Returns
    -------
    centre : ndarray, shape (<= k, 2)
    member : ndarray of int64, shape (n_points,)
        Position among `centre`.
    """
    _, first = np.unique(points, axis=0, return_index=True)
    centre = points[np.sort(first)[:k]]
    member = np.zeros(len(points), dtype=np.int64)
    for _ in range(rounds):
        nearest = _nearest(points, centre)
        kept, member = np.unique(nearest, return_inverse=True)
        mass = np.bincount(member, weights=weight)
        moved = np.stack([np.bincount(member, weights=weight * points[:, d]) / mass for d in range(2)], axis=1)
        still = len(kept) == len(centre) and _settled(centre, moved)
        centre = moved
        if still:
            break
    return centre, member.astype(np.int64)


def _nearest(points: Floats, centre: Floats) -> NDArray[np.intp]:
    """The nearest centre of each point, the first of equals; written out so that rounding is the same everywhere."""
    out = np.empty(len(points), dtype=np.intp)
    for at in range(0, len(points), ROWS):
        some = points[at : at + ROWS]
        across, up = (some[:, d, None] - centre[:, d] for d in range(2))
        out[at : at + ROWS] = np.argmin(across * across + up * up, axis=1)
    return out


def _settled(before: Floats, after: Floats) -> bool:
    """Whether the sorted centres all moved less than `STILL`."""
    one, two = (c[np.lexsort((c[:, 1], c[:, 0]))] for c in (before, after))
    return bool((np.hypot(*(one - two).T) < STILL).all())


def silhouette(points: Floats, member: Ints) -> float:
    """How clearly points stand in groups: mean silhouette in [-1, 1]; a point alone in its group counts 0.

    References
    ----------
    Rousseeuw (1987), doi:10.1016/0377-0427(87)90125-7.
    """
    labels, member = np.unique(member, return_inverse=True)
    if len(labels) < 2:
        return 0.0
    distance = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    size = np.bincount(member)
    total = np.stack([distance[:, member == g].sum(axis=1) for g in range(len(labels))], axis=1)
    row = np.arange(len(points))
    own = total[row, member] / np.maximum(size[member] - 1, 1)
    mean = total / size
    mean[row, member] = np.inf
    other = mean.min(axis=1)
    widest = np.maximum(own, other)
    value = np.divide(other - own, widest, out=np.zeros_like(own), where=widest > 0)
    return float(np.where(size[member] == 1, 0.0, value).mean())
