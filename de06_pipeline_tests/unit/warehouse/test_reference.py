"""The dimensions follow the reference data and the registry, and stay untouched where nothing
changed.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from de06_pipeline.errors import ContractError
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.reference import sync_reference
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline_tests.unit.warehouse_samples import (
    AREAS,
    INDICATORS,
    JUNE,
    LONG_AN,
    TAY_NINH,
    dump,
    new_warehouse,
    sqlite_url,
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return new_warehouse(sqlite_url(tmp_path))


def test_the_same_again_writes_nothing(warehouse: Warehouse) -> None:
    assert sync_reference(warehouse, AREAS, INDICATORS, [JUNE])
    before = dump(warehouse)
    assert not sync_reference(warehouse, AREAS, INDICATORS, [JUNE])
    assert dump(warehouse) == before


def test_changes_and_additions_are_written_and_nothing_is_deleted(warehouse: Warehouse) -> None:
    renamed = {**INDICATORS[0], "name_vi": "Hồ sơ tiếp nhận"}
    added = {**INDICATORS[0], "code": "dvc.finished"}
    assert sync_reference(warehouse, [], [renamed, added])
    with warehouse.reading() as connection:
        names = dict(
            connection.execute(
                text("SELECT code, name_vi FROM dim_indicator WHERE kind = 'count'")
            ).all()
        )
        assert names == {"dvc.received": "Hồ sơ tiếp nhận", "dvc.finished": "dvc.received"}
        assert connection.execute(text("SELECT count(*) FROM dim_indicator")).scalar() == 4
        assert connection.execute(text("SELECT count(*) FROM dim_area")).scalar() == len(AREAS)


def test_successors_and_empty_cells(warehouse: Warehouse) -> None:
    with warehouse.reading() as connection:
        long_an = connection.execute(
            text("SELECT successor, valid_from FROM dim_area WHERE area_id = :id"), {"id": LONG_AN}
        ).one()
    assert tuple(long_an) == (TAY_NINH, None)
    empty = {**AREAS[0], "province_code": "", "parent_id": "", "valid_from": ""}
    assert not sync_reference(warehouse, [empty], [])


def test_a_month_has_its_calendar(warehouse: Warehouse) -> None:
    sync_reference(warehouse, [], [], [Month(2024, 2), Month(2025, 12)])
    with warehouse.reading() as connection:
        rows = connection.execute(
            text(
                "SELECT month_id, month, last_day, year, quarter, month_of_year FROM dim_month ORDER BY 1"
            )
        ).all()
    assert [tuple(row) for row in rows] == [
        (202402, "2024-02-01", "2024-02-29", 2024, 1, 2),
        (202512, "2025-12-01", "2025-12-31", 2025, 4, 12),
    ]


def test_two_provinces_of_one_code_on_one_day_are_an_error(warehouse: Warehouse) -> None:
    overlapping = [
        {**area, "valid_to": date(2025, 7, 1)} if area["area_id"] == LONG_AN else area
        for area in AREAS
    ]
    with pytest.raises(ContractError, match="province 80"):
        sync_reference(warehouse, overlapping, [])
