"""A small country with a past, and short ways to write figures and deliveries down."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.records import (
    AcceptedRowsRecord,
    DeliveryRecord,
    FileRecord,
    RuleRecord,
)
from de06_pipeline.warehouse.figures.publish import Publication
from de06_pipeline.warehouse.figures.staging import PublishedWindow
from de06_pipeline.warehouse.migrate import migrate
from de06_pipeline.warehouse.reference import sync_reference
from de06_pipeline.warehouse.store import Warehouse

COUNTRY, LONG_AN, TAY_NINH_OLD, TAY_NINH, THUA_THIEN_HUE, HUE, A_LUOI, BEN_LUC = (
    1,
    10,
    11,
    12,
    13,
    14,
    20,
    30,
)
JUNE, JULY = Month(2024, 6), Month(2024, 7)
CODES = ("dvc.received", "dvc.online_rate", "dvc.processing_days_mean")
WHEN = datetime(2024, 7, 3, 8, tzinfo=UTC)
LAST_OLD, FIRST_NEW = date(2025, 6, 30), date(2025, 7, 1)


def _area(area_id: int, level: str, code: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "area_id": area_id,
        "level": level,
        "code": code,
        "name": name,
        "full_name": name,
        **more,
    }


AREAS = [
    _area(COUNTRY, "country", "VN", "Việt Nam"),
    _area(
        LONG_AN,
        "province",
        "80",
        "Long An",
        province_code="80",
        parent_id=COUNTRY,
        valid_to=LAST_OLD,
        successor_id=TAY_NINH,
    ),
    _area(
        TAY_NINH_OLD,
        "province",
        "72",
        "Tây Ninh",
        province_code="72",
        parent_id=COUNTRY,
        valid_to=LAST_OLD,
        successor_id=TAY_NINH,
    ),
    _area(
        TAY_NINH,
        "province",
        "80",
        "Tây Ninh",
        province_code="80",
        parent_id=COUNTRY,
        valid_from=FIRST_NEW,
    ),
    _area(
        THUA_THIEN_HUE,
        "province",
        "46",
        "Thừa Thiên Huế",
        province_code="46",
        parent_id=COUNTRY,
        valid_to=date(2024, 12, 31),
    ),
    _area(
        HUE,
        "province",
        "46",
        "Huế",
        province_code="46",
        parent_id=COUNTRY,
        valid_from=date(2025, 1, 1),
    ),
    # The district's own row did not change when its province was renamed.
    _area(
        A_LUOI,
        "district",
        "481",
        "A Lưới",
        province_code="46",
        parent_id=THUA_THIEN_HUE,
        valid_to=LAST_OLD,
    ),
    _area(
        BEN_LUC,
        "commune",
        "27991",
        "Bến Lức",
        province_code="80",
        parent_id=TAY_NINH,
        valid_from=FIRST_NEW,
    ),
]


def _indicator(
    code: str, unit: str, kind: str, multiplier: int, divisor: int, is_quotient: bool
) -> dict[str, Any]:
    rule = {"value_multiplier": multiplier, "value_divisor": divisor, "is_quotient": is_quotient}
    return {
        "code": code,
        "source": "dvc",
        "name_vi": code,
        "name_en": code,
        "unit": unit,
        "kind": kind,
        "target": 90,
        "over_space": "sum",
        **rule,
    }


INDICATORS = [
    _indicator("dvc.received", "hồ sơ", "count", 1, 1, False),
    _indicator("dvc.online_rate", "%", "ratio", 100, 1, True),
    _indicator("dvc.processing_days_mean", "ngày", "mean", 1, 86400, True),
]


def new_warehouse(url: str) -> Warehouse:
    """A migrated warehouse with the dimensions above and nothing else."""
    warehouse = Warehouse.open(url)
    if warehouse.is_sqlite:
        Path(str(warehouse.url.database)).write_bytes(_sqlite_template())
    else:
        _fill(warehouse)
    return warehouse


def _fill(warehouse: Warehouse) -> None:
    migrate(warehouse)
    sync_reference(warehouse, AREAS, INDICATORS)


@cache
def _sqlite_template() -> bytes:
    """Migrating takes longer than most tests, so it is done once."""
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Warehouse.open(sqlite_url(Path(folder)))
        _fill(warehouse)
        warehouse.close()
        return Path(str(warehouse.url.database)).read_bytes()


def sqlite_url(folder: Path) -> str:
    place = folder / "kho dữ liệu"
    place.mkdir(exist_ok=True)
    return f"sqlite:///{place / 'warehouse.sqlite'}"


def figure(
    area_id: int, numerator: int | None, denominator: int | None = None, **more: Any
) -> dict[str, Any]:
    """A row of computed figures: ``dvc.received`` of June 2024, unless said otherwise."""
    row: dict[str, Any] = {
        "month": JUNE,
        "period_type": "month",
        "time_window": "month",
        "area_id": area_id,
        "indicator_code": "dvc.received",
    }
    row |= {
        "breakdown": "",
        "numerator": numerator,
        "denominator": denominator,
        "status": "reported",
        "bound": "",
    }
    row |= {"areas_expected": 1, "areas_reported": 1, **more}
    return {**row, "month": row["month"].first_day}


FIGURES = pa.schema(
    [
        ("month", pa.date32()),
        ("period_type", pa.string()),
        ("time_window", pa.string()),
        ("area_id", pa.int32()),
        ("indicator_code", pa.string()),
        ("breakdown", pa.string()),
        ("numerator", pa.int64()),
        ("denominator", pa.int64()),
        ("status", pa.string()),
        ("bound", pa.string()),
        ("areas_expected", pa.int32()),
        ("areas_reported", pa.int32()),
    ]
)


def publication(
    *rows: dict[str, Any], run_id: str = "run-1", months: tuple[Month, ...] = (JUNE,), **more: Any
) -> Publication:
    """A publication whose scope is every indicator in window ``month`` of the months."""
    windows = [PublishedWindow(month, "month", "month") for month in months]
    settings: dict[str, Any] = {"codes": CODES, "windows": windows, "basis": {}, **more}
    return Publication("dvc", run_id, figures=pa.Table.from_pylist(list(rows), FIGURES), **settings)


def delivery(
    content_hash: str | None = "aaa",
    *,
    dataset: str = "dvc_dossiers",
    month: Month = JUNE,
    supplier: str = "long-an",
    **more: Any,
) -> DeliveryRecord:
    """A delivery of one file with ten rows, one of them quarantined; ``content_hash`` None:
    refused.
    """
    file = FileRecord(
        "t6.csv",
        0,
        1000,
        WHEN,
        "f" * 64,
        "csv",
        "utf-8",
        10,
        9 if content_hash else 0,
        1 if content_hash else 10,
        0,
    )
    settings: dict[str, Any] = {
        "fingerprint": f"print-{content_hash}",
        "contract_version": "1.0.0",
        "run_id": "run-1",
        "files": (file,),
        "rules": (RuleRecord(f"{dataset}.received_at.parse", "critical", 10, 1, False, 0.02),),
        "accepted": AcceptedRowsRecord(f"accepted/{content_hash}", content_hash, 9)
        if content_hash
        else None,
        **more,
    }
    return DeliveryRecord(dataset, month, supplier, **settings)


def quarantine_file(path: Path, rows: int = 1) -> Path:
    lines = {
        "file_name": ["t6.csv"] * rows,
        "row_number": list(range(2, rows + 2)),
        "field": [None, *["received_at"] * (rows - 1)],
        "rule_id": ["dvc_dossiers.record.broken", *["dvc_dossiers.received_at.parse"] * (rows - 1)],
        "masked_value": [None, *['A"×7, ,'] * (rows - 1)],
    }
    schema = pa.schema(
        [(name, pa.int64() if name == "row_number" else pa.string()) for name in lines]
    )
    pq.write_table(pa.table(lines, schema), path)
    return path


def dump(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    from de06_pipeline.warehouse.schema import metadata

    with warehouse.reading() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(table.select())), key=repr)
            for table in metadata.tables.values()
        }
