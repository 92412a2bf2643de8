"""What was done to a delivery beyond trimming, in words: rows and cells that reading left out,
values that parsing put right.

Information is counted per file and code. It is no fault of a row and no rule; it tells a supplier
what was made of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from de06_pipeline.contracts.model import Field, Message
from de06_pipeline.landing import information
from de06_pipeline.landing.table.named_month import NamedMonth
from de06_pipeline.landing.table.other_rows import MOST_NAMED
from de06_pipeline.periods import Month

_OF_FILES = {
    information.TITLE_ROWS: Message(
        "dòng tiêu đề báo cáo phía trên bảng, bỏ qua", "title rows above the header, passed over"
    ),
    information.HEADER_AGAIN_ROWS: Message(
        "dòng tên cột lặp lại giữa bảng, bỏ qua", "rows that repeat the header, passed over"
    ),
    information.NUMBERING_ROWS: Message(
        "dòng đánh số cột (1) (2) (3), bỏ qua", "rows that number the columns, passed over"
    ),
    information.EXAMPLE_ROWS: Message("dòng ví dụ, bỏ qua", "example rows, passed over"),
    information.BLOCK_ROWS: Message(
        "dòng đầu mục (I, II, Trong đó), bỏ qua", "block rows (I, II, Trong đó), passed over"
    ),
    information.TOTAL_ROWS: Message("dòng tổng cộng, bỏ qua", "total rows, passed over"),
    information.SIGNATURE_ROWS: Message(
        "dòng chữ ký, ghi chú cuối bảng, bỏ qua", "rows of signatures and remarks, passed over"
    ),
    information.CELLS_MISSING: Message(
        "dòng thiếu ô trống ở cuối (Excel bỏ dấu phân cách), đã coi là ô trống",
        "lines without the empty cells at their end (Excel leaves the delimiters out), read as empty",
    ),
    information.CELLS_TOO_MANY: Message(
        "dòng thừa ô trống ở cuối, đã bỏ", "lines with further empty cells at their end, left out"
    ),
    information.ERROR_CELLS: Message(
        "ô lỗi của Excel (#N/A, #REF! …) hoặc công thức chưa được tính",
        "cells with an Excel error (#N/A, #REF! …) or a formula never computed",
    ),
    information.PERCENT_CELLS: Message(
        "ô định dạng phần trăm, đọc như hiển thị (0,943 → 94,3 %)",
        "cells formatted as percent, read as they show (0.943 → 94.3 %)",
    ),
    information.MERGED_CELLS: Message(
        "ô trong vùng gộp, đã điền giá trị của vùng", "cells of merged ranges, given their value"
    ),
    information.DAYS_FROM_1904: Message(
        "số ngày tính từ năm 1904 (theo thiết lập của bảng tính), đã chuyển thành ngày",
        "numbers of days counted from 1904, as the workbook says, read as dates",
    ),
    information.OTHER_SHEETS: Message("trang tính khác không đọc", "other sheets, not read"),
    information.HIDDEN_SHEET: Message(
        "trang tính được đọc đang bị ẩn", "the sheet that was read is hidden"
    ),
    information.SYSTEM_FILE: Message(
        "tệp do hệ điều hành hoặc Excel tạo ra, bỏ qua",
        "a file left by the operating system or by Excel, passed over",
    ),
    information.CONVERTED: Message(
        "chữ theo bảng mã cũ (TCVN3, VNI), đã chuyển sang Unicode",
        "text in an old encoding (TCVN3, VNI), converted to Unicode",
    ),
}

SCALED = "scaled_cells"
"""Numbers multiplied by a unit that stands once for all of them."""
CONTRADICTING = "contradicting_rows"
"""Rows of one key, in one file, with different values, neither of them newer."""
OTHER_MONTH = "other_month"
"""The sheet that was read is named by another month."""
NOT_LISTED = "faults_not_listed"
"""Rows times critical rules they break, beyond what the quarantine lists of a rule."""

PADDED, SERIAL, SUFFIX, SCIENTIFIC = "padded", "serial_date", "suffix_cut", "scientific"
"""What is counted for a field: its code is ``<field>.<one of these>``."""

_OF_FIELDS = {
    PADDED: Message("mã mất số 0 đầu, đã thêm lại", "codes that had lost a leading zero, put back"),
    SERIAL: Message(
        "ngày ở dạng số của Excel, đã chuyển thành ngày",
        "dates that were Excel's number of a day, converted",
    ),
    SUFFIX: Message("mã có đuôi của địa phương, đã cắt", "codes with a local suffix, cut off"),
    SCIENTIFIC: Message(
        "mã bị Excel đổi thành số mũ (7,9E+10), không khôi phục được",
        "codes that Excel made a power of ten (7.9E+10), not recoverable",
    ),
}


@dataclass(frozen=True, slots=True)
class Information:
    """One thing that was done to a file, and how often.

    Attributes:
        code: of :mod:`de06_pipeline.landing.information`, or ``<field>.<what>``.
        words: what it is, to stand behind the number.
        is_warning: figures may be missing or wrong by it; a person should look.
    """

    code: str
    count: int
    words: Message
    is_warning: bool = False


def of_file(code: str, count: int, places: Sequence[str] = ()) -> Information:
    """Something that reading did. Raises KeyError for a code that reading does not give.

    Args:
        places: the first rows or cells it was done to.
    """
    words = _OF_FILES[code]
    if places:
        vi, en = ("dòng", "row") if code.endswith("_rows") else ("ô", "cell")
        more = ", …" if len(places) == MOST_NAMED and count > MOST_NAMED else ""
        named = ", ".join(places)
        words = Message(f"{words.vi} ({vi} {named}{more})", f"{words.en} ({en} {named}{more})")
    return Information(code, count, words)


def scaled(count: int, unit: str, where: Message) -> Information:
    """Numbers multiplied by a unit of the whole table, or of their column. ``where``: it is said."""
    return Information(
        SCALED,
        count,
        Message(
            f"ô số đã nhân theo đơn vị tính “{unit}” ({where.vi})",
            f"cells with numbers, multiplied by the unit “{unit}” ({where.en})",
        ),
    )


def other_month(named: NamedMonth, month: Month) -> Information:
    """The sheet is named by another month than the delivery's; names are often left from a copy."""
    due = f"{month.month}/{month.year}"
    return Information(
        OTHER_MONTH,
        1,
        Message(
            f"trang tính mang tên tháng {named.text} trong tệp gửi cho tháng {due}: có đúng là số liệu của tháng {due} không; "
            "nếu không, hãy gửi tệp của tháng đó; nếu đúng, hãy đổi tên trang tính",
            f"sheet named by month {named.text} in a file delivered for {due}: are these the figures of {due}; "
            "if not, deliver the file of that month, if so, rename the sheet",
        ),
        is_warning=True,
    )


def contradicting(count: int, rows: Sequence[int]) -> Information:
    """Rows replaced by a later one of the same file and key, with other values.

    Args:
        rows: the first of them.
    """
    named = ", ".join(map(str, rows)) + (", …" if count > len(rows) else "")
    return Information(
        CONTRADICTING,
        count,
        Message(
            f"dòng có cùng khóa với dòng sau trong tệp mà giá trị khác: chỉ dòng sau được tính; có ô nào để trống không (dòng {named})",
            f"rows with the key of a later row of the file and other values: only the later one counts; is a cell left empty (row {named})",
        ),
        is_warning=True,
    )


def not_listed(count: int, most: int) -> Information:
    """Faults of a file that are counted and not in the quarantine, which lists the first ``most``
    rows of each rule in a delivery.
    """
    return Information(
        NOT_LISTED,
        count,
        Message(
            f"lỗi chỉ được đếm, không liệt kê từng dòng (mỗi quy tắc chỉ liệt kê {most} dòng đầu của lần gửi)",
            f"faults counted and not listed row by row (of each rule the first {most} rows of the delivery are listed)",
        ),
    )


def of_field(field: Field, what: str, count: int) -> Information:
    """Something that parsing did to values of a field: one of :data:`PADDED`, :data:`SERIAL`,
    :data:`SUFFIX`, :data:`SCIENTIFIC`.
    """
    header, words = field.header_vi or field.name, _OF_FIELDS[what]
    return Information(
        f"{field.name}.{what}",
        count,
        Message(f"“{header}”: {words.vi}", f"“{header}” ({field.name}): {words.en}"),
    )
