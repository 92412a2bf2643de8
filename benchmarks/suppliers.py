"""National exports cut into one small delivery a supplier."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.suppliers import SupplierBook
from de06_pipeline.periods import Month


def cut_by_supplier(
    export: Path, landing: Path, dataset: str, month: Month, reference: Path
) -> int:
    """Write each row of a CSV with a column ``province`` of codes to the delivery of its supplier.

    Returns:
        how many suppliers got one.
    """
    areas = AreaBook.load(reference)
    code_of = {
        area.code: supplier.name
        for supplier in SupplierBook.load(reference, areas).in_force(month)
        for area in areas.in_force("province", month)
        if supplier.covers(area.area_id)
    }
    with export.open(encoding="utf-8", newline="") as file:
        delimiter = ";" if ";" in file.readline() else ","
        file.seek(0)
        header, *rows = csv.reader(file, delimiter=delimiter)
    at = header.index("province")
    by_supplier: dict[str, list[list[str]]] = {}
    for row in rows:
        by_supplier.setdefault(code_of[row[at]], []).append(row)
    for supplier, own in by_supplier.items():
        path = landing / dataset / str(month) / supplier / f"SYNTHETIC_{supplier}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, delimiter, [header, *own])
    return len(by_supplier)


def _write(path: Path, delimiter: str, rows: Iterable[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(rows)
