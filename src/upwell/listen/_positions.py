"""Where people stand: principal components of the votes and the projection that makes up for unseen statements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.linalg import LinearOperator, eigsh

from upwell.listen.export import Bools
from upwell.listen.votes import Floats, Votes

N_COMPONENTS = 2
DENSE_UP_TO = 300  # statements: below, all eigenvectors of the small dense table are quicker than an iteration
NOTHING = 1e-12  # share of all variance under which a component is rounding error


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """Result of `positions`; columns as in `OpinionGroups`."""

    people: Floats
    mean: Floats
    component: Floats
    explained: Floats
    statements: Floats


def positions(votes: Votes, left_out: Bools, *, seed: int = 0) -> Positions:
    """Place people and statements on the two directions along which answers differ most.

    Unseen cells count as the statement's mean, so the centred table is exactly sparse and its principal
    components are found without filling it in. A statement left out counts as a pass of everybody.

    Parameters
    ----------
    votes : Votes
    left_out : ndarray of bool, shape (n_statements,)
    seed : int
        Start of the iteration on large tables; the result does not depend on it beyond rounding.
    """
    seen = votes.per_statement()
    active = seen > 0
    kept = active & ~left_out
    total = np.bincount(votes.statement, weights=votes.value, minlength=votes.n_statements)
    mean = np.where(kept, total / np.maximum(seen, 1), 0.0)
    counts = kept[votes.statement]
    person, statement = votes.people[counts], votes.statement[counts]
    centred = csr_array(
        (votes.value[counts] - mean[statement], (person, statement)), shape=(votes.n_people, votes.n_statements)
    )
    component, explained = _components(centred, seed)
    # The Polis server's "sparsity aware projection": who saw few statements is moved out as if they had seen all.
    n_seen = np.bincount(person, minlength=votes.n_people) + int((active & left_out).sum())
    width = float(active.sum())
    people = np.sqrt(width / np.maximum(n_seen, 1))[:, None] * (centred @ component.T)
    statements = np.sqrt(width) * ((1.0 - mean)[:, None] * component.T)
    return Positions(people, mean, component, explained, statements)


def _components(centred: csr_array, seed: int) -> tuple[Floats, Floats]:
    """Directions, shape (2, n_statements), and the share of all variance along each."""
    m = centred.shape[1]
    size = float(np.square(centred.data).sum())
    component, explained = np.zeros((N_COMPONENTS, m)), np.zeros(N_COMPONENTS)
    if size == 0.0:
        return component, explained
    if m <= DENSE_UP_TO:
        values, vectors = np.linalg.eigh((centred.T @ centred).toarray())
    else:
        turned = csr_array(centred.T)
        gram = LinearOperator((m, m), matvec=lambda v: turned @ (centred @ v), dtype=np.float64)
        start = np.random.default_rng(seed).standard_normal(m)
        values, vectors = eigsh(gram, k=N_COMPONENTS, v0=start, tol=0)
    for i, j in enumerate(np.argsort(-values)[:N_COMPONENTS]):
        if values[j] > NOTHING * size:
            component[i], explained[i] = _pointed(vectors[:, j]), values[j] / size
    return component, explained


def _pointed(vector: Floats) -> Floats:
    """The vector or its negative, so that the largest entry is positive: a component has no sign of its own."""
    strength = np.abs(vector)
    largest = int(np.flatnonzero(strength >= strength.max() * (1 - 1e-9))[0])
    return vector if vector[largest] > 0 else -vector
