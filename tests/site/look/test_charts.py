"""Known numbers at known places, and the rules of charts: no colour, no dot without its interval, nobody under five."""

from __future__ import annotations

import itertools
import math
import re

import pytest

from tests.site.look.test_stylesheet import CSS
from upwell_site.core import charts
from upwell_site.core.charts import Area, Group
from upwell_site.core.charts._svg import num, pct
from upwell_site.core.charts.drawings import core, hull
from upwell_site.core.charts.maps import Projection, middle
from upwell_site.core.charts.rows import lanes

SQUARE = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)]
TEN = Group("A", 10, [(0.0, 0.0, 3), (4.0, 0.0, 4), (2.0, 3.0, 3)])
LAND = Area("Bare", [[(-1.6, 53.7), (-1.5, 53.7), (-1.5, 53.8), (-1.6, 53.8)]])


def everything() -> list[str]:
    return [
        charts.dot_interval_row(58, 40, 70, chance=(30, 50), name="n"),
        charts.forest_row(0.2, 0.1, 0.3, start=-1, end=1),
        charts.forest_row(0.2, 0.1, 0.3, start=-1, end=1, pooled=True),
        charts.group_marks_row([("A", 10), ("B", 50), ("C", 52), ("D", 90), ("E", 91)]),
        charts.bar_row(41, 33, 49, end=50),
        charts.two_dots_row(7, 19),
        charts.scatter([TEN, Group("B", 9, [(9.0, 9.0, 9)])], you=(1.0, 1.0), name="n"),
        charts.histogram([1, 4, 9], 0, 30, median=15, median_label="m", worst=2, worst_label="w", low=10, axis="a"),
        charts.hundred_marks([(41, "a"), (11, "b"), (48, "off")]),
        charts.line_band([(1, 0, 2), (2, 1, 3)], first="a", last="b", label="c"),
        charts.spark([1, 2, 3], end=3),
        charts.map_svg([LAND, Area("Here", LAND.rings, level=3, label=True, count=9, second=6)], name="n"),
        charts.shape_sign("D"),
    ]


@pytest.mark.parametrize("svg", everything())
def test_no_drawing_holds_a_colour_or_a_style(svg: str) -> None:
    """Colours in the drawing would stay light in the dark, and the security policy refuses styles."""
    assert svg.startswith("<svg") and svg.endswith("</svg>")
    assert not re.search(r"style=|fill=|stroke=|#[0-9a-f]{3,6}\b", svg)


@pytest.mark.parametrize("svg", everything())
def test_every_drawing_is_named_or_hidden(svg: str) -> None:
    head = svg.split(">", 1)[0]
    assert ('role="img"' in head and "aria-label=" in head) != ('aria-hidden="true"' in head)


def test_numbers_are_short_and_percentages_stay_on_the_line() -> None:
    assert [num(1.0), num(-0.001), num(2.456), num(10)] == ["1", "0", "2.46", "10"]
    assert [pct(58), pct(-5), pct(170), pct(0, -1, 1)] == ["58%", "0%", "100%", "50%"]


def test_a_dot_stands_on_its_interval() -> None:
    svg = charts.dot_interval_row(58, 40, 70)
    assert 'x1="40%" x2="70%" y1="16" y2="16" class="c-ci"' in svg
    assert 'cx="58%"' in svg


def test_words_in_names_are_escaped() -> None:
    assert "<b>" not in charts.dot_interval_row(1, 0, 2, name='"<b>')


def test_fewer_than_five_people_draw_nothing() -> None:
    """Four people could be known by their neighbours."""
    assert charts.dot_interval_row(50, 40, 60, people=4) == ""
    assert charts.bar_row(4, end=10, people=4) == ""
    assert charts.group_marks_row([("A", 10.0)], people=[4]) == ""
    assert charts.scatter([Group("A", 4, TEN.points)]) == ""
    assert charts.histogram([1, 1, 2], 0, 3) == ""
    assert charts.dot_interval_row(50, 40, 60, people=5) != ""


def test_a_small_group_is_left_out_of_the_row_and_of_the_scatter() -> None:
    row = charts.group_marks_row([("A", 10.0), ("B", 90.0)], people=[20, 4])
    assert ">A<" in row and ">B<" not in row
    assert "gb" not in charts.scatter([TEN, Group("B", 4, [(9.0, 9.0, 4)])])


def test_a_map_draws_no_count_under_five() -> None:
    few, enough = (charts.map_svg([Area("X", LAND.rings, count=n, second=n)]) for n in (4, 5))
    assert "m-bubble" not in few and "m-pill" not in few
    assert "m-bubble" in enough and "m-pill" in enough


def test_marks_that_stand_clear_stay_on_the_line_and_a_bunch_fans_out_in_order() -> None:
    assert lanes([10, 50, 90]) == [0, 0, 0]
    assert lanes([96, 91, 88]) == [-1, 0, 1]
    assert lanes([50, 54, 10]) == [-0.5, 0.5, 0]
    assert lanes([]) == []


def test_each_group_has_its_own_shape_and_letter() -> None:
    row = charts.group_marks_row([(letter, 10.0 + 20 * i) for i, letter in enumerate("ABCDE")])
    assert re.findall(r">([A-E])</text>", row) == list("ABCDE")
    assert row.count("<circle") == 1
    assert len(set(re.findall(r'<path d="([^"]+)"', row))) == 4


def test_the_hull_is_the_outer_corners_only() -> None:
    assert sorted(hull([*SQUARE, (1.0, 1.0), (1.0, 0.0)])) == sorted(SQUARE)
    assert hull([(1.0, 1.0), (1.0, 1.0)]) == [(1.0, 1.0)]


def test_the_band_leaves_out_the_strays() -> None:
    near = [(float(i % 3), float(i // 3), 1) for i in range(9)]
    assert (50.0, 50.0) not in core([*near, (50.0, 50.0, 1)])


def test_the_scatter_keeps_shape_and_turns_y_upwards() -> None:
    """Distance means likeness, so one unit across must be as long as one unit up."""
    svg = charts.scatter([Group("A", 30, [(0.0, 0.0, 10), (2.0, 0.0, 10), (0.0, 1.0, 10)])])
    spots = [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', svg)]
    across, up = spots[1][0] - spots[0][0], spots[0][1] - spots[2][1]
    assert across == pytest.approx(332) and up == pytest.approx(166)
    assert "A · 30 people" in svg


def test_the_histogram_starts_at_nothing_and_marks_the_low_end() -> None:
    svg = charts.histogram([2, 4, 8], 0, 30, median=15, median_label="half", low=10)
    heights = [float(h) for h in re.findall(r'height="([\d.]+)" rx', svg)]
    assert heights == [29.5, 59, 118]
    assert svg.count("c-low") == 1
    assert 'x1="180" x2="180"' in svg  # the median of a 0-30 axis, 360 wide


def test_a_hundred_marks_are_a_hundred() -> None:
    svg = charts.hundred_marks([(41, "a"), (11, "b"), (48, "off")])
    assert svg.count("ga") == 41 and svg.count("gb") == 11 and svg.count('class="off"') == 48
    with pytest.raises(ValueError, match="100"):
        charts.hundred_marks([(99, "a")])


def test_the_projection_squeezes_longitude_by_latitude() -> None:
    p = Projection([(-2.0, 59.5), (0.0, 60.5)], pad=0)
    assert p.squeeze == pytest.approx(math.cos(math.radians(60)))
    assert p.at(-2.0, 60.0)[0] == pytest.approx(0) and p.at(0.0, 60.0)[0] == pytest.approx(360)
    assert p.at(-1.0, 60.5)[1] < p.at(-1.0, 59.5)[1]  # north is up


def test_a_name_stands_at_the_balance_point_of_the_largest_ring() -> None:
    small = [(9.0, 9.0), (9.1, 9.0), (9.0, 9.1)]
    assert middle([small, SQUARE]) == (pytest.approx(1), pytest.approx(1))


def test_names_on_a_map_do_not_cover_each_other() -> None:
    near = [Area(f"Neighbourhood {i}", LAND.rings, level=1, label=True) for i in range(4)]
    heights = sorted(float(y) for y in re.findall(r'y="([\d.]+)" class="m-t"', charts.map_svg(near)))
    assert all(b - a >= 13.9 for a, b in itertools.pairwise(heights))


def test_letters_in_drawings_that_scale_are_13_units_or_more() -> None:
    """360 units wide on a phone of 360: 13 units are 12 px or more."""
    for name in ("c-t", "c-b", "g-t", "m-t", "m-count", "m-second"):
        assert int(re.search(rf"\.{name} {{[^}}]*font-size: (\d+)px", CSS).group(1)) >= 13  # type: ignore[union-attr]
