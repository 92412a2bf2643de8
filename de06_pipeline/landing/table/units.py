"""A unit that multiplies every number below it: ``Đơn vị tính: nghìn``, ``(triệu đồng)``, ``ĐVT:
1.000 hồ sơ``.

Such a unit is said once, in a title, in the header, in a cell beside the table or below it, and the
numbers are a thousandth of what they look like. Words of names must not count: there are districts
Triệu Phong and Triệu Sơn, ``Đơn vị:`` mostly stands before an agency, and ``tỷ lệ`` is no ``tỷ``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from de06_pipeline.landing import refusals
from de06_pipeline.landing.expected import ColumnKind, ExpectedTable
from de06_pipeline.landing.said_at import Beside, Said
from de06_pipeline.landing.sink import read_records
from de06_pipeline.landing.table.header_rows import Heading

_WORD = r"(?:(?:trăm|chục|vạn|nghìn|ngàn|triệu)\b|t[ỷỉ]\b(?! (?:lệ|trọng|số|suất|giá)))"
_DIGITS = r"(?:10\^\d|10[³⁶⁹]|['’]000\b|10{2,}(?![.,]?\d)|1(?:[.,]000)+(?![.,]?\d)|1(?: 000)+\b)"
_SCALE = rf"(?:{_WORD}|{_DIGITS})"
_NOUN = (
    r"(?:đồng|vnđ|vnd|đ|usd|người|hồ sơ|lượt|trường hợp|bản ghi|tài khoản|dữ liệu|thửa|cơ sở"
    r"|thủ tục|giao dịch|tin|mô hình|trường|thẻ|căn cước|công dân|nghìn|triệu|t[ỷỉ])"
)
_OF = rf"\s*{_NOUN}\b[^()\[\]]{{0,20}}?"
# Digits alone are a number.
_AMOUNT = rf"(?:{_WORD}(?:{_OF})?|[x×*]?\s*{_DIGITS}{_OF})"
_ENGLISH = r"(?:thousand|million|billion)s?\b"
_SHORT = r"(?:(?:tr|ng|ngh|nđ|t)\.?\s?đ(?:ồng)?|tr|k|m|mil|mln|th\.?\s?đ)\b"
"""Short for one of the words; only behind a label, since letters alone are anything."""
_UNIT_LABEL = r"(?:đơn vị tính|đơn vị đo(?: lường)?|đvt|đ\.\s?v\.\s?t|đ[./]?\s?v\.?\s?tính|đvđ|dvt)"
_IN_TITLE = re.compile(
    rf"\b{_UNIT_LABEL}\s*[:=]?\s*[(\[]?\s*(?P<only>{_AMOUNT})\s*(?:$|[)\].;])"
    # "ĐVT: người, nghìn đồng": the label says that it is a unit, so any scale behind it counts.
    rf"|\b{_UNIT_LABEL}\b\s*[:=]?\s*(?P<labelled>.{{0,40}}?{_SCALE})"
    rf"|\b{_UNIT_LABEL}\s*[:=]?\s*[(\[]?\s*(?P<short>{_SHORT})\.?\s*(?:$|[)\]])"
    # "Số liệu tính bằng nghìn", "Giá trị: triệu đồng", "Unit: thousand", "(in millions)".
    rf"|\b(?:tính|ghi) (?:bằng|theo|ra)\s*(?:đơn vị\s*)?:?\s*(?P<counted>{_WORD})"
    # "Số liệu x 1000", "Báo cáo, nghìn hồ sơ": at the end, a word with what it counts.
    rf"|\s(?P<ended>[x×*]\s*{_DIGITS}(?:{_OF})?)\s*[)\].]*$"
    rf"|\w\s*[,;–-]\s+(?P<trailing>{_WORD}{_OF})\s*[)\].]*$"
    # "Giá trị nhân với 1.000", "Đơn vị: hồ sơ, triệu đồng", "VND million", "Unit: '000 VND".
    rf"|(?:^|\()nhân(?: với)? (?P<times>{_SCALE})|\bnhân với (?P<multiplied>{_SCALE})"
    rf"|\bđơn vị\s*[:=][^:,;]{{1,20}}[,;]\s*(?P<listed>{_AMOUNT})\s*(?:$|[)\]])"
    rf"|\b(?:vnd|vnđ|usd) (?P<money>{_ENGLISH}|'000\b)"
    rf"|\bunits?\s*[:=].{{0,12}}?(?P<foreign>{_ENGLISH}|{_DIGITS})"
    rf"|:\s*(?P<after>{_WORD}(?:{_OF})?)\s*[)\].]*$"
    rf"|(?:\bunits?\s*[:=]?|^[(\[]?\s*in|\(in)\s*(?:in )?(?P<english>{_ENGLISH})"
    # "Đơn vị: triệu đồng": the word also means an agency, so nothing else may follow.
    rf"|\bđơn vị\s*[:=]?\s*[(\[]?\s*(?P<plain>{_AMOUNT})\s*(?:$|[)\].,;])"
    # "(nghìn đồng)" or "nghìn đồng" alone in a cell, "(triệu đồng)" at the end of a title.
    rf"|^[(\[*]*\s*(?P<alone>{_AMOUNT}|[x×*]\s*{_DIGITS}|{_ENGLISH})\s*[)\]]?[.:]?$"
    rf"|\(\s*(?P<behind>{_AMOUNT})\s*\)[.:]?$",
    re.IGNORECASE,
)
_WITHOUT_ACCENTS = re.compile(
    r"\b(?:dvt|don vi tinh)\b.{0,20}?\b(?P<scale>nghin|ngan|trieu|t[yi] dong|1(?:[., ]?000)+)\b"
    r"|(?:^|[(\[]|\bdon vi\s*[:=]?)\s*(?P<money>(?:nghin|ngan|trieu|t[yi])[ /-]+(?:dong|vnd))\s*[)\]]?\.?$",
    re.IGNORECASE,
)
_IN_HEADER = re.compile(
    rf"^(?P<name>.+?)\s*(?:[(\[,;:–-]|\b(?=đvt|đơn vị))\s*(?:{_UNIT_LABEL}|đơn vị|tính theo)?\s*[:=]?\s*"
    rf"(?P<scale>{_AMOUNT})\s*[)\]]?$",
    re.IGNORECASE,
)
_UNIT_COLUMN = re.compile(
    rf"^(?:{_UNIT_LABEL}\.?|don vi (?:tinh|do(?: luong)?)|d\.?v\.?t\.?"
    r"|(?P<or_agency>đơn vị|don vi|đv|dv|units?))(?:\s*\(.*\))?:?$",
    re.IGNORECASE,
)
_REMARKS = re.compile(
    r"^(?:ghi chú|chú thích|chú giải|diễn giải|notes?\b|remarks?\b)", re.IGNORECASE
)
_LABELLED = re.compile(rf"\b{_UNIT_LABEL}", re.IGNORECASE)
_NOTHING_BUT_UNIT = re.compile(rf"^[(\[]?\s*(?P<scale>{_AMOUNT})\s*[)\]]?\.?$", re.IGNORECASE)
_IN_UNIT_CELL = re.compile(rf"(?:^|[\s(,;/])(?P<scale>[x×*]?\s*{_SCALE}|{_ENGLISH})", re.IGNORECASE)
_SHORT_UNIT = re.compile(
    rf"^[(\[]?\s*(?P<scale>(?P<certain>(?:tr|ng|ngh|nđ|t)\.?\s?đ(?:ồng)?|tr|[x×*]\s*{_DIGITS}|{_ENGLISH}(?: (?:vnd|vnđ|usd))?)"
    rf"|(?:k|m|mil|mln)\b)\.?\s*[)\]]?$",
    re.IGNORECASE,
)
_ZEROS = {
    "chục": 1,
    "trăm": 2,
    "nghìn": 3,
    "ngàn": 3,
    "vạn": 4,
    "triệu": 6,
    "tỷ": 9,
    "tỉ": 9,
}
_POWERS = {"³": 3, "⁶": 6, "⁹": 9}
_MULTIPLIER = re.compile(rf"(?:{_WORD}|{_DIGITS})\s*")
_MONEY = {"đ", "vnd", "vnđ", "đồng"}
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
                return match["scale"] or match["money"]
    return ""


def scale_above(
    titles: Sequence[tuple[int, Sequence[str]]], heading: Heading, expected: ExpectedTable
) -> Said | None:
    """The scale that a title gives to the numbers of a table, and the row that says so.

    Args:
        titles: rows that are no records, with their numbers.
    """
    if not has_numbers(heading, expected):
        return None
    return next(((scale, row) for row, texts in titles if (scale := scale_in(texts))), None)


def refuse_scale(name: str, heading: Heading, scale: Said | None, expected: ExpectedTable) -> None:
    """Refuse a file whose numbers stand under a unit that multiplies them, unless they may be
    multiplied by it.

    Raises:
        UnreadableFile: ``unit_of_all``.
    """
    if scale is not None and not fields_under(scale[0], heading.known_fields, expected):
        raise refusals.unit_of_all(name, *scale)
    if in_header := scale_in_header(heading.names, expected):
        raise refusals.unit_of_all(name, in_header)


def one_scale(name: str, *said: Said | None) -> Said | None:
    """The unit of the whole table, said above it, below or beside.

    Raises:
        UnreadableFile: ``unit_of_all``: it is said twice, and not the same.
    """
    given = [scale for scale in said if scale]
    for other in given[1:]:
        if parse_scale(given[0][0]) != parse_scale(other[0]):
            raise refusals.unit_of_all(name, *other)
    return given[0] if given else None


def scale_aside(
    name: str, texts: Iterable[tuple[Beside, str]], heading: Heading, expected: ExpectedTable
) -> Said | None:
    """The scale that texts beside the table give to its numbers, each line by itself.

    A comment belongs to one cell: it multiplies a column only where there is but one that it can
    mean.

    Raises:
        UnreadableFile: ``unit_of_all``.
    """
    if not has_numbers(heading, expected):
        return None
    said: list[Said] = [
        (scale, place)
        for place, text in texts
        for line in text.splitlines()
        if (scale := scale_in([line.strip()]))
    ]
    for scale, place in said:
        refuse_scale(name, heading, (scale, place), expected)
        fields = fields_under(scale, heading.known_fields, expected)
        if place is Beside.COMMENT and len(fields) > 1:
            raise refusals.unit_of_all(name, scale, place)
    return one_scale(name, *said)


def words_of_file(name: str) -> str:
    """A file's name as the text that it is: ``ĐVT_nghìn-đồng.csv`` says ``ĐVT nghìn đồng``."""
    stem = PurePosixPath(name).stem
    return " ".join(unicodedata.normalize("NFC", stem).replace("_", " ").replace("-", " ").split())


def scale_in_header(names: Sequence[str], expected: ExpectedTable) -> str:
    """The scale beside the name of a column of numbers (``Số liệu (nghìn)``), or alone over a column
    that is no field (``ĐVT: nghìn``) of a table with numbers; '' where there is none.
    """
    fields = set(map(expected.field_of, names))
    has_numbers_ = any(expected.kinds.get(f or "") is ColumnKind.NUMBER for f in fields)
    for name in names:
        if not name or len(name) > _MOST_CHARACTERS or expected.field_of(name):
            continue
        if (match := _IN_HEADER.match(name)) and number_field(match["name"], expected):
            return match["scale"]
        if has_numbers_ and (alone := _IN_TITLE.match(name.lstrip("(["))):
            return next(part for part in alone.groups() if part)
    return ""


def scale_beside(text: str) -> tuple[str, str] | None:
    """The name of a column and the scale beside it: ``Phí, lệ phí``, ``nghìn đồng``."""
    match = _IN_HEADER.match(text) if 0 < len(text) <= _MOST_CHARACTERS else None
    return (match["name"], match["scale"]) if match else None


def number_field(name: str, expected: ExpectedTable) -> str | None:
    """The field of numbers that a header without its unit stands for."""
    fields = map(expected.field_of, (name, f"{name} (đồng)"))
    return next((f for f in fields if f and expected.kinds.get(f) is ColumnKind.NUMBER), None)


def fields_under(scale: str, present: Collection[str], expected: ExpectedTable) -> frozenset[str]:
    """The fields whose numbers a unit of the whole table multiplies: those counted in its noun
    (``nghìn đồng``). Empty: the contract does not say so of all that it may mean.
    """
    parsed = parse_scale(scale)
    if parsed is None:
        return frozenset()
    numbers = {f for f in present if expected.kinds.get(f) is ColumnKind.NUMBER}
    fitting = frozenset(f for f in numbers if parsed.noun in expected.scaled_by.get(f, ()))
    # A unit without a noun is that of every number.
    return fitting if parsed.noun or fitting == numbers else frozenset()


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
    agencies = {at for at in columns if _UNIT_COLUMN.match(header[at])["or_agency"]}  # type: ignore[index]
    if not columns or not any(expected.kinds.get(f or "") is ColumnKind.NUMBER for f in fields):
        return
    harmless: set[tuple[int, str]] = set()
    for row, cells in read_records(records):
        for column in columns:
            text = cells[column]
            if (column, text) in harmless:
                continue
            if scale := scale_of_cell(text, may_be_agency=column in agencies):
                raise refusals.unit_of_all(name, scale, row)
            harmless.add((column, text))


def refuse_unit_texts(
    name: str,
    header: Sequence[str],
    of_table: Said | None,
    records: Iterable[Path],
    expected: ExpectedTable,
) -> None:
    """Refuse a file in which a text of a row, the indicator's name or a remark, says a unit that
    multiplies the row's number (``(ĐVT: nghìn)``).

    A number that says its own word or sign (``105 nghìn``), and a unit that the table or a header
    says too, need no second one. ``1.000 hồ sơ`` in a remark is a count.

    Args:
        of_table: a unit of the whole table.
        records: as reading has written them.

    Raises:
        UnreadableFile: ``unit_of_all``.
    """
    fields = tuple(map(expected.field_of, header))
    numbers = [
        at for at, f in enumerate(fields) if expected.kinds.get(f or "") is ColumnKind.NUMBER
    ]
    texts = [
        at
        for at, f in enumerate(fields)
        if (expected.kinds.get(f) is ColumnKind.TEXT if f else _REMARKS.match(header[at]))
    ]
    if not numbers or not texts:
        return
    beside = (scale_beside(header[at]) for at in numbers)
    known = {parse_scale(text) for text in (of_table or ("",))[:1]}
    known |= {parse_scale(scale[1]) for scale in beside if scale}
    remarks = {at for at in texts if _REMARKS.match(header[at])}
    scales: dict[tuple[bool, str], str] = {}
    for row, cells in read_records(records):
        for at in texts:
            said = at in remarks, cells[at]
            if said not in scales:
                scale = _scale_in_row(cells[at], at in remarks)
                scales[said] = "" if scale and parse_scale(scale) in known - {None} else scale
            if scales[said] and any(cells[figure][-1:].isdigit() for figure in numbers):
                raise refusals.unit_of_all(name, scales[said], row)


def _scale_in_row(text: str, is_remark: bool) -> str:
    scale = scale_in([text])
    is_count = is_remark and scale[:1].isdigit() and not _LABELLED.search(text)
    return "" if is_count else scale


def unit_columns(names: Sequence[str], field_of: Callable[[str], str | None]) -> tuple[int, ...]:
    """The columns that give each row a unit of its own, and are no field."""
    return tuple(
        position
        for position, name in enumerate(names)
        if _UNIT_COLUMN.match(name) and not field_of(name)
    )


def scale_of_cell(text: str, may_be_agency: bool = False) -> str:
    """The scale that a cell of such a column says; '' where it says none (``hồ sơ``, ``%``).

    ``may_be_agency``: below ``Đơn vị``, which mostly stands over names (Triệu Phong).
    """
    match = _NOTHING_BUT_UNIT.match(text) if may_be_agency else _IN_UNIT_CELL.search(text)
    if match:
        return match["scale"].strip()
    short = _SHORT_UNIT.match(text)
    # A letter alone may be an agency's (Bệnh viện K).
    return (short["certain"] or ("" if may_be_agency else short["scale"])) if short else ""


@dataclass(frozen=True, slots=True)
class Scale:
    """A unit that multiplies: by a one with ``zeros`` zeros; ``noun``: what is counted, '' where it
    does not say.
    """

    zeros: int
    noun: str


def parse_scale(text: str) -> Scale | None:
    """What a scale of this module says (``1.000 đồng``: 3, đồng); None where it says several things."""
    rest, zeros = text.casefold().strip().lstrip("x×* "), 0
    while match := _MULTIPLIER.match(rest):
        said = match[0].strip()
        zeros += _ZEROS.get(said) or _zeros_of(said)
        rest = rest[match.end() :]
    if not zeros or any(sign in rest for sign in ",;/()"):
        return None
    noun = rest.strip(" .")
    return Scale(zeros, "đồng" if noun in _MONEY else noun)


def _zeros_of(digits: str) -> int:
    """``1.000``, ``10^3`` and ``10³``: 3."""
    power = digits.removeprefix("10")
    if power in _POWERS:
        return _POWERS[power]
    return int(power[1:]) if power.startswith("^") else digits.count("0")


def _without_accents(text: str) -> str:
    plain = text.replace("đ", "d").replace("Đ", "D")
    return "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
