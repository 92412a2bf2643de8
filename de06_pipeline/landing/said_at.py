"""Where a file says something of all its numbers: in a row, or in no cell at all."""

from __future__ import annotations

from enum import StrEnum

from de06_pipeline.contracts.model import Message


class Beside(StrEnum):
    """A place that a person reads and no row has."""

    FILE_NAME = "file_name"
    SHEET_NAME = "sheet_name"
    PAGE_HEADER = "page_header"
    """Printed above or below each page."""
    COMMENT = "comment"
    TEXT_BOX = "text_box"


SaidAt = int | Beside
"""A row, or a place beside the table."""
Said = tuple[str, SaidAt]
"""What is said, and where."""

_IN_WORDS = {
    Beside.FILE_NAME: Message("ở tên tệp", "in the file's name"),
    Beside.SHEET_NAME: Message("ở tên trang tính", "in the sheet's name"),
    Beside.PAGE_HEADER: Message(
        "ở đầu hoặc cuối trang in", "in the printed header or footer of the page"
    ),
    Beside.COMMENT: Message("ở ghi chú (comment) của một ô", "in a comment on a cell"),
    Beside.TEXT_BOX: Message("ở khung chữ (text box)", "in a text box"),
}


def place_in_words(place: SaidAt | None) -> Message:
    """The place as the end of a sentence; None is the header."""
    if place is None:
        return Message("ở tên cột", "in the header")
    if isinstance(place, Beside):
        return _IN_WORDS[place]
    return Message(f"ở dòng {place}", f"in row {place}")
