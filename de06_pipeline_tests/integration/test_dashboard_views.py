"""``indicator_dashboard`` on SQLite and on PostgreSQL: places, and what a figure is compared with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from de06_pipeline.periods import Month
from de06_pipeline.warehouse.figures.publish import publish
from de06_pipeline.warehouse.figures.staging import PublishedWindow
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline.warehouse.views.dashboards import Terms, WideColumn, create_dashboard_views
from de06_pipeline_tests.unit.warehouse_samples import (
    COUNTRY,
    LONG_AN,
    TAY_NINH_OLD,
    THUA_THIEN_HUE,
    figure,
    new_warehouse,
    publication,
)

pytest_plugins = ["de06_pipeline_tests.integration.postgres"]


@pytest.fixture
def warehouse(either_url: str) -> Iterator[Warehouse]:
    warehouse = new_warehouse(either_url)
    with warehouse.writing() as connection:
        connection.execute(text("UPDATE dim_indicator SET direction = 'higher'"))
    rate = Terms("dvc.online_rate", None, ())
    create_dashboard_views(
        warehouse, [rate], {"ngày": "ngày"}, [WideColumn(rate.code, "month", False)]
    )
    yield warehouse
    warehouse.close()


def _dashboard(warehouse: Warehouse, columns: str) -> list[tuple[Any, ...]]:
    query = f"SELECT {columns} FROM indicator_dashboard ORDER BY month, area_code"
    with warehouse.reading() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_equal_rates_share_a_place_whatever_they_are_rates_of(warehouse: Warehouse) -> None:
    """PostgreSQL gives 100 / 53 sixteen decimals, and 19,000 / 10,070, the same number, twenty."""
    parts = [(LONG_AN, 1, 53), (TAY_NINH_OLD, 190, 10_070), (THUA_THIEN_HUE, 1, 54)]
    rows = [figure(*part, indicator_code="dvc.online_rate") for part in parts]
    publish(warehouse, publication(*rows))
    places = _dashboard(warehouse, "area_code, rank_among_siblings, siblings_with_value")
    assert places == [("46", 3, 3), ("72", 1, 3), ("80", 1, 3)]


def test_a_year_to_date_is_not_compared_with_another_years(warehouse: Warehouse) -> None:
    months = [Month(2023, 1), Month(2023, 12), Month(2024, 1), Month(2024, 2)]
    windows = [PublishedWindow(month, "month", "ytd") for month in months]
    numbers = zip(months, [80, 1200, 100, 210], strict=True)
    rows = [figure(COUNTRY, count, month=month, time_window="ytd") for month, count in numbers]
    publish(warehouse, publication(*rows, windows=windows, months=tuple(months)))
    assert _dashboard(warehouse, "value, change_on_month, change_on_year") == [
        (80, None, None),
        (1200, None, None),
        (100, None, 20),
        (210, 110, None),
    ]
