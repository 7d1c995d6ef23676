"""How an engine tells how far it is, and hears that it should stop."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Called as ``progress(phase, done)``: what is being done, and the share done in [0, 1]. May raise `Cancelled`."""


def silent(phase: str, done: float) -> None:
    """Say nothing, never stop."""
