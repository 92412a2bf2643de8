"""Values, number formats, changes and bands of reports."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from de06_pipeline.registry.load import load_registry
from de06_pipeline.registry.model import Indicator
from de06_pipeline.reports.monthly.facts import ReportFigure, added_up, place_among
from de06_pipeline.reports.monthly.numbers import (
    band_of,
    change,
    is_better,
    number,
    parts_shown,
    places_for,
    signed,
    tone_of,
    value_of,
)
from de06_pipeline.reports.monthly.plan import read_plan, read_units
from de06_pipeline.settings import REPOSITORY

CONTRACTS = REPOSITORY / "data_contracts"
REGISTRY = load_registry(CONTRACTS / "indicators")


def indicator(code: str) -> Indicator:
    return REGISTRY.indicator(code)


def test_numbers_are_written_the_vietnamese_way() -> None:
    assert number(1234567) == "1.234.567"
    assert number(1234.55, 1) == "1.234,6"
    assert number(0.05, 1) == "0,1"
    assert number(-0.04, 1) == "0,0"
    assert number(None) == "–"
    assert signed(-1.25, 1) == "−1,3"
    assert signed(0.04, 1) == "±0"


@given(st.floats(-1e9, 1e9, allow_nan=False), st.integers(0, 2))
def test_a_number_reads_back_as_itself_rounded(value: float, places: int) -> None:
    back = float(number(value, places).replace(".", "").replace(",", "."))
    assert abs(back - value) <= 0.5 * 10**-places + 1e-6


def test_a_mean_of_days_is_days_over_dossiers() -> None:
    mean = indicator("dvc.processing_days_mean")
    assert value_of(mean, 643_477_380, 2_410) == pytest.approx(3.0903, abs=1e-4)
    assert parts_shown(mean, 643_477_380, 2_410) == ("7.447,7", "2.410")


def test_a_count_has_no_parts_and_a_share_alone_has_none_either() -> None:
    assert parts_shown(indicator("dvc.received"), 5, None) is None
    share = indicator("civil_status.digitised_rate")
    assert parts_shown(share, 625_000, None) is None
    assert value_of(share, 625_000, None) == 62.5


def test_no_denominator_no_value() -> None:
    assert value_of(indicator("dvc.online_rate"), 0, 0) is None


def test_a_rate_does_not_read_as_a_limit_that_it_is_not() -> None:
    rate = replace(indicator("dvc.online_rate"), target=80.0)
    written = [(99.96, 2), (99.997, 3), (100.0, 1), (79.96, 2), (80.0, 1), (0.04, 2), (0.0, 1)]
    assert [(value, places_for(rate, value)) for value, _ in written] == written
    assert places_for(indicator("dvc.received"), 99.0) == 0


def test_the_target_decides_before_the_bands() -> None:
    rate = replace(indicator("dvc.online_rate"), target=50.0, thresholds=(30.0, 50.0, 80.0))
    assert [tone_of(rate, value) for value in (29.9, 30, 49.9, 50, None)] == [
        *("low", "fair", "fair", "good", "none"),
    ]
    assert [band_of(rate, value) for value in (10, 30, 80)] == ["< 30", "30–50", "≥ 80"]
    days = replace(rate, direction="lower", target=7.0, thresholds=())
    assert [tone_of(days, value) for value in (6.9, 7, 7.1)] == ["good", "good", "low"]
    assert tone_of(replace(rate, target=None, thresholds=()), 10) == "none"


def test_changes_of_rates_are_points_and_those_of_counts_per_cent() -> None:
    rate, count = indicator("dvc.online_rate"), indicator("dvc.received")
    assert change(rate, 72.0, 70.5).vi == "+1,5 điểm %"  # type: ignore[union-attr]
    assert change(count, 90, 100).vi == "−10,0 %"  # type: ignore[union-attr]
    assert change(count, 90, 0) is None
    assert change(rate, 72.04, 72.0).vi == "không đổi"  # type: ignore[union-attr]
    assert is_better(indicator("dvc.processing_days_mean"), 3.0, 3.6) == "better"
    assert is_better(count, 3, 5) == "same"


@given(st.lists(st.floats(0, 100), min_size=2, max_size=8), st.booleans())
def test_places_are_of_a_ranking(values: list[float], higher: bool) -> None:
    places = [place_among(value, values, higher) for value in values]
    firsts = [place for place in places if place is not None and place[0] == 1]
    assert firsts
    best = max(values) if higher else min(values)
    assert len(firsts) == values.count(best)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=1, max_size=5))
def test_a_merged_units_history_is_the_sum_of_its_parts(parts: list[tuple[int, int]]) -> None:
    figures = [ReportFigure(top, bottom, "reported") for top, bottom in parts]
    together = added_up(figures)
    assert together is not None
    assert together.numerator == sum(top for top, _ in parts)
    assert together.denominator == sum(bottom for _, bottom in parts)


@pytest.mark.parametrize(
    "missing",
    [
        None,
        ReportFigure(None, None, "not_reported"),
        ReportFigure(3, 5, "partial"),
        ReportFigure(3, None, "reported"),
    ],
)
def test_a_history_with_an_unknown_part_is_no_smaller_number(missing: ReportFigure | None) -> None:
    assert added_up([ReportFigure(1, 2, "reported"), missing]) is None


def test_every_target_names_who_set_it_and_every_unit_its_name() -> None:
    units = read_units(CONTRACTS / "reference")
    for indicator in REGISTRY:
        assert indicator.unit in units, indicator.code
        assert indicator.target is None or indicator.target_source, indicator.code


def test_every_breakdown_of_the_registry_has_a_name() -> None:
    plan = read_plan(CONTRACTS, REGISTRY)
    labels = {
        dimension.label
        for source in REGISTRY.sources.values()
        for cells in source.cells.values()
        for dimension in cells.dimensions
    }
    assert labels - {"bound", "breakdown", "indicator"} <= set(plan.breakdowns)
