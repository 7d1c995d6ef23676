"""Postcodes as rough places."""

from __future__ import annotations

import gzip
from importlib.resources import files
from pathlib import Path

import pytest

from upwell._kit.postcodes import locate

PLACES = Path(__file__).parents[1] / "data" / "places"


@pytest.mark.parametrize("written", ["LS6 1AB", "ls61ab", " LS6  1ab ", "LS6 1", "LS61"])
def test_a_sector_however_it_is_written(written: str) -> None:
    spot = locate(written)
    assert spot is not None and (spot.lat, spot.lon, spot.precision) == (53.8113, -1.5704, "sector")


def test_the_outcode_serves_where_the_sector_is_not_known() -> None:
    for written in ("LS6", "LS6 0ZZ", "LS6 0"):
        spot = locate(written)
        assert spot is not None and spot.precision == "outcode"


@pytest.mark.parametrize("written", ["", "x", "12345", "ZZ99 9ZZ", "BT1 1AA", "LS6 1ABC"])
def test_others_are_not_guessed(written: str) -> None:
    assert locate(written) is None


@pytest.mark.parametrize(
    ("packed", "source"),
    [("postcode_sectors", "postcode_sector_centroids"), ("postcode_outcodes", "outcode_centroids")],
)
def test_the_packed_data_are_the_open_data(packed: str, source: str) -> None:
    inside = files("upwell._kit").joinpath("data", f"{packed}.csv.gz").read_bytes()
    assert gzip.decompress(inside) == (PLACES / f"{source}.csv").read_bytes()


def test_the_licence_is_told_beside_the_data() -> None:
    text = files("upwell._kit").joinpath("data", "README.md").read_text(encoding="utf-8")
    assert "Crown copyright" in text and "Royal Mail" in text and "Open Government Licence" in text
