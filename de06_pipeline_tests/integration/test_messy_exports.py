"""A messy workbook and a messy CSV: every planted fault is found at its row, nothing else is, and
every row is accounted for.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from pyarrow.parquet import read_table

from de06_pipeline.ingest import open_file
from de06_pipeline.ingest.context import IngestContext
from de06_pipeline.ingest.deliver import ingest
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.landing.discover import Delivery, LandedFile
from de06_pipeline.landing.packed import FROM_BYTES
from de06_pipeline.landing.read import read_file
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.messy import (
    DATASET,
    MONTH,
    SUPPLIER,
    MessyTable,
    csv_bytes,
    messy_table,
    write_workbook,
)
from de06_pipeline_tests.integration.tiny_exports import csv_text, rows
from de06_pipeline_tests.unit.old_fonts import tcvn3, vni

PUT_RIGHT = {
    "applicant_id.padded": 1,
    "applicant_id.scientific": 1,
    "dossier_code.scientific": 1,
    "procedure_code.suffix_cut": 1,
}


def judged(path: Path, tmp_path: Path) -> tuple[DeliveryOutcome, set[tuple[int, str]]]:
    """What came of a file as a delivery, and (row, rule) of its quarantine."""
    landed = LandedFile(path.name, str(path), path.stat().st_size, datetime.now(UTC))
    delivery = Delivery(DATASET, MONTH, SUPPLIER, version=0, files=(landed,), replaced=())
    workspace = Home(tmp_path / "home").workspace()
    work = tmp_path / "work"
    work.mkdir()
    outcome = ingest(
        delivery,
        workspace.contracts[DATASET],
        IngestContext(workspace.areas, workspace.suppliers, tmp_path / "lake", work),
    )
    lines = read_table(outcome.quarantine).to_pylist() if outcome.quarantine else []
    return outcome, {(line["row_number"], line["rule_id"]) for line in lines}


def assert_accounted_for(outcome: DeliveryOutcome, table: MessyTable, broken: int) -> None:
    """The identity of accounting, and the whole of the file: each of its rows is one thing and no
    more.
    """
    (file,) = outcome.files
    assert file.problem is None
    bad = len({row for row, _ in table.breaks}) + broken
    assert (
        file.rows_read
        == table.records + broken
        == file.rows_accepted + file.rows_quarantined + file.rows_superseded
    )
    assert (file.rows_quarantined, file.rows_superseded) == (bad, table.superseded)
    header_rows = 2
    assert (
        file.rows_read + file.rows_blank + sum(table.notes.values()) + header_rows
        == len(table.rows) + broken
    )


def information(outcome: DeliveryOutcome) -> dict[str, int]:
    """Of rows and cells; what is said of columns is held against the columns here."""
    notes = {note.code: note.count for _, note in outcome.information}
    of_columns = {code for code in notes if code.endswith((".unused", ".absent"))}
    absent = {f"{name}.absent" for name in outcome.absent_fields}
    (file,) = outcome.files
    assert {code for code in of_columns if code.endswith(".absent")} == absent
    assert len(of_columns - absent) == len(file.unknown_columns)
    return {code: count for code, count in notes.items() if code not in of_columns}


def test_a_messy_workbook(tmp_path: Path) -> None:
    table = messy_table("xlsx")
    path = tmp_path / "Biểu 1 (final).xlsx"
    write_workbook(table, path)
    outcome, breaks = judged(path, tmp_path)
    assert breaks == table.breaks
    assert_accounted_for(outcome, table, broken=0)
    serials = {"received_at.serial_date": 1, "submitted_at.serial_date": 1}
    assert information(outcome) == table.notes | PUT_RIGHT | serials | {
        "error_cells": 2,
        "other_sheets": 2,
    }
    assert outcome.files[0].unknown_columns == ("STT", "Ghi chú nội bộ")


@pytest.mark.parametrize(
    ("encoding", "encode", "converted"),
    [
        ("utf-8", str.encode, {}),
        ("utf-16-le", lambda text: b"\xff\xfe" + text.encode("utf-16-le"), {}),
        ("tcvn3", tcvn3, {"encoding_converted": 1}),
        ("vni", vni, {"encoding_converted": 1}),
    ],
)
@pytest.mark.parametrize("packed_from", [FROM_BYTES, 0])
def test_a_messy_csv(
    tmp_path: Path,
    encoding: str,
    encode: Callable[[str], bytes],
    converted: dict[str, int],
    packed_from: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(open_file, "read_file", partial(read_file, packed_from=packed_from))
    table = messy_table("csv")
    path = tmp_path / "bieu1.csv"
    before, total, after = csv_bytes(table).decode().partition("TỔNG CỘNG")
    path.write_bytes(
        encode(f'{before}21;"H47.19-240603-9999;1.004222;không đóng nháy\r\n{total}{after}')
    )
    outcome, breaks = judged(path, tmp_path)
    broken_at = before.count("\n") + 1
    # A quoted line break in the header takes a line of its own, twice: above the records, and where
    # the header is repeated.
    planted = {(row + _line_breaks_above(table, row), rule) for row, rule in table.breaks}
    assert breaks == planted | {(broken_at, f"{DATASET}.record.broken")}
    assert_accounted_for(outcome, table, broken=1)
    assert outcome.files[0].encoding == encoding
    serials = {"received_at.serial_date": 1, "submitted_at.serial_date": 1}
    assert information(outcome) == table.notes | PUT_RIGHT | serials | converted


def test_what_was_done_to_a_file_is_kept_with_the_delivery(home: Home) -> None:
    month, dataset = "2024-01", "eid_accounts"
    text = csv_text(dataset, rows(dataset, SUPPLIER, Month.parse(month)))
    path = home.put(dataset, month, SUPPLIER, "BÁO CÁO THÁNG 01\n" + text)
    for left in ("Thumbs.db", "desktop.ini", ".DS_Store", "~$export.xlsx", "export.csv.part"):
        (path.parent / left).write_bytes(b"x")
    assert [run.success for run in home.run(month, datasets=[dataset])] == [True]
    assert home.query("SELECT DISTINCT file_name, status FROM delivery") == [
        ("export.csv", "accepted")
    ]
    kept = home.query(
        "SELECT file_name, code, occurrences, message_vi <> '' FROM file_information WHERE supplier = ? ORDER BY 1, 2",
        SUPPLIER,
    )
    left_over = sorted(["Thumbs.db", "desktop.ini", ".DS_Store", "~$export.xlsx"])
    assert kept == sorted(
        [("export.csv", "title_rows", 1, 1), *((name, "system_file", 1, 1) for name in left_over)]
    )


def _line_breaks_above(table: MessyTable, row: int) -> int:
    return sum(str(cell).count("\n") for cells in table.rows[: row - 1] for cell in cells)
