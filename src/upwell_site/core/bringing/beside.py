"""Vectors that lie beside a list of people (X_interests.npy beside X.csv): one row for each person of the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from upwell import InputError
from upwell_site.core.bringing import files

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAGIC = b"\x93NUMPY"
WIDEST = 4096  # numbers in one vector


def of(name: str, ask: Callable[[], Sequence[int]]) -> Mapping[int, bytes]:
    """Return the vector of each row of an upload by the row's number; nothing when no such file lies beside it.

    `ask` gives the numbers of the rows; it is asked only when there are vectors.

    Raises
    ------
    InputError
        When the file is no such array, has not one row for each person, or a row is no direction at all.
    """
    path = files.beside_of(name)
    if path is None:
        return {}
    import numpy as np  # heavy: only for whoever brings such a file

    numbers = ask()
    vectors = read(path, len(numbers))
    faulty = np.flatnonzero(~np.isfinite(vectors).all(axis=1) | ~(np.abs(vectors) > 0).any(axis=1))
    if len(faulty):
        words = _("The interests of row %d are empty or no numbers. Make them again, or leave this person out.")
        raise InputError(words % numbers[int(faulty[0])])
    wide = vectors.astype(np.float64)
    unit = (wide / np.linalg.norm(wide, axis=1, keepdims=True)).astype(np.float32)
    return {number: row.tobytes() for number, row in zip(numbers, unit, strict=True)}


def read(path: Path, rows: int) -> NDArray[Any]:
    """Return the vectors in a file that must hold `rows` of them."""
    import numpy as np

    with path.open("rb") as source:
        known = source.read(len(MAGIC)) == MAGIC
    if not known:
        raise InputError(_("The interests cannot be read. Save them with numpy.save."))
    try:
        # looked at where it lies: a heading that claims more than the file holds takes no memory
        vectors = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError, OverflowError, SyntaxError):
        raise InputError(_("The interests cannot be read. Save them with numpy.save.")) from None
    if vectors.dtype.kind not in "fiu":
        raise InputError(_("The interests are not numbers. Save one vector a person."))
    if vectors.ndim != 2 or len(vectors) != rows or not 1 <= vectors.shape[1] <= WIDEST:
        raise InputError(
            _(
                "The interests have the shape %(shape)s, but the list has %(rows)s people. Make them again from the "
                "same file: one row for each person, of at most %(widest)s numbers."
            )
            % {"shape": vectors.shape, "rows": f"{rows:,}", "widest": WIDEST}
        )
    return np.asarray(vectors, dtype=np.float32)
