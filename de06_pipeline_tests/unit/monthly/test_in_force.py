"""Which provinces the deliveries in force for a month speak of."""

from __future__ import annotations

from de06_pipeline.areas.suppliers import SupplierBook
from de06_pipeline.monthly.in_force import delivered_provinces
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.records import AcceptedPointer
from de06_pipeline_tests.unit.areas_cases import BOOK, REFERENCE
from de06_pipeline_tests.unit.warehouse_samples import WHEN

SUPPLIERS = SupplierBook.load(REFERENCE, BOOK)


def delivered(supplier: str, given: str, month: str) -> list[str]:
    texts = ("rows.parquet", "hash", "1.0.0")
    pointer = AcceptedPointer(
        "asm_establishments", Month.parse(given), supplier, *texts, 1, "files", "run", WHEN
    )
    provinces = delivered_provinces(SUPPLIERS, [pointer], Month.parse(month))
    return sorted(BOOK.get(area_id).code for area_id in provinces)


def test_a_register_that_is_carried_says_nothing_of_what_joined_the_province_since() -> None:
    assert delivered("da-nang", "2025-05", "2025-06") == ["48"]
    assert delivered("da-nang", "2025-05", "2025-07") == []
    assert delivered("da-nang", "2025-07", "2025-08") == ["48"]
    assert delivered("cao-bang", "2025-05", "2025-07") == ["04"]
    assert len(delivered("all", "2025-05", "2025-07")) == 34
