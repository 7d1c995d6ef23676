"""The tree of places: the United Kingdom as it comes with the site, and outlines that others load as GeoJSON."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from upwell_site.core.models import Place
from upwell_site.core.refused import Refused
from upwell_site.core.text import clean, fold

Ring = Sequence[Sequence[float]]
ONS = "Source: Office for National Statistics licensed under the Open Government Licence v.3.0."
AT_ONCE = 500
LARGEST = 200 * 1024 * 1024  # bytes; a larger file is simplified first, because every page that draws it would be slow

COUNTRIES = (  # code, name, a spot in the middle; the outline of a country is its councils'
    ("england", "England", 52.8, -1.6),
    ("wales", "Wales", 52.3, -3.8),
    ("scotland", "Scotland", 56.8, -4.2),
    ("northern-ireland", "Northern Ireland", 54.6, -6.7),
)
WALES = frozenset({
    "Blaenau Gwent", "Bridgend", "Caerphilly", "Cardiff", "Carmarthenshire", "Ceredigion", "Conwy", "Denbighshire",
    "Flintshire", "Gwynedd", "Isle of Anglesey", "Merthyr Tydfil", "Monmouthshire", "Neath Port Talbot", "Newport",
    "Pembrokeshire", "Powys", "Rhondda Cynon Taf", "Swansea", "The Vale of Glamorgan", "Torfaen", "Wrexham",
})  # fmt: skip
NAME_KEYS = ("name", "nm", "title")
CODE_KEYS = ("code", "cd", "id", "geoid", "gss_code")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did."""

    new: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class Area:
    """One area of a file, ready to be kept."""

    code: str
    name: str
    rings: list[Ring]


def load_kingdom() -> Loaded:
    """Load the places that come with the site: countries, councils of England and Wales, neighbourhoods of Leeds."""
    with transaction.atomic():
        kingdom = Place(code="uk", name="United Kingdom", level=Place.Level.COUNTRY, lat=54.5, lon=-3.0)
        first = _keep([kingdom])
        top = Place.objects.get(code="uk")
        second = _keep(
            [
                Place(code=code, name=name, level=Place.Level.COUNTRY, within=top, lat=lat, lon=lon)
                for code, name, lat, lon in COUNTRIES
            ]
        )
        country = {place.code: place for place in Place.objects.filter(within=top)}
        third = _keep(
            [
                _place(area, within=country["wales" if area.name in WALES else "england"], level="council", source=ONS)
                for area in _councils()
            ]
        )
        leeds = Place.objects.get(code="council-leeds")
        fourth = _keep([_place(area, within=leeds, level="neighbourhood", source=ONS) for area in _neighbourhoods()])
    parts = (first, second, third, fourth)
    return Loaded(sum(p.new for p in parts), sum(p.changed for p in parts), sum(p.same for p in parts))


def load_file(
    text: str, *, within: str, level: str, name: str = "", code: str = "", source: str = "", prefix: str = ""
) -> Loaded:
    """Load the areas of a GeoJSON text below the place with code `within`. Loading it again changes nothing.

    Raises
    ------
    Refused
        With a sentence that says which feature is wrong and how to put it right.
    """
    above = Place.objects.filter(code=within).first()
    if above is None:
        raise Refused(_("There is no place with the code “%(code)s” to put these in.") % {"code": within})
    if level not in Place.Level.values:
        raise Refused(_("The level must be one of: %(levels)s.") % {"levels": ", ".join(Place.Level.values)})
    areas = list(_areas(text, name, code, prefix))
    if taken := _taken(areas, above):
        raise Refused(
            _("The code “%(code)s” belongs to a place in another area already. Choose a --prefix.") % {"code": taken}
        )
    with transaction.atomic():
        return _keep([_place(area, within=above, level=level, source=clean(source, 300)) for area in areas])


def sectors() -> dict[str, str]:
    """Return the nearest postcode sector of each neighbourhood that comes with the site, by code."""
    return {_code("", row["area"]): row["sector"] for row in _leeds_rows()}


def _councils() -> Iterator[Area]:
    for feature in json.loads(_packaged("councils_england_wales.geojson.gz"))["features"]:
        name = feature["properties"]["name"]
        yield Area(_code("council-", name), name, _rings(feature["geometry"]))


def _neighbourhoods() -> Iterator[Area]:
    names = {row["area"]: row["name"] for row in _leeds_rows()}
    for feature in json.loads(_packaged("leeds_neighbourhoods.geojson.gz"))["features"]:
        area = feature["properties"]["name"]
        yield Area(_code("", area), names[area], _rings(feature["geometry"]))


def _packaged(name: str) -> bytes:
    return gzip.decompress(files("upwell_site.core").joinpath("data", "places", name).read_bytes())


def _leeds_rows() -> Iterator[dict[str, str]]:
    raw = files("upwell_site.core").joinpath("data", "places", "leeds_names.csv").read_text("utf-8")
    yield from csv.DictReader(io.StringIO(raw))


def _code(prefix: str, name: str) -> str:
    return (prefix + re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-"))[:40]


def _place(area: Area, *, within: Place, level: str, source: str) -> Place:
    lon, lat = middle(area.rings)
    return Place(
        code=area.code,
        name=area.name,
        level=level,
        within=within,
        lat=round(lat, 5),
        lon=round(lon, 5),
        outline=area.rings,
        source=source,
    )


def _keep(wanted: Sequence[Place]) -> Loaded:
    """Write the places that are new or differ; each is known by its code."""
    there = {p.code: p for p in Place.objects.filter(code__in=[p.code for p in wanted])}
    fields = ("name", "level", "within_id", "lat", "lon", "outline", "source")
    new, changed = [], []
    for place in wanted:
        old = there.get(place.code)
        if old is None:
            new.append(place)
        elif any(getattr(old, f) != getattr(place, f) for f in fields):
            for f in fields:
                setattr(old, f, getattr(place, f))
            changed.append(old)
    Place.objects.bulk_create(new, batch_size=AT_ONCE)
    if changed:
        Place.objects.bulk_update(
            changed, ["name", "level", "within", "lat", "lon", "outline", "source"], batch_size=AT_ONCE
        )
    return Loaded(len(new), len(changed), len(wanted) - len(new) - len(changed))


def _taken(areas: Sequence[Area], above: Place) -> str:
    """Return a code of these that another branch of the tree uses, if there is one."""
    codes = [area.code for area in areas]
    for start in range(0, len(codes), AT_ONCE):
        other = Place.objects.filter(code__in=codes[start : start + AT_ONCE]).exclude(within=above)
        if found := other.values_list("code", flat=True).first():
            return str(found)
    return ""


def _areas(text: str, name: str, code: str, prefix: str) -> Iterator[Area]:
    features = _features(text)
    properties: dict[str, Any] = features[0].get("properties") or {}
    name_key = _key(properties, name, NAME_KEYS, lambda value: isinstance(value, str) and not value.isdecimal())
    code_key = _key(properties, code, CODE_KEYS, lambda value: isinstance(value, str | int), needed=bool(code))
    seen: set[str] = set()
    for number, feature in enumerate(features, 1):
        yield _area(feature, number, name_key, code_key, prefix, seen)


def _features(text: str) -> list[dict[str, Any]]:
    if len(text) > LARGEST:
        raise Refused(_("This file is very large. Please simplify the outlines first (to about 50 m)."))
    try:
        found = json.loads(text)
    except ValueError as problem:
        line = getattr(problem, "lineno", 1)
        raise Refused(_("This is not GeoJSON: it cannot be read after line %(line)s.") % {"line": line}) from None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or not features or not all(isinstance(f, dict) for f in features):
        raise Refused(_("This is not GeoJSON with areas in it: it needs a list called “features”."))
    return features


def _key(
    properties: dict[str, Any], given: str, known: Sequence[str], fits: Callable[[Any], bool], *, needed: bool = True
) -> str:
    """Return the property that holds the name or code: the one given, or the one that looks like it."""
    if given:
        if given in properties:
            return given
        there = ", ".join(sorted(properties)) or "-"
        raise Refused(_("There is no property “%(given)s”. There are: %(there)s.") % {"given": given, "there": there})
    for ending in known:  # "name", "LAD21NM", "lsoa11nm"
        for key, value in properties.items():
            if key.lower().rstrip("0123456789").endswith(ending) and fits(value):
                return key
    if needed:
        there = ", ".join(sorted(properties)) or "-"
        raise Refused(_("Which property holds the name? Say --name with one of: %(there)s.") % {"there": there})
    return ""


def _area(feature: dict[str, Any], number: int, name_key: str, code_key: str, prefix: str, seen: set[str]) -> Area:
    properties = feature.get("properties") or {}
    where = {"number": number}
    name = properties.get(name_key)
    if not isinstance(name, str) or not name.strip():
        raise Refused(_("Area %(number)s has no name.") % where)
    try:
        name = clean(name, 120)
    except ValueError as problem:
        raise Refused(
            _("The name of area %(number)s cannot be kept: %(problem)s") % {**where, "problem": problem}
        ) from None
    raw = str(properties.get(code_key) or "") if code_key else ""
    code = (prefix + raw)[:40] if raw else _code(prefix, name)
    if code in seen:
        raise Refused(_("Two areas have the code “%(code)s”; area %(number)s is the second.") % {**where, "code": code})
    seen.add(code)
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict) or geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise Refused(_("Area %(number)s has no outline: it must be a Polygon or MultiPolygon.") % where)
    try:
        rings = _rings(geometry)
        good = bool(rings) and all(len(ring) >= 4 and _on_earth(ring) for ring in rings)
    except (KeyError, TypeError, ValueError, IndexError):
        good = False
    if not good:
        raise Refused(
            _("The outline of area %(number)s cannot be used. It needs longitude and latitude in degrees (WGS 84).")
            % where
        )
    return Area(code, name, rings)


def _rings(geometry: dict[str, Any]) -> list[Ring]:
    """Return all rings of an outline, rounded to a metre; holes are rings too and are drawn even-odd."""
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [
        [[round(float(lon), 5), round(float(lat), 5)] for lon, lat, *_ in ring]
        for polygon in polygons
        for ring in polygon
    ]


def _on_earth(ring: Ring) -> bool:
    return all(math.isfinite(x + y) and -180 <= x <= 180 and -90 <= y <= 90 for x, y in ring)


def middle(rings: Sequence[Ring]) -> tuple[float, float]:
    """Return longitude and latitude of the balance point of the largest ring."""
    best, found = -1.0, (float(rings[0][0][0]), float(rings[0][0][1]))
    for ring in rings:
        x0, y0 = ring[0]  # measured from a corner: far from 0°, plain sums would lose the small differences
        double = cx = cy = 0.0
        for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
            x1, y1, x2, y2 = ax - x0, ay - y0, bx - x0, by - y0
            cross = x1 * y2 - x2 * y1
            double, cx, cy = double + cross, cx + (x1 + x2) * cross, cy + (y1 + y2) * cross
        if abs(double) > best and double:
            best, found = abs(double), (x0 + cx / (3 * double), y0 + cy / (3 * double))
    return found
