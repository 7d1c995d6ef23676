"""A postcode is kept only as its sector ("LS6 1", some 3,000 homes) or its first half ("LS6"): never a front door."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

OUTCODE = r"(?:GIR|[A-Z]{1,2}[0-9][A-Z0-9]?)"
WHOLE = re.compile(rf"({OUTCODE})([0-9])[A-Z]{{2}}")
SECTOR = re.compile(rf"({OUTCODE}) ([0-9])")
FIRST_HALF = re.compile(OUTCODE)


def sector_of(text: str) -> str:
    """Return the sector of a postcode, or its first half when no more was given.

    Raises
    ------
    ValueError
        With a sentence for the person, when it is not a postcode.

    Examples
    --------
    >>> sector_of("ls6 1an")
    'LS6 1'
    >>> sector_of("LS61AN")
    'LS6 1'
    >>> sector_of("LS6")
    'LS6'
    """
    tidy = " ".join(text.upper().split())
    if whole := WHOLE.fullmatch(tidy.replace(" ", "")):
        return f"{whole[1]} {whole[2]}"
    if sector := SECTOR.fullmatch(tidy):
        return f"{sector[1]} {sector[2]}"
    if FIRST_HALF.fullmatch(tidy):
        return tidy
    raise ValueError(_("Write a postcode like LS6 1AN, or only its first half, like LS6."))
