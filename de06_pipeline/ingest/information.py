"""What was done to a delivery beyond trimming, in words: rows and cells that reading left out, values that parsing put right.

Information is counted per file and code. It is no fault of a row and no rule; it tells a supplier what was made of the file.
"""

from __future__ import annotations

from de06_pipeline.contracts.model import Contract, Message
from de06_pipeline.landing import notes

_OF_FILES = {
    notes.TITLE_ROWS: Message("dòng tiêu đề báo cáo phía trên bảng, bỏ qua", "title rows above the header, passed over"),
    notes.HEADER_AGAIN_ROWS: Message("dòng tên cột lặp lại giữa bảng, bỏ qua", "rows that repeat the header, passed over"),
    notes.NUMBERING_ROWS: Message("dòng đánh số cột (1) (2) (3), bỏ qua", "rows that number the columns, passed over"),
    notes.EXAMPLE_ROWS: Message("dòng ví dụ, bỏ qua", "example rows, passed over"),
    notes.BLOCK_ROWS: Message("dòng đầu mục (I, II, Trong đó), bỏ qua", "block rows (I, II, Trong đó), passed over"),
    notes.TOTAL_ROWS: Message("dòng tổng cộng, bỏ qua", "total rows, passed over"),
    notes.SIGNATURE_ROWS: Message("dòng chữ ký, ghi chú cuối bảng, bỏ qua", "rows of signatures and remarks, passed over"),
    notes.ERROR_CELLS: Message(
        "ô lỗi của Excel (#N/A, #REF! …) hoặc công thức chưa được tính",
        "cells with an Excel error (#N/A, #REF! …) or a formula never computed",
    ),
    notes.OTHER_SHEETS: Message("trang tính khác không đọc", "other sheets, not read"),
    notes.HIDDEN_SHEET: Message("trang tính được đọc đang bị ẩn", "the sheet that was read is hidden"),
    notes.CONVERTED: Message(
        "chữ theo bảng mã cũ (TCVN3, VNI), đã chuyển sang Unicode", "text in an old encoding (TCVN3, VNI), converted to Unicode"
    ),
}


def describe(contract: Contract, code: str) -> Message:
    """The words for a code, to stand behind its count.

    Raises:
        KeyError: nothing gives that code.
    """
    return _OF_FILES[code]
