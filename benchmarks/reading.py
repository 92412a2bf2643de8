"""Reading one file into records, next to the bare library: ``python -m benchmarks.reading
(ours|bare) FILE``. Prints seconds of CPU.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from de06_pipeline.contracts.load import load_contracts
from de06_pipeline.ingest.open_file import expected_table
from de06_pipeline.landing.discover import LandedFile
from de06_pipeline.landing.read import read_file
from de06_pipeline.settings import REPOSITORY


def write_workbook(csv: Path, path: Path) -> None:
    """The rows of a CSV as a workbook, with dates and numbers as such, a title and a total."""
    import csv as text

    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Số liệu")
    sheet.append(["BÁO CÁO"])
    with csv.open(encoding="utf-8", newline="") as rows:
        for row in text.reader(rows, delimiter=";"):
            sheet.append([_typed(cell) for cell in row])
    sheet.append(["Tổng cộng"])
    book.save(path)


def _typed(cell: str) -> datetime | int | str | None:
    if len(cell) <= 2 and cell.isdigit():
        return int(cell)
    try:
        return (
            datetime.fromisoformat(cell)
            if len(cell) == len("2024-06-01 08:00:00")
            else cell or None
        )
    except ValueError:  # a text of that length, or a planted fault
        return cell


def ours(path: Path) -> int:
    """Read as a delivery of dvc_dossiers; returns the records."""
    contract = load_contracts(REPOSITORY / "data_contracts" / "sources")["dvc_dossiers"]
    landed = LandedFile(path.name, str(path), path.stat().st_size, datetime.now(UTC))
    with tempfile.TemporaryDirectory() as folder:
        read = read_file(landed, Path(folder), expected=expected_table(contract))
    return read.record_count + read.broken_count


def bare(path: Path) -> int:
    """calamine over all cells of a workbook, Arrow over all columns of a CSV as text; returns the
    rows.
    """
    if path.suffix == ".csv":
        import pyarrow as pa
        from pyarrow import csv

        with path.open(encoding="utf-8") as lines:
            header = lines.readline().strip().split(";")
        options = csv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()))
        with csv.open_csv(
            path, parse_options=csv.ParseOptions(delimiter=";"), convert_options=options
        ) as batches:
            return sum(batch.num_rows for batch in batches)
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_path(str(path)) as workbook:
        return sum(1 for _ in workbook.get_sheet_by_index(0).iter_rows())


def _cpu_s() -> float:
    """Of this process and of those it has waited for: workbooks are opened in one of their own."""
    return sum(os.times()[:4])


READERS: dict[str, Callable[[Path], int]] = {"ours": ours, "bare": bare}

if __name__ == "__main__":
    reader, file = READERS[sys.argv[1]], Path(sys.argv[2])
    started = _cpu_s()
    count = reader(file)
    print(f"{_cpu_s() - started:.2f} {count}")
