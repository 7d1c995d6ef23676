"""QR codes as one path of an SVG inside the page: no picture address, no style attribute, nothing marked safe."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import segno

QUIET = 4  # modules of white around a code, as ISO/IEC 18004 asks


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code to draw: the side of its square in modules, and the dark runs as a path."""

    side: int
    path: str


def qr(text: str) -> Qr:
    """Return the QR code of a text, with enough redundancy for a creased sheet of paper."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    runs: list[str] = []
    for y, row in enumerate(rows):
        x = 0
        for dark, cells in groupby(row):
            width = len(list(cells))
            if dark:
                runs.append(f"M{x + QUIET} {y + QUIET}h{width}v1h-{width}z")
            x += width
    return Qr(side=len(rows) + 2 * QUIET, path="".join(runs))
