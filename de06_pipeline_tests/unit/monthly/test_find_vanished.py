"""Files that were delivered and are gone: by name, until they are back or a person confirms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from de06_pipeline.landing.discover import Delivery, LandedFile
from de06_pipeline.monthly.find_vanished import find_vanished
from de06_pipeline.warehouse.deliveries.record import confirm_missing, record_delivery
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline_tests.unit.warehouse_samples import (
    JULY,
    JUNE,
    WHEN,
    delivery,
    new_warehouse,
    sqlite_url,
)

DATASET, SUPPLIER = "dvc_dossiers", "long-an"


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """In it two files of one supplier, accepted."""
    made = new_warehouse(sqlite_url(tmp_path))
    [file] = delivery().files
    record_delivery(made, delivery("aaa", files=(file, replace(file, name="t6b.csv"))))
    yield made
    made.engine.dispose()


def landed(*names: str, replaced: tuple[str, ...] = ()) -> Delivery:
    files = [LandedFile(name, f"/landing/{name}", 1000, WHEN) for name in (*names, *replaced)]
    return Delivery(
        DATASET, JUNE, SUPPLIER, 0, tuple(files[: len(names)]), tuple(files[len(names) :])
    )


def vanished(warehouse: Warehouse, *deliveries: Delivery) -> tuple[str, ...]:
    return find_vanished(warehouse, DATASET, JUNE, deliveries, "run-2")


def test_nothing_has_vanished_while_every_file_is_there(warehouse: Warehouse) -> None:
    assert vanished(warehouse, landed("t6.csv", "t6b.csv")) == ()


def test_a_file_replaced_by_a_later_version_is_still_there(warehouse: Warehouse) -> None:
    assert vanished(warehouse, landed("v2/t6.csv", replaced=("t6.csv", "t6b.csv"))) == ()


@pytest.mark.parametrize("deliveries", [[], [landed("t6.csv")], [landed("other.csv")]])
def test_one_missing_file_is_enough_and_is_told_again_until_it_is_back(
    warehouse: Warehouse, deliveries: list[Delivery]
) -> None:
    assert vanished(warehouse, *deliveries) == (SUPPLIER,)
    assert vanished(warehouse, *deliveries) == (SUPPLIER,)
    assert vanished(warehouse, landed("t6.csv", "t6b.csv", "more.csv")) == ()


def test_a_copy_put_back_counts_though_it_is_younger(warehouse: Warehouse) -> None:
    assert vanished(warehouse) == (SUPPLIER,)
    copies = landed("t6.csv", "t6b.csv")
    younger = tuple(
        replace(file, modified_at=WHEN + timedelta(days=9), bytes=999) for file in copies.files
    )
    assert vanished(warehouse, replace(copies, files=younger)) == ()


def test_files_confirmed_to_be_gone_are_not_missed(warehouse: Warehouse) -> None:
    assert vanished(warehouse) == (SUPPLIER,)
    confirm_missing(warehouse, DATASET, JUNE, SUPPLIER, run_id="run-3")
    assert vanished(warehouse) == ()


def test_other_months_datasets_and_suppliers_do_not_count(warehouse: Warehouse) -> None:
    [file] = delivery().files
    record_delivery(warehouse, delivery("bbb", supplier="tay-ninh", files=(file,)))
    assert find_vanished(warehouse, DATASET, JULY, [], "run-2") == ()
    assert find_vanished(warehouse, "asm_notices", JUNE, [], "run-2") == ()
    assert vanished(warehouse, landed("t6.csv", "t6b.csv")) == ("tay-ninh",)
