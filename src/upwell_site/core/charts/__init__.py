"""Pictures of numbers, drawn on the server as SVG with classes only.

Picture, sentence, table: always all three. No colour and no style stands in a drawing (the stylesheet knows them),
no dot stands without its interval, and fewer than five people draw nothing.
"""

from __future__ import annotations

from django.utils.safestring import SafeString

from upwell_site.core.charts._svg import canvas, group_class, shape
from upwell_site.core.charts.drawings import Group, histogram, hundred_marks, line_band, scatter, spark
from upwell_site.core.charts.maps import Area, map_svg
from upwell_site.core.charts.rows import bar_row, dot_interval_row, forest_row, group_marks_row, two_dots_row

__all__ = [
    "Area",
    "Group",
    "bar_row",
    "dot_interval_row",
    "forest_row",
    "group_marks_row",
    "histogram",
    "hundred_marks",
    "line_band",
    "map_svg",
    "scatter",
    "shape_sign",
    "spark",
    "two_dots_row",
]


def shape_sign(letter: str) -> SafeString:
    """A group's shape as a small sign beside its words."""
    return canvas([shape(letter, 12, 12, 9)], "", viewBox="0 0 24 24", class_=f"shape {group_class(letter)}")
