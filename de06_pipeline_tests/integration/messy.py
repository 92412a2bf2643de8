"""One month's dossiers as an office sends them: a table between titles and signatures, with planted
faults and what each must cost.

The same rows serve as a workbook and, as far as text can say it, as CSV.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from de06_pipeline.periods import Month
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM, Row, rows

MONTH = Month.parse("2024-06")
SUPPLIER = QUANG_NAM
DATASET = "dvc_dossiers"

Cells = list[object]

COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("", "STT", ""),
    ("dossier_code", "Mã hồ sơ (*)", ""),
    ("procedure_code", "Thủ tục", "Mã\nTTHC"),
    ("procedure_name", "", "Tên TTHC"),
    ("agency_name", "Đơn vị  xử lý", ""),
    ("agency_level", "CẤP THỰC HIỆN", ""),
    ("province", "Địa bàn", "Tỉnh/Thành phố"),
    ("district", "", "Quận/Huyện"),
    ("service_level", "Mức độ DVC", ""),
    ("channel", "Kênh thực hiện", ""),
    ("submitted_at", "Ngày", "nộp"),
    ("received_at", "", "tiếp nhận"),
    ("due_at", "", "hẹn trả"),
    ("finished_at", "", "kết thúc xử lý"),
    ("status", "Trạng thái", ""),
    ("fee_vnd", "Phí, lệ phí (đồng)", ""),
    ("processed_online", "Xử lý trên môi trường điện tử", ""),
    ("applicant_name", "Chủ hồ sơ", ""),
    ("applicant_id", "Số định danh", ""),
    ("", "Ghi chú nội bộ", ""),
)
"""Field, text in the upper and text in the lower row of the header; '' continues what is merged
from the left or from above.
"""


@dataclass(frozen=True, slots=True)
class Planted:
    """A change to a clean row and the rules it must break; ``only_in`` a workbook (``xlsx``) or CSV
    where the other cannot say it.
    """

    change: dict[str, object]
    breaks: tuple[str, ...] = ()
    only_in: str = ""


def _rules(*checks: str) -> tuple[str, ...]:
    return tuple(f"{DATASET}.{check}" for check in checks)


PLANTED = (
    Planted({}),
    Planted({"received_at": "31/02/2024"}, _rules("received_at.parse")),
    Planted({"status": "99"}, _rules("status.enum")),
    Planted({"agency_name": ""}, _rules("agency_name.required")),
    Planted({"district": "Huyện Không Có"}, _rules("district.area")),
    Planted({"fee_vnd": "1,234.5"}, _rules("fee_vnd.parse")),
    Planted({"processed_online": "có lẽ"}, _rules("processed_online.parse")),
    Planted({"dossier_code": "7,9E+10"}, _rules("dossier_code.shape")),
    Planted({"finished_at": "#N/A"}, _rules("finished_at.parse")),
    Planted({"fee_vnd": "=1+1"}, _rules("fee_vnd.parse"), only_in="xlsx"),
    Planted({"submitted_at": "2024-06-03T08:00:00+07:00", "received_at": "03-06-2024 09:00"}),
    Planted({"submitted_at": "20240603080000", "received_at": "20240603"}),
    Planted({"received_at": 45446, "submitted_at": 45446.25}),
    Planted(
        {"received_at": dt.datetime(2024, 6, 3, 9, 30), "submitted_at": dt.datetime(2024, 6, 3, 8)},
        only_in="xlsx",
    ),
    Planted({"applicant_id": 49099000123}),
    Planted({"applicant_id": "4,9099E+10"}),
    Planted({"procedure_code": "1.004222.000.00.00.H47"}),
    Planted(
        {
            "status": "9 - ĐÃ XỬ LÝ XONG",
            "channel": "2 - trực tuyến",
            "processed_online": "x",
            "agency_level": "HUYỆN",
        }
    ),
    Planted(
        {"processed_online": True, "channel": "BƯU CHÍNH CÔNG ÍCH", "fee_vnd": "1.234.567"},
        only_in="xlsx",
    ),
    Planted(
        {
            "fee_vnd": "15.000",
            "processed_online": "K",
            "province": "T. Quảng  Nam",
            "district": "TP. Tam Kỳ",
        }
    ),
)
"""Row by row, in the order of the table."""


def clean(number: int) -> Row:
    """A clean finished dossier of the month."""
    finished = next(
        row for row in rows(DATASET, SUPPLIER, MONTH, 3, first=3 * number) if row["finished_at"]
    )
    return finished | {
        "dossier_code": f"H47.19-240603-{number:04d}",
        "submitted_at": "03/06/2024 08:00",
        "received_at": "03/06/2024 09:00",
        "due_at": "07/06/2024 17:00",
        "finished_at": "05/06/2024 10:00",
        "applicant_id": f"049099{number:06d}",
    }


def _cells(number: int, values: dict[str, object]) -> Cells:
    return [
        number if not field and top == "STT" else values.get(field, "") if field else ""
        for field, top, _ in COLUMNS
    ]


def _record(number: int, change: dict[str, object]) -> Cells:
    return _cells(number, clean(number) | change)


HEADER: list[Cells] = [[top for _, top, _ in COLUMNS], [below for _, _, below in COLUMNS]]
NUMBERING: Cells = [f"({n})" for n in range(1, len(COLUMNS) + 1)]


@dataclass(slots=True)
class MessyTable:
    """The rows of a file from 1 on, and what is to come of them.

    Attributes:
        notes: rows that are no records, by code.
        breaks: (row, rule) of every planted fault.
        records: rows that are records.
        superseded: rows whose dossier comes again below.
    """

    kind: str
    rows: list[Cells]
    notes: dict[str, int]
    breaks: set[tuple[int, str]]
    records: int = 0
    superseded: int = 0

    def add(self, *rows: Cells, note: str = "") -> None:
        self.rows += rows
        if note:
            self.notes[note] = self.notes.get(note, 0) + len(rows)

    def add_record(self, number: int, planted: Planted) -> None:
        self.rows.append(_record(number, planted.change))
        self.records += 1
        self.breaks |= {(len(self.rows), rule) for rule in planted.breaks}


def messy_table(kind: str) -> MessyTable:
    """The table as ``xlsx`` or ``csv``; a blank row is []."""
    table = MessyTable(kind, [], {}, set())
    table.add(
        ["CÔNG AN TỈNH QUẢNG NAM"],
        ["BÁO CÁO HỒ SƠ THỦ TỤC HÀNH CHÍNH"],
        ["Tháng 6 năm 2024", "", "", "Đơn vị tính: hồ sơ"],
        note="title_rows",
    )
    table.add([])
    table.add(*HEADER)
    table.add(NUMBERING, note="numbering_rows")
    table.add(["Ví dụ", *_record(0, {})[1:]], note="example_rows")
    table.add(["I", "Thành phố Tam Kỳ"], note="block_rows")
    for number, planted in enumerate(PLANTED, start=1):
        if planted.only_in in ("", kind):
            table.add_record(number, planted)
        if number == 8:
            table.add(
                ["", "", "", "Cộng mục I:", "", "", "", "", "", "", "", "", "", "", "", 1000],
                note="total_rows",
            )
            table.add([])
            table.add(*HEADER, note="repeated_header_rows")
            table.add(NUMBERING, note="numbering_rows")
            table.add(["Trong đó: cấp huyện"], note="block_rows")
    table.add_record(1, Planted({"updated_at": ""}))
    table.superseded = 1
    table.add(
        ["TỔNG CỘNG", "", "", "", "", "", "", "", "", "", "", "", "", "", "", 2000],
        note="total_rows",
    )
    table.add([], [])
    table.add(
        ["", "", "", "", "", "", "", "", "", "", "Quảng Nam, ngày 05 tháng 7 năm 2024"],
        ["", "NGƯỜI LẬP BIỂU", "", "", "", "", "", "", "", "", "THỦ TRƯỞNG ĐƠN VỊ"],
        ["", "(Ký, ghi rõ họ tên)", "", "", "", "", "", "", "", "", "(Ký tên, đóng dấu)"],
        ["", "Người Thử Nghiệm", "", "", "", "", "", "", "", "", "Người Mẫu"],
        note="signature_rows",
    )
    return table


def write_workbook(table: MessyTable, path: Path) -> None:
    """With merged header cells, a cover and a hidden list; the error is a true error cell, one row
    is filtered out of sight.
    """
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Kính gửi: Bộ Công an"])
    sheet = book.create_sheet("Biểu số 1")
    for row in table.rows:
        sheet.append([None if cell == "" else cell for cell in row])
    header = next(n for n, row in enumerate(table.rows, start=1) if row == HEADER[0])
    for first, last in ((3, 4), (7, 8), (11, 14)):
        sheet.merge_cells(start_row=header, end_row=header, start_column=first, end_column=last)
    for column in (1, 2, 5, 6, 9):
        sheet.merge_cells(
            start_row=header, end_row=header + 1, start_column=column, end_column=column
        )
    for cells in sheet.iter_rows():
        for cell in cells:
            if cell.value == "#N/A":
                cell.data_type = "e"
    sheet.row_dimensions[header + 5].hidden = True
    book.create_sheet("Danh mục").append(["Toàn trình"])
    book["Danh mục"].sheet_state = "hidden"
    book.save(path)


def csv_bytes(table: MessyTable, encode: Callable[[str], bytes] = str.encode) -> bytes:
    """Separated by semicolons, CRLF, quoted where needed, with an unclosed quote in the last record
    but one.
    """
    lines = []
    for row in table.rows:
        cells = [
            str(cell).replace(".", ",") if isinstance(cell, float) else str(cell) for cell in row
        ]
        quoted = [
            '"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in ';"\n') else cell
            for cell in cells
        ]
        lines.append(";".join([*quoted, *[""] * (len(COLUMNS) - len(cells))]) if row else "")
    return encode("\r\n".join(lines) + "\r\n")
