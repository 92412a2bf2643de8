"""Many rows at once: each is stored as it is, however many there are."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import select

from de06_pipeline.warehouse.bulk import insert_batch
from de06_pipeline.warehouse.schema import figure
from de06_pipeline_tests.unit.warehouse_samples import new_warehouse, sqlite_url


def _row(number: int) -> dict[str, Any]:
    return {
        "month_id": 202406,
        "series_id": 1,
        "area_id": number,
        "numerator": None if number % 3 == 0 else 2**40 + number,
        "denominator": number if number % 2 == 0 else None,
        "status": 0,
        "bound": 1,
        "areas_expected": 2,
        "areas_reported": 1,
        "basis": 0,
    }


@pytest.mark.parametrize(
    ("count", "limit"),
    [
        *(
            (count, 32_766)
            for count in (0, 1, 40, 41, 42, 49, 50, 51, 123, 249, 250, 251, 333, 541)
        ),
        *((count, 999) for count in (1, 123, 333)),
    ],
)
def test_any_number_of_rows(tmp_path: Path, count: int, limit: int) -> None:
    """``limit``: how many values a statement may have."""
    warehouse = new_warehouse(sqlite_url(tmp_path))
    rows = [_row(number) for number in range(count)]
    schema = pa.schema([(name, pa.int64()) for name in _row(0)])
    with warehouse.writing() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, limit)
        insert_batch(
            connection,
            figure,
            pa.RecordBatch.from_pylist(rows, schema),
            constants={"revision": 3, "publication_id": 7},
        )
    with warehouse.reading() as connection:
        stored = connection.execute(select(figure).order_by(figure.c.area_id)).mappings().all()
    assert [dict(row) for row in stored] == [
        {**row, "revision": 3, "publication_id": 7} for row in rows
    ]
