"""The errors an engine may raise: one for bad input, one for a run that was asked to stop."""

from __future__ import annotations

from collections.abc import Sequence


class InputError(ValueError):
    """Something in the input cannot be used; says what, where and what would be right.

    Parameters
    ----------
    message : str
        A sentence a person can act on.
    file, column : str, optional
        Where it stands.
    row : int, optional
        The row as a spreadsheet counts it (the heading is row 1).
    value : object, optional
        What was found there.
    allowed : sequence of str, optional
        What may stand there.

    Examples
    --------
    >>> str(InputError("Write a whole number.", file="mentors.csv", row=4, column="capacity", value="two"))
    'mentors.csv, row 4, column capacity: Write a whole number. Found "two".'
    """

    def __init__(
        self,
        message: str,
        *,
        file: str = "",
        row: int | None = None,
        column: str = "",
        value: object = None,
        allowed: Sequence[str] = (),
    ) -> None:
        self.message, self.file, self.row = message, file, row
        self.column, self.value, self.allowed = column, value, tuple(allowed)
        where = ", ".join(
            part for part in (file, f"row {row}" if row else "", f"column {column}" if column else "") if part
        )
        found = "" if value is None else f' Found "{str(value)[:80]}".'
        choices = f" Allowed: {', '.join(self.allowed)}." if self.allowed else ""
        super().__init__(f"{where}: {message}{found}{choices}" if where else f"{message}{found}{choices}")


class Cancelled(Exception):
    """The person who started this asked it to stop; nothing was changed."""
