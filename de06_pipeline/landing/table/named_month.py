"""The month that a table's titles, or its sheet, are named by: ``BÁO CÁO THÁNG 5 NĂM 2024``.

A file of May in June's folder is a correct file, so no rule of a row sees it. Titles also speak of
other months: they compare, name a range or sum up, or give the day of a document. So a text counts
only where it names one month and nothing of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from de06_pipeline.landing.said_at import SaidAt

_MONTH = r"(?:\b(?:tháng|thang)\s*|\bt)(?P<month>0?[1-9]|1[0-2])"
_YEAR = r"\s*(?:[/.,_-]|năm\b|nam\b)?\s*(?P<year>20\d\d)(?!\d)"
_WITH_YEAR = re.compile(_MONTH + _YEAR, re.IGNORECASE)
_SHEET = re.compile(rf"{_MONTH}(?:{_YEAR})?", re.IGNORECASE)
_ANY_MONTH = re.compile(r"\b(?:tháng|thang|t(?=\d))\s*\d", re.IGNORECASE)
_OF_OTHERS = re.compile(
    r"so với|so voi|cùng kỳ|cung ky|\b(?:từ|đến|den|tới|hết|het|trước|sau|tiếp|ngày|ngay|quý)\b"
    r"|l[uũ][yỹ] kế|luy ke|(?:đầu|cuối) năm|(?<!án )(?<!an )\b[0-3]?\d\s*(?:tháng|thang)\b|các tháng|kế hoạch|phương hướng"
    r"|nhiệm vụ|kèm theo|ban hành|căn cứ|quyết định|thông tư|nghị định|công văn|văn bản|\bmẫu\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NamedMonth:
    """A month that is named, and where; ``year``: 0 where none is said."""

    year: int
    month: int
    said_at: SaidAt

    @property
    def text(self) -> str:
        """``5/2024``, or ``5``."""
        return f"{self.month}/{self.year}" if self.year else str(self.month)


def month_of_titles(titles: Iterable[tuple[int, Iterable[str]]]) -> NamedMonth | None:
    """The one month that titles name with its year; None where they name none, or several.

    Args:
        titles: rows above the header, with their numbers.
    """
    named = [
        NamedMonth(int(match["year"]), int(match["month"]), row)
        for row, texts in titles
        for text in texts
        if len(_ANY_MONTH.findall(text)) == 1
        and not _OF_OTHERS.search(text)
        and (match := _WITH_YEAR.search(text))
    ]
    months = {(month.year, month.month) for month in named}
    return named[0] if len(months) == 1 else None


def month_of_sheet(name: str, said_at: SaidAt) -> NamedMonth | None:
    """The month that is a sheet's whole name: ``Tháng 5``, ``T05.2024``."""
    match = _SHEET.fullmatch(name.strip())
    return NamedMonth(int(match["year"] or 0), int(match["month"]), said_at) if match else None
