"""How reports say things in two languages: rule texts in two parts, what is wrong and what would be
right; numbers; severities.
"""

from __future__ import annotations

import re

from de06_pipeline.contracts.model import Message, Severity

_SENTENCE_END = re.compile(r"(?<=[.?])\s+(?=\S)")

SEVERITY = {
    Severity.CRITICAL.value: Message("Lỗi", "Error"),
    Severity.WARNING.value: Message("Cảnh báo", "Warning"),
    "information": Message("Thông tin", "Information"),
    "refused": Message("Từ chối", "Refused"),
}

BROKEN = "record.broken"
"""What records that cannot be split or decoded are listed under, after the dataset's name."""

_RESAVE = Message(
    "Lưu lại tệp từ Excel theo kiểu “CSV UTF-8” hoặc .xlsx.",
    'Save the file from Excel as "CSV UTF-8" or .xlsx.',
)
_CHECK_QUOTES = Message(
    "Kiểm tra dấu nháy kép và dấu phân cách ở dòng này; ô có chứa dấu phân cách phải nằm trong một cặp nháy kép.",
    "Check quotes and delimiters in this line; a cell that holds the delimiter must stand in a pair of quotes.",
)
BROKEN_RECORDS: dict[str, tuple[Message, Message]] = {
    "": (Message("Không đọc được dòng này.", "The line cannot be read."), _RESAVE),
    "field_count": (
        Message(
            "Số ô của dòng khác số cột của tiêu đề.",
            "The line has more or fewer cells than the header has columns.",
        ),
        _CHECK_QUOTES,
    ),
    "quote": (
        Message("Dấu nháy kép mở mà không đóng.", "A quote is opened and never closed."),
        _CHECK_QUOTES,
    ),
    "encoding": (
        Message(
            "Dòng có ký tự không thuộc bảng mã của tệp.",
            "The line holds bytes that are not in the file's encoding.",
        ),
        _RESAVE,
    ),
    "too_long": (
        Message("Dòng dài quá mức đọc được.", "The line is longer than any record can be."),
        _CHECK_QUOTES,
    ),
}
"""Why a record could not be read → what is wrong, what would be right; '' for any other reason."""

SUPERSEDED_TEXT = (
    Message(
        "Trùng khóa với một dòng khác trong lần gửi này; dòng đó được dùng.",
        "Another row of this delivery has the same key and is used.",
    ),
    Message(
        "Không phải lỗi, nếu dòng được giữ là dòng mới nhất.",
        "Not an error, if the row that is kept is the newest.",
    ),
)


def two_parts(message: Message) -> tuple[Message, Message]:
    """A rule's message as what is wrong (its first sentence) and what would be right (the rest, or
    the whole where there is no rest).

    >>> two_parts(Message("Thiếu Mã hồ sơ. Điền giá trị rồi gửi lại.", "Must not be
    negative."))[0].vi 'Thiếu Mã hồ sơ.'
    """
    (wrong_vi, right_vi), (wrong_en, right_en) = _split(message.vi), _split(message.en)
    return Message(wrong_vi, wrong_en), Message(right_vi, right_en)


def _split(text: str) -> tuple[str, str]:
    parts = _SENTENCE_END.split(text.strip(), maxsplit=1)
    return parts[0], parts[-1]


def number(value: int) -> str:
    """An integer as Vietnamese reports write it: 1.234.567."""
    return f"{value:,}".replace(",", ".")
