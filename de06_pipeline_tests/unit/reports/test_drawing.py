"""Sparklines and maps: where nothing is known nothing is drawn, and no dot hides another."""

from __future__ import annotations

import math
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from de06_pipeline.reports.monthly.drawing import (
    MAP_HEIGHT,
    MAP_WIDTH,
    _short,
    place_units,
    radius_for,
    sparkline,
)
from de06_pipeline.reports.monthly.facts import ReportUnit
from de06_pipeline_tests.laws import examples


def unit(number: int, longitude: float | None, latitude: float | None) -> ReportUnit:
    return ReportUnit(
        number, f"{number:03d}", f"U{number}", f"Huyện U{number}", "district", longitude, latitude
    )


def test_an_axis_writes_thousands_in_one_way() -> None:
    assert [_short(value) for value in (5_000, 10_000, 150_000, 2_500_000)] == [
        "5.000",
        "10.000",
        "150.000",
        "2,5 tr",
    ]


def test_a_gap_breaks_the_line_and_one_month_draws_none() -> None:
    assert sparkline([None, 3.0, None]) == ""
    path = ElementTree.fromstring(sparkline([1, 2, None, 3, 4])).find("path")
    assert path is not None
    assert path.attrib["d"].count("M") == 2


@given(
    st.lists(
        st.tuples(st.floats(105, 109), st.floats(10, 22)), min_size=1, max_size=60, unique=True
    )
)
@settings(max_examples=examples(30))
def test_every_unit_is_on_the_map(points: list[tuple[float, float]]) -> None:
    placed = place_units([unit(at, *point) for at, point in enumerate(points)])
    assert len(placed) == len(points)
    for drawn in placed:
        assert 0 <= drawn.x <= MAP_WIDTH
        assert 0 <= drawn.y <= MAP_HEIGHT or drawn.inset


def test_dots_on_one_spot_are_moved_apart() -> None:
    placed = place_units([unit(at, 108 + at / 1e4, 16 + at / 1e4) for at in range(9)])
    least = min(math.hypot(a.x - b.x, a.y - b.y) for a in placed for b in placed if a is not b)
    assert least > radius_for(placed)


def test_islands_far_off_stand_in_a_box_and_do_not_squeeze_the_rest() -> None:
    near = [unit(at, 108 + at / 20, 16 - at / 30) for at in range(10)]
    placed = place_units([*near, unit(99, 112.0, 16.5), unit(98, None, None)])
    assert [drawn.unit.area_id for drawn in placed if drawn.inset] == [99]
    assert len(placed) == 11
    width = max(drawn.x for drawn in placed if not drawn.inset) - min(drawn.x for drawn in placed)
    assert width > MAP_WIDTH / 2
