"""Where a British postcode is, roughly: the middle of its sector, never a house."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

ATTRIBUTION = (
    "Contains OS data © Crown copyright and database right 2025. "
    "Contains Royal Mail data © Royal Mail copyright and database right 2025."
)

_FULL = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9])[A-Z]{2}")
_PART = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)(?: ([0-9]))?")


@dataclass(frozen=True, slots=True)
class Spot:
    """A rough place.

    Parameters
    ----------
    lat, lon : float
        Degrees (WGS 84).
    precision : {"sector", "outcode"}
        Whether it is the middle of a sector (some 1 km in a city, 5 km in the country) or of an
        outcode (some 3 km, 15 km).
    """

    lat: float
    lon: float
    precision: str


def locate(postcode: str) -> Spot | None:
    """Return roughly where a postcode is, or None if there is no such one in Great Britain.

    Parameters
    ----------
    postcode : str
        Whole ("LS6 1AB"), a sector ("LS6 1") or an outcode ("LS6"); case and spaces do not matter.

    Returns
    -------
    Spot or None
        The sector's middle, else the outcode's. Good enough for "who is near"; not for a route or a visit.

    Examples
    --------
    >>> locate("ls6 1ab")
    Spot(lat=53.8113, lon=-1.5704, precision='sector')
    >>> locate("nowhere") is None
    True
    """
    text = " ".join(postcode.upper().split())
    whole = _FULL.fullmatch(text.replace(" ", ""))
    if whole:
        return _sector(whole[1] + whole[2]) or _outcode(whole[1])
    part = _PART.fullmatch(text)
    if not part:
        return None
    outcode, digit = part.groups()
    if digit:
        return _sector(outcode + digit) or _outcode(outcode)
    return _outcode(outcode) or _sector(outcode)  # "LS61" is no outcode, so it means "LS6 1"


def _sector(code: str) -> Spot | None:
    place = _table("postcode_sectors").get(code)
    return Spot(*place, "sector") if place else None


def _outcode(code: str) -> Spot | None:
    place = _table("postcode_outcodes").get(code)
    return Spot(*place, "outcode") if place else None


@cache
def _table(name: str) -> dict[str, tuple[float, float]]:
    raw = files("upwell._kit").joinpath("data", f"{name}.csv.gz").read_bytes()
    rows = (line.split(",") for line in gzip.decompress(raw).decode("ascii").splitlines()[1:])
    return {code: (float(lat), float(lon)) for code, lat, lon, _ in rows}
