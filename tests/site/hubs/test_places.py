"""The tree of places: what comes with the site, and what others load."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from upwell_site.core import places
from upwell_site.core.models import Place
from upwell_site.core.refused import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
RING = [[-1.0, 53.0], [-0.9, 53.0], [-0.9, 53.1], [-1.0, 53.1], [-1.0, 53.0]]


def geojson(*features: tuple[dict, object]) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": p, "geometry": g} for p, g in features],
        }
    )


def square(**properties: object) -> tuple[dict, object]:
    return properties, {"type": "Polygon", "coordinates": [RING]}


def test_the_kingdom_has_its_countries_councils_and_leeds():
    """Counted by hand in the sources: 4 countries below 1, 348 councils (22 of them Welsh), 107 neighbourhoods."""
    done = places.load_kingdom()
    assert (done.new, done.changed, done.same) == (460, 0, 0)
    level = Place.objects.filter
    assert level(level="country").count() == 5
    assert level(level="council").count() == 348
    assert level(level="council", within__code="wales").count() == 22
    assert level(level="neighbourhood", within__code="council-leeds").count() == 107
    assert not Place.objects.filter(level__in=["council", "neighbourhood"], source="").exists()
    assert not Place.objects.filter(within__code__in=["scotland", "northern-ireland"]).exists()


def test_a_centre_lies_where_the_place_is():
    """Gipton, about 3 km east-north-east of the middle of Leeds."""
    places.load_kingdom()
    gipton = Place.objects.get(code="leeds-060")
    assert gipton.name == "Gipton"
    assert gipton.lat == pytest.approx(53.808, abs=0.003)
    assert gipton.lon == pytest.approx(-1.491, abs=0.003)


def test_loading_again_changes_nothing():
    places.load_kingdom()
    before = list(Place.objects.order_by("pk").values_list("pk", "code"))
    done = places.load_kingdom()
    assert (done.new, done.changed, done.same) == (0, 0, 460)
    assert list(Place.objects.order_by("pk").values_list("pk", "code")) == before


def test_every_neighbourhood_has_a_postcode_sector():
    found = places.sectors()
    assert len(found) == 107
    assert found["leeds-060"].startswith("LS")


@pytest.fixture
def kingdom() -> Place:
    return Place.objects.create(code="uk", name="United Kingdom", level="country")


def test_others_outlines_find_their_name_and_code(kingdom: Place):
    text = geojson(square(WD21NM="Larkfield", WD21CD="E0500"), square(WD21NM="Beckside", WD21CD="E0501"))
    done = places.load_file(text, within="uk", level="other", source="Us, CC0")
    assert done.new == 2
    row = Place.objects.get(code="E0500")
    assert (row.name, row.within, row.source) == ("Larkfield", kingdom, "Us, CC0")
    assert (row.lat, row.lon) == (pytest.approx(53.05), pytest.approx(-0.95))
    again = places.load_file(text, within="uk", level="other", source="Us, CC0")
    assert (again.new, again.same) == (0, 2)


def test_a_changed_name_is_a_change(kingdom: Place):
    places.load_file(geojson(square(name="Larkfeld", code="a")), within="uk", level="other")
    done = places.load_file(geojson(square(name="Larkfield", code="a")), within="uk", level="other")
    assert (done.new, done.changed) == (0, 1)
    assert Place.objects.get(code="a").name == "Larkfield"


def test_holes_and_islands_are_all_rings(kingdom: Place):
    shape = {"type": "MultiPolygon", "coordinates": [[RING, RING], [RING]]}
    places.load_file(geojson(({"name": "Isles"}, shape)), within="uk", level="other")
    assert len(Place.objects.get(code="isles").outline) == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not GeoJSON"),
        ("[]", "features"),
        (geojson(), "features"),
        (geojson(square(number=3)), "Which property holds the name"),
        (geojson(square(name="A"), square(name="A")), "the second"),
        (geojson(square(name="A"), square(name=" ")), "Area 2 has no name"),
        (geojson(square(name="A\x00b")), "broken character"),
        (geojson(({"name": "A"}, None)), "no outline"),
        (geojson(({"name": "A"}, {"type": "Point", "coordinates": [0, 0]})), "no outline"),
        (geojson(({"name": "A"}, {"type": "Polygon", "coordinates": [[[430000, 433000]] * 4]})), "WGS 84"),
        (geojson(({"name": "A"}, {"type": "Polygon", "coordinates": [["x"]]})), "WGS 84"),
        (geojson(({"name": "A"}, {"type": "Polygon"})), "WGS 84"),
    ],
)
def test_a_wrong_file_says_what_is_wrong_and_loads_nothing(kingdom: Place, text: str, says: str):
    with pytest.raises(Refused, match=says):
        places.load_file(text, within="uk", level="other")
    assert Place.objects.count() == 1


def test_a_code_of_another_area_is_not_taken_over(kingdom: Place):
    """Two files with the same small numbers must not move each other's places."""
    other = Place.objects.create(code="wales", name="Wales", level="country", within=kingdom)
    text = geojson(square(name="Larkfield", code="1"))
    places.load_file(text, within="uk", level="other")
    with pytest.raises(Refused, match="prefix"):
        places.load_file(text, within="wales", level="other")
    assert places.load_file(text, within="wales", level="other", prefix="w-").new == 1
    assert Place.objects.get(code="w-1").within == other


def test_nowhere_to_put_it(kingdom: Place):
    with pytest.raises(Refused, match="atlantis"):
        places.load_file(geojson(square(name="A")), within="atlantis", level="other")


def test_the_command_tells_what_it_did(kingdom: Place, tmp_path: Path):
    file = tmp_path / "wards.geojson"
    file.write_text(geojson(square(name="Larkfield")))
    out = StringIO()
    call_command("places", str(file), within="uk", level="neighbourhood", stdout=out)
    assert "1 places are new" in out.getvalue()
    with pytest.raises(CommandError, match="--within"):
        call_command("places", str(file))
    with pytest.raises(CommandError, match=r"nothing\.geojson"):
        call_command("places", str(tmp_path / "nothing.geojson"), within="uk")
