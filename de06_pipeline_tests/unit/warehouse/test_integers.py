"""Computed figures in integers: one order whatever order they come in, and each once."""

from __future__ import annotations

import random
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from de06_pipeline.errors import AccountingError
from de06_pipeline.warehouse.figures.integers import CodedFigures, SeriesKey

_DAYS = (date(2024, 12, 1), date(2024, 2, 1), date(2025, 1, 1))
_SERIES = [
    SeriesKey(code, breakdown, "month", window)
    for code in ("dvc.received", "cccd.issued")
    for breakdown in ("", "sector=Hộ tịch")
    for window in ("month", "ytd")
]


def _figures() -> list[dict[str, object]]:
    return [
        {"month": day, "area_id": area_id, **key._asdict()}
        | {"numerator": place, "denominator": None, "status": "reported", "bound": ""}
        | {"areas_expected": 1, "areas_reported": 1}
        for place, (day, area_id, key) in enumerate(
            (day, area_id, key) for day in _DAYS for area_id in (705, 2, 31_000) for key in _SERIES
        )
    ]


def _coded(rows: list[dict[str, object]]) -> CodedFigures:
    return CodedFigures(pa.Table.from_pylist(rows))


def test_the_order_is_that_of_the_table_whatever_order_figures_come_in() -> None:
    ids = {key: 90_000 - 7 * number for number, key in enumerate(_SERIES)}
    rows = _figures()
    stored = _coded(rows).as_integers(ids)
    keys = list(
        zip(
            *(stored[name].to_pylist() for name in ("month_id", "series_id", "area_id")),
            strict=True,
        )
    )
    assert keys == sorted(keys)
    assert len(set(keys)) == len(rows)
    for seed in range(5):
        random.Random(seed).shuffle(rows)
        assert _coded(rows).as_integers(ids).equals(stored)


def test_a_figure_that_is_there_twice_is_found_wherever_it_stands() -> None:
    ids = {key: number for number, key in enumerate(_SERIES)}
    rows = _figures()
    with pytest.raises(AccountingError, match="two rows for one month"):
        _coded([*rows, rows[3]]).as_integers(ids)


def test_numbers_that_do_not_fit_are_no_figures_of_another_series() -> None:
    ids = {key: np.iinfo(np.int32).max - number for number, key in enumerate(_SERIES)}
    rows = [row | {"area_id": np.iinfo(np.int32).max} for row in _figures()[:8]]
    with pytest.raises(AccountingError, match="told apart by a number"):
        _coded(rows).as_integers(ids)
