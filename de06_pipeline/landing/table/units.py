"""A unit that multiplies every number below it: ``Đơn vị tính: nghìn``, ``(triệu đồng)``, ``ĐVT:
1.000 hồ sơ``.

Such a unit is said once, in a title, in the header, in a cell beside the table or below it, and the
numbers are a thousandth of what they look like. Words of names must not count: there are districts
Triệu Phong and Triệu Sơn, ``Đơn vị:`` mostly stands before an agency, and ``tỷ lệ`` is no ``tỷ``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from de06_pipeline.landing import refusals
from de06_pipeline.landing.expected import ColumnKind, ExpectedTable
from de06_pipeline.landing.table.header_rows import Heading

_WORD = r"(?:(?:trăm|chục|vạn|nghìn|ngàn|triệu)\b|t[ỷỉ]\b(?! (?:lệ|trọng|số|suất|giá)))"
_DIGITS = r"(?:10\^\d|['’]000\b|10{2,}(?![.,]?\d)|1(?:[.,]000)+(?![.,]?\d))"
_SCALE = rf"(?:{_WORD}|{_DIGITS})"
_NOUN = (
    r"(?:đồng|vnđ|vnd|đ|usd|người|hồ sơ|lượt|trường hợp|bản ghi|tài khoản|dữ liệu|thửa|cơ sở"
    r"|thủ tục|giao dịch|tin|mô hình|trường|thẻ|căn cước|công dân|nghìn|triệu|t[ỷỉ])"
)
_OF = rf"\s*{_NOUN}\b[^()\[\]]{{0,20}}?"
# Digits alone are a number.
_AMOUNT = rf"(?:{_WORD}(?:{_OF})?|[x×*]?\s*{_DIGITS}{_OF})"
_UNIT_LABEL = r"(?:đơn vị tính|đơn vị đo(?: lường)?|đvt|đv tính|đvđ)"
_IN_TITLE = re.compile(
    # "ĐVT: người, nghìn đồng": the label says that it is a unit, so any scale behind it counts.
    rf"\b{_UNIT_LABEL}\b.{{0,40}}?(?P<labelled>{_SCALE})"
    # "Đơn vị: triệu đồng": the word also means an agency, so nothing else may follow.
    rf"|\bđơn vị\s*[:=]?\s*[(\[]?\s*(?P<plain>{_AMOUNT})\s*(?:$|[)\].,;])"
    # "(nghìn đồng)" or "nghìn đồng" alone in a cell, "(triệu đồng)" at the end of a title.
    rf"|^[(\[]?\s*(?P<alone>{_AMOUNT})\s*[)\]]?[.:]?$"
    rf"|\(\s*(?P<behind>{_AMOUNT})\s*\)[.:]?$",
    re.IGNORECASE,
)
_WITHOUT_ACCENTS = re.compile(
    r"\b(?:dvt|don vi tinh)\b.{0,20}?\b(?P<scale>nghin|ngan|trieu|t[yi] dong)\b", re.IGNORECASE
)
_IN_HEADER = re.compile(
    rf"^(?P<name>.+?)\s*(?:[(\[,;:–-]|\b(?=đvt|đơn vị))\s*(?:{_UNIT_LABEL}|đơn vị|tính theo)?\s*[:=]?\s*"
    rf"(?P<scale>{_AMOUNT})\s*[)\]]?$",
    re.IGNORECASE,
)
_UNIT_COLUMN = re.compile(rf"^(?:{_UNIT_LABEL})(?:\s*\(.*\))?$", re.IGNORECASE)
_IN_UNIT_CELL = re.compile(rf"(?:^|[\s(,;/])(?P<scale>{_SCALE})", re.IGNORECASE)
_MOST_CHARACTERS = 200
"""A longer text is no title, and no unit."""


def has_numbers(heading: Heading, expected: ExpectedTable) -> bool:
    """Whether the table has a column of numbers, so that a unit could matter."""
    return any(expected.kinds.get(field) is ColumnKind.NUMBER for field in heading.known_fields)


def scale_in(texts: Iterable[str]) -> str:
    """The scale that one of some texts, which are no record, gives to the numbers of a table; '' if
    none does.
    """
    for text in texts:
        if text and len(text) <= _MOST_CHARACTERS:
            match = _IN_TITLE.search(text)
            if match:
                return next(part for part in match.groups() if part)
            if match := _WITHOUT_ACCENTS.search(_without_accents(text)):
                return match["scale"]
    return ""


def scale_above(
    titles: Sequence[tuple[int, Sequence[str]]], heading: Heading, expected: ExpectedTable
) -> tuple[str, int] | None:
    """The scale that a title gives to the numbers of a table, and the row that says so.

    Args:
        titles: rows that are no records, with their numbers.
    """
    if not has_numbers(heading, expected):
        return None
    return next(((scale, row) for row, texts in titles if (scale := scale_in(texts))), None)


def refuse_scale(
    name: str, heading: Heading, scale: tuple[str, int] | None, expected: ExpectedTable
) -> None:
    """Refuse a file whose numbers stand under a unit that multiplies them.

    Raises:
        UnreadableFile: ``unit_of_all``.
    """
    if scale is not None:
        raise refusals.unit_of_all(name, *scale)
    if in_header := scale_in_header(heading.names, expected):
        raise refusals.unit_of_all(name, in_header)


def scale_in_header(names: Sequence[str], expected: ExpectedTable) -> str:
    """The scale beside the name of a column of numbers (``Số liệu (nghìn)``); '' where there is none."""
    for name in names:
        if not name or len(name) > _MOST_CHARACTERS or expected.field_of(name):
            continue
        match = _IN_HEADER.match(name)
        if match and _is_number(match["name"], expected):
            return match["scale"]
    return ""


def _is_number(name: str, expected: ExpectedTable) -> bool:
    fields = map(expected.field_of, (name, f"{name} (đồng)"))
    return any(field and expected.kinds.get(field) is ColumnKind.NUMBER for field in fields)


def refuse_unit_column(
    name: str, header: Sequence[str], records: Iterable[Path], expected: ExpectedTable
) -> None:
    """Refuse a file in which a column of units, no field of the contract, multiplies a row's number
    (``Đơn vị tính``: ``nghìn hồ sơ``).

    Args:
        records: as reading has written them.

    Raises:
        UnreadableFile: ``unit_of_all``.
    """
    columns = unit_columns(header, expected.field_of)
    fields = map(expected.field_of, header)
    if not columns or not any(expected.kinds.get(f or "") is ColumnKind.NUMBER for f in fields):
        return
    harmless = {""}
    for path in records:
        with path.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                row, *cells = line.rstrip("\n").split("\x1f")
                for text in {cells[column] for column in columns} - harmless:
                    if scale := scale_of_cell(text):
                        raise refusals.unit_of_all(name, scale, int(row))
                    harmless.add(text)


def unit_columns(names: Sequence[str], field_of: Callable[[str], str | None]) -> tuple[int, ...]:
    """The columns that give each row a unit of its own, and are no field."""
    return tuple(
        position
        for position, name in enumerate(names)
        if _UNIT_COLUMN.match(name) and not field_of(name)
    )


def scale_of_cell(text: str) -> str:
    """The scale that a cell of such a column says; '' where it says none (``hồ sơ``, ``%``)."""
    match = _IN_UNIT_CELL.search(text)
    return match["scale"] if match else ""


def _without_accents(text: str) -> str:
    plain = text.replace("đ", "d").replace("Đ", "D")
    return "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
