"""Pointers to cells: moved with their inputs, never by a run whose deliveries are gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from de06_pipeline.errors import StaleRunError
from de06_pipeline.warehouse.deliveries.accepted import accepted
from de06_pipeline.warehouse.deliveries.record import confirm_missing, record_delivery
from de06_pipeline.warehouse.figures.cells import cells, remove_cells, set_cells
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline_tests.unit.warehouse_samples import (
    JULY,
    JUNE,
    delivery,
    dump,
    new_warehouse,
    sqlite_url,
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    warehouse = new_warehouse(sqlite_url(tmp_path))
    record_delivery(warehouse, delivery("aaa"))
    return warehouse


def _cells(warehouse: Warehouse, **more: Any) -> dict[str, Any]:
    made_from = accepted(warehouse, "dvc_dossiers", JUNE)
    return {
        "path": "cells/c1",
        "content_hash": "c1",
        "input_hash": "i1",
        "inputs": {"code": "1"},
        "accepted": made_from,
        "run_id": "r1",
        **more,
    }


def test_cells_come_into_force_with_what_they_were_made_from(warehouse: Warehouse) -> None:
    assert set_cells(warehouse, "dvc", JUNE, **_cells(warehouse))
    assert set_cells(warehouse, "dvc", JULY, **_cells(warehouse, content_hash="c2"))
    assert set_cells(warehouse, "asm", JUNE, **_cells(warehouse, content_hash="c3"))
    stored = cells(warehouse, "dvc")
    assert list(stored) == [JUNE, JULY]
    assert stored[JUNE].content_hash == "c1"
    assert stored[JUNE].inputs == {
        "code": "1",
        "accepted": [["dvc_dossiers", "2024-06", "long-an", "aaa"]],
    }


def test_the_same_cells_write_nothing(warehouse: Warehouse) -> None:
    set_cells(warehouse, "dvc", JUNE, **_cells(warehouse))
    before = dump(warehouse)
    assert not set_cells(warehouse, "dvc", JUNE, **_cells(warehouse, run_id="r2"))
    assert dump(warehouse) == before
    assert set_cells(warehouse, "dvc", JUNE, **_cells(warehouse, input_hash="i2", run_id="r2"))
    assert (cells(warehouse, "dvc")[JUNE].input_hash, cells(warehouse, "dvc")[JUNE].run_id) == (
        "i2",
        "r2",
    )


@pytest.mark.parametrize("end", ["replaced", "withdrawn"])
def test_cells_of_deliveries_no_longer_in_force_are_refused(warehouse: Warehouse, end: str) -> None:
    prepared = _cells(warehouse)
    if end == "replaced":
        record_delivery(warehouse, delivery("bbb"))
    else:
        confirm_missing(warehouse, "dvc_dossiers", JUNE, "long-an", run_id="r2")
    with pytest.raises(StaleRunError, match="dvc_dossiers 2024-06 long-an"):
        set_cells(warehouse, "dvc", JUNE, **prepared)
    assert cells(warehouse, "dvc") == {}


def test_cells_can_be_taken_out_of_force(warehouse: Warehouse) -> None:
    set_cells(warehouse, "dvc", JUNE, **_cells(warehouse))
    assert remove_cells(warehouse, "dvc", JUNE)
    assert not remove_cells(warehouse, "dvc", JUNE)
    assert cells(warehouse, "dvc") == {}
