"""What dashboards read: names in force in the month, values, labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from de06_pipeline.periods import Month
from de06_pipeline.warehouse.figures.publish import publish
from de06_pipeline.warehouse.schema import BOUNDS, STATUSES
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline_tests.unit.warehouse_samples import (
    A_LUOI,
    BEN_LUC,
    COUNTRY,
    HUE,
    JUNE,
    LONG_AN,
    TAY_NINH,
    TAY_NINH_OLD,
    THUA_THIEN_HUE,
    figure,
    new_warehouse,
    publication,
    sqlite_url,
)

OLD, HUE_CITY, NEW = Month(2024, 12), Month(2025, 1), Month(2025, 7)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return new_warehouse(sqlite_url(tmp_path))


def _rows(warehouse: Warehouse, columns: str, where: str = "TRUE") -> list[tuple[Any, ...]]:
    with warehouse.reading() as connection:
        return [
            tuple(row)
            for row in connection.execute(
                text(f"SELECT {columns} FROM indicator_monthly WHERE {where} ORDER BY 1, 2, 3")
            )
        ]


def test_areas_carry_the_names_in_force_in_their_month(warehouse: Warehouse) -> None:
    places = {
        OLD: (COUNTRY, LONG_AN, TAY_NINH_OLD, THUA_THIEN_HUE, A_LUOI),
        HUE_CITY: (HUE, A_LUOI),
        NEW: (TAY_NINH, BEN_LUC),
    }
    for month, areas in places.items():
        publish(
            warehouse,
            publication(*(figure(area, 1, month=month) for area in areas), months=(month,)),
        )
    names = "month, area_level, province_code, province_name, district_code, district_name, commune_code, commune_name"
    assert _rows(warehouse, names) == [
        ("2024-12-01", "country", None, None, None, None, None, None),
        ("2024-12-01", "district", "46", "Thừa Thiên Huế", "481", "A Lưới", None, None),
        ("2024-12-01", "province", "46", "Thừa Thiên Huế", None, None, None, None),
        ("2024-12-01", "province", "72", "Tây Ninh", None, None, None, None),
        ("2024-12-01", "province", "80", "Long An", None, None, None, None),
        ("2025-01-01", "district", "46", "Huế", "481", "A Lưới", None, None),
        ("2025-01-01", "province", "46", "Huế", None, None, None, None),
        ("2025-07-01", "commune", "80", "Tây Ninh", None, None, "27991", "Bến Lức"),
        ("2025-07-01", "province", "80", "Tây Ninh", None, None, None, None),
    ]


@pytest.mark.parametrize(
    ("code", "numerator", "denominator", "value"),
    [
        ("dvc.received", 7, None, 7),
        ("dvc.received", 0, None, 0),
        ("dvc.received", None, None, None),
        ("dvc.online_rate", 1, 8, 12.5),
        ("dvc.online_rate", 707, 1000, 70.7),
        ("dvc.online_rate", 3, 0, None),
        ("dvc.online_rate", None, 5, None),
        ("dvc.online_rate", 5, None, None),
        ("dvc.processing_days_mean", 86400 * 9, 4, 2.25),
        # The products exceed 64-bit integers; integer arithmetic would overflow.
        ("dvc.online_rate", 2**60, 2**61, 50.0),
        ("dvc.processing_days_mean", 2**60 * 3, 2**60, 3 / 86400),
    ],
)
def test_values(
    warehouse: Warehouse,
    code: str,
    numerator: int | None,
    denominator: int | None,
    value: float | None,
) -> None:
    publish(warehouse, publication(figure(COUNTRY, numerator, denominator, indicator_code=code)))
    [(numerator_shown, denominator_shown, shown)] = _rows(
        warehouse, "numerator, denominator, value"
    )
    assert (numerator_shown, denominator_shown) == (numerator, denominator)
    assert shown == value


def test_units_statuses_and_bounds_are_texts(warehouse: Warehouse) -> None:
    assert STATUSES[:7] == (
        "reported",
        "reported_zero",
        "not_reported",
        "no_denominator",
        "partial",
        "incomplete",
        "withdrawn",
    )
    statuses = [status for status in STATUSES if status != "withdrawn"]
    rows = [
        figure(COUNTRY, 1, breakdown=f"status={status}", status=status, bound=bound)
        for status in statuses
        for bound in BOUNDS[:1]
    ]
    rows += [figure(LONG_AN, 1, breakdown=f"bound={bound}", bound=bound) for bound in BOUNDS]
    publish(warehouse, publication(*rows))
    shown = _rows(warehouse, "status, bound, unit, breakdown", "area_level = 'country'")
    assert shown == sorted((status, "", "hồ sơ", f"status={status}") for status in statuses)
    shown = _rows(warehouse, "bound, breakdown, status", "area_level = 'province'")
    assert shown == sorted((bound, f"bound={bound}", "reported") for bound in BOUNDS)


def test_history_has_every_revision(warehouse: Warehouse) -> None:
    for run, numerator in enumerate((1, 2, 2, 3)):
        publish(warehouse, publication(figure(COUNTRY, numerator), run_id=f"run-{run}"))
    with warehouse.reading() as connection:
        rows = connection.execute(
            text(
                "SELECT numerator, revision, run_id, computed_at, superseded_at FROM indicator_history ORDER BY 2"
            )
        ).all()
    assert [(row.numerator, row.revision, row.run_id) for row in rows] == [
        (1, 1, "run-0"),
        (2, 2, "run-1"),
        (3, 3, "run-3"),
    ]
    assert [row.superseded_at for row in rows] == [rows[1].computed_at, rows[2].computed_at, None]


def test_one_month_of_one_indicator_is_found_without_reading_all(warehouse: Warehouse) -> None:
    publish(warehouse, publication(figure(COUNTRY, 1)))
    query = "EXPLAIN QUERY PLAN SELECT value FROM indicator_monthly WHERE month = '2024-06-01' AND indicator_code = 'dvc.received'"
    with warehouse.reading() as connection:
        plan = [row[-1] for row in connection.execute(text(query))]
    assert not any(step.startswith("SCAN") for step in plan), plan


def test_months_are_those_published(warehouse: Warehouse) -> None:
    publish(warehouse, publication(figure(COUNTRY, 1)))
    assert _rows(warehouse, "month, period_type, time_window") == [
        (str(JUNE.first_day), "month", "month")
    ]


@pytest.mark.parametrize(
    ("country", "part"),
    [
        ({"status": "incomplete", "areas_reported": 1}, HUE),
        # A district with a balance of its own, in a province where the other districts have none.
        ({"status": "incomplete", "areas_reported": 0}, A_LUOI),
        # Ranks, and what is reported of provinces alone, have no figure of the country.
        (None, HUE),
    ],
    ids=["a province", "a district", "no country"],
)
def test_the_latest_month_is_the_one_that_some_area_reported(
    warehouse: Warehouse, country: dict[str, Any] | None, part: int
) -> None:
    of_country = [figure(COUNTRY, None, month=HUE_CITY, **country)] if country else []
    nobody = {"status": "incomplete", "areas_reported": 0, "month": HUE_CITY.plus(1)}
    for month, rows in (
        (OLD, [figure(COUNTRY, 5, month=OLD)]),
        (HUE_CITY, [*of_country, figure(part, 1, month=HUE_CITY)]),
        (HUE_CITY.plus(1), [figure(COUNTRY, None, **nobody), figure(HUE, None, **nobody)]),
    ):
        publish(warehouse, publication(*rows, months=(month,)))
    with warehouse.reading() as connection:
        latest = connection.execute(text("SELECT DISTINCT month FROM indicator_latest")).scalars()
        assert [str(month) for month in latest] == [str(HUE_CITY.first_day)]
