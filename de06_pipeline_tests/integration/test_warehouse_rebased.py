"""The views of other boundaries, on SQLite and on PostgreSQL: how parts become one figure, and when
they do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import text

from de06_pipeline.areas.shares import LAST_MONTH, WHOLE, AreaShare, ShareSpan
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.figures.publish import publish
from de06_pipeline.warehouse.figures.restated import (
    Boundaries,
    drop_boundaries,
    keep_boundaries,
    kept_boundaries,
    put_recounted,
)
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline_tests.unit.warehouse_samples import (
    A_LUOI,
    BEN_LUC,
    COUNTRY,
    FIGURES,
    JUNE,
    LONG_AN,
    TAY_NINH,
    TAY_NINH_OLD,
    figure,
    new_warehouse,
    publication,
)

pytest_plugins = ["de06_pipeline_tests.integration.postgres"]

JULY_2025 = Month(2025, 7)
AFTER_THE_MERGER = [
    AreaShare(COUNTRY, COUNTRY, None, WHOLE, True),
    AreaShare(LONG_AN, TAY_NINH, TAY_NINH, WHOLE, False),
    AreaShare(TAY_NINH_OLD, TAY_NINH, TAY_NINH, WHOLE, False),
    AreaShare(A_LUOI, BEN_LUC, TAY_NINH, WHOLE // 4, False),
]


@pytest.fixture
def warehouse(either_url: str) -> Iterator[Warehouse]:
    """Boundaries of 2025-07, and one figure of that month so that they are the latest."""
    warehouse = new_warehouse(either_url)
    before = [ShareSpan(share, Month(2022, 1), Month(2025, 6)) for share in AFTER_THE_MERGER]
    since = [
        ShareSpan(AreaShare(area_id, area_id, TAY_NINH, WHOLE, True), JULY_2025, LAST_MONTH)
        for area_id in (TAY_NINH, BEN_LUC)
    ]
    keep_boundaries(warehouse, Boundaries(JULY_2025, "a", False), before + since)
    publish(warehouse, publication(figure(TAY_NINH, 99, month=JULY_2025), months=(JULY_2025,)))
    yield warehouse
    warehouse.close()


def shown(
    warehouse: Warehouse,
    columns: str,
    where: str = "month = '2024-06-01'",
    view: str = "indicator_rebased",
) -> list[tuple[Any, ...]]:
    with warehouse.reading() as connection:
        return [
            tuple(row)
            for row in connection.execute(
                text(f"SELECT {columns} FROM {view} WHERE {where} ORDER BY area_level, breakdown")
            )
        ]


def parts(
    first: dict[str, Any], other: dict[str, Any], code: str = "dvc.online_rate"
) -> list[dict[str, Any]]:
    plain = {"numerator": None, "denominator": None, "indicator_code": code}
    return [figure(LONG_AN, **{**plain, **first}), figure(TAY_NINH_OLD, **{**plain, **other})]


NOTHING = {"status": "not_reported", "areas_reported": 0}


@pytest.mark.parametrize(
    ("first", "other", "whole"),
    [
        (
            {"numerator": 1, "denominator": 4},
            {"numerator": 3, "denominator": 4},
            (4, 8, 50, "reported", ""),
        ),
        ({"numerator": 1, "denominator": 4}, NOTHING, (1, 4, 25, "partial", "")),
        (NOTHING, NOTHING, (None, None, None, "not_reported", "")),
        (
            {"numerator": 1, "denominator": 4, "status": "partial"},
            {"numerator": 0, "denominator": 4},
            (1, 8, 12.5, "partial", ""),
        ),
        (
            {"numerator": 0, "denominator": 4},
            {"numerator": 0, "denominator": 0},
            (0, 4, 0, "reported_zero", ""),
        ),
        (
            {"numerator": 0, "denominator": 0},
            {"numerator": 0, "denominator": 0},
            (0, 0, None, "no_denominator", ""),
        ),
        # A smaller denominator would be a wrong one.
        (
            {"numerator": 5, "status": "no_denominator"},
            {"numerator": 1, "denominator": 2},
            (6, None, None, "no_denominator", ""),
        ),
        (
            {"numerator": 1, "denominator": 4, "bound": ">"},
            {"numerator": 3, "denominator": 4},
            (4, 8, 50, "reported", ">"),
        ),
        (
            {"numerator": 1, "denominator": 4, "bound": ">"},
            {"numerator": 3, "denominator": 4, "bound": "<"},
            (4, 8, 50, "reported", "≈"),
        ),
    ],
)
def test_two_provinces_become_one(
    warehouse: Warehouse, first: dict[str, Any], other: dict[str, Any], whole: tuple[Any, ...]
) -> None:
    publish(warehouse, publication(*parts(first, other)))
    rows = shown(
        warehouse,
        "numerator, denominator, value, status, bound, province_code, is_estimated, areas_expected",
    )
    assert rows == [(*whole, "80", False, 1)]


def test_a_stock_of_which_a_part_is_not_known_has_no_number(warehouse: Warehouse) -> None:
    stock = {"time_window": "stock"}
    known, unknown = (
        figure(LONG_AN, 5, **stock),
        figure(TAY_NINH_OLD, None, status="incomplete", areas_reported=0, **stock),
    )
    breakdown = figure(LONG_AN, 2, breakdown="product=CCCD", **stock)
    window = publication().windows[0]._replace(time_window="stock")
    publish(warehouse, publication(known, unknown, breakdown, windows=[window]))
    assert shown(warehouse, "breakdown, numerator, value, status") == [
        ("", None, None, "incomplete"),
        ("product=CCCD", None, None, "incomplete"),
    ]


def test_a_value_that_only_one_part_has_is_whole_if_both_reported(warehouse: Warehouse) -> None:
    rows = [
        figure(LONG_AN, 5),
        figure(LONG_AN, 2, breakdown="sector=Hộ tịch"),
        figure(TAY_NINH_OLD, 7),
    ]
    publish(warehouse, publication(*rows))
    assert shown(warehouse, "breakdown, numerator, status") == [
        ("", 12, "reported"),
        ("sector=Hộ tịch", 2, "reported"),
    ]
    publish(warehouse, publication(*rows[:2], figure(TAY_NINH_OLD, None, **NOTHING)))
    assert shown(warehouse, "breakdown, numerator, status") == [
        ("", 5, "partial"),
        ("sector=Hộ tịch", 2, "partial"),
    ]


def test_a_part_without_a_figure_did_not_report(warehouse: Warehouse) -> None:
    """Old Tây Ninh is none of the suppliers of a system that Long An alone had."""
    stock = {"time_window": "stock"}
    rows = [
        figure(LONG_AN, 5),
        figure(LONG_AN, 2, breakdown="sector=Hộ tịch"),
        figure(LONG_AN, 9, **stock),
    ]
    window = publication().windows[0]
    windows = [window, window._replace(time_window="stock")]
    publish(warehouse, publication(*rows, windows=windows))
    columns = "breakdown, time_window, numerator, status, areas_expected, areas_reported"
    assert sorted(shown(warehouse, columns)) == [
        ("", "month", 5, "partial", 1, 0),
        ("", "stock", None, "incomplete", 1, 0),
        ("sector=Hộ tịch", "month", 2, "partial", 1, 0),
    ]


def test_breakdowns_that_agencies_report_are_whole_by_themselves(warehouse: Warehouse) -> None:
    with warehouse.writing() as connection:
        connection.execute(
            text("UPDATE dim_indicator SET kind = 'amount' WHERE code = 'dvc.received'")
        )
    rows = [
        figure(LONG_AN, 5, breakdown="group=Trẻ em"),
        figure(TAY_NINH_OLD, 7, breakdown="group=Trẻ em"),
        figure(LONG_AN, 1, breakdown="group=Người cao tuổi"),
        figure(TAY_NINH_OLD, 30),
    ]
    publish(warehouse, publication(*rows))
    assert shown(warehouse, "breakdown, numerator, status") == [
        ("", 30, "partial"),
        ("group=Người cao tuổi", 1, "partial"),
        ("group=Trẻ em", 12, "reported"),
    ]


def test_a_share_makes_an_estimate(warehouse: Warehouse) -> None:
    publish(
        warehouse,
        publication(figure(A_LUOI, 10), figure(A_LUOI, 1, 10, indicator_code="dvc.online_rate")),
    )
    columns = "area_level, commune_code, district_code, numerator, denominator, value, is_estimated"
    month = "month = '2024-06-01' AND "
    assert shown(warehouse, columns, month + "indicator_code = 'dvc.received'") == [
        ("commune", "27991", None, 2.5, None, 2.5, True)
    ]
    assert shown(warehouse, columns, month + "indicator_code = 'dvc.online_rate'") == [
        ("commune", "27991", None, 0.25, 2.5, 10, True)
    ]


def test_what_cannot_be_added_up_is_shown_only_where_counted(warehouse: Warehouse) -> None:
    with warehouse.writing() as connection:
        connection.execute(
            text("UPDATE dim_indicator SET over_space = 'recount' WHERE code = 'dvc.received'")
        )
    publish(
        warehouse, publication(figure(COUNTRY, 12), figure(LONG_AN, 5), figure(TAY_NINH_OLD, 7))
    )
    assert shown(warehouse, "area_level, numerator") == [("country", 12)]
    counted = pa.Table.from_pylist([figure(TAY_NINH, 11)], FIGURES)
    put_recounted(warehouse, JULY_2025, "dvc", ["dvc.received"], {JUNE: "made from"}, counted)
    put_recounted(warehouse, JULY_2025, "dvc", ["dvc.received"], {JUNE: "made from"}, counted)
    assert shown(warehouse, "area_level, province_name, numerator, status") == [
        ("country", None, 12, "reported"),
        ("province", "Tây Ninh", 11, "reported"),
    ]


def test_the_latest_boundaries_are_those_of_the_latest_month(warehouse: Warehouse) -> None:
    publish(warehouse, publication(figure(LONG_AN, 5)))
    keep_boundaries(
        warehouse,
        Boundaries(JUNE, "b", True),
        [ShareSpan(AreaShare(LONG_AN, LONG_AN, LONG_AN, WHOLE, True), JUNE, LAST_MONTH)],
    )
    assert [(boundary.first, boundary.is_asked_for) for boundary in kept_boundaries(warehouse)] == [
        (JUNE, True),
        (JULY_2025, False),
    ]
    assert shown(warehouse, "province_name, numerator") == [("Tây Ninh", 5)]
    assert shown(
        warehouse,
        "province_name, numerator",
        view="indicator_on_boundaries",
        where="boundaries = '2024-06-01'",
    ) == [("Long An", 5)]
    drop_boundaries(warehouse, [JULY_2025])
    assert shown(warehouse, "province_name, numerator") == [("Long An", 5)]


def test_one_indicator_of_one_month_is_found_without_reading_all(warehouse: Warehouse) -> None:
    if not warehouse.is_sqlite:
        pytest.skip("the planner of PostgreSQL chooses by the size of the tables")
    query = "EXPLAIN QUERY PLAN SELECT value FROM indicator_rebased WHERE month = '2024-06-01' AND indicator_code = 'dvc.received'"
    with warehouse.reading() as connection:
        plan = [row[-1] for row in connection.execute(text(query))]
    assert "SEARCH f USING PRIMARY KEY (month_id=? AND series_id=?)" in plan, plan
