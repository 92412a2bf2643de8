"""Rows of a table that are no records: numbering, examples, blocks, totals, signatures, headers
repeated in the middle.

Each is known by a stated rule and counted. What fits no rule is a record, and judged as one:
nothing is dropped on suspicion. A row in which every column that a record must fill is filled is
always a record, so a total needs an empty one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from de06_pipeline.landing import information
from de06_pipeline.landing.expected import ColumnKind, ExpectedTable
from de06_pipeline.landing.said_at import Said
from de06_pipeline.landing.table.header_rows import Heading, RowTexts
from de06_pipeline.landing.table.units import has_numbers, scale_in

_MARK = r"^\((?P<inner>[A-ZĐ]|\d{1,3})\)|^(?P<bare>[A-ZĐ]|\d{1,3})(?=$|[ =])"
_NUMBER = re.compile(_MARK)
_FEWEST_NUMBERS = 3
_FEWEST_NAMED = 3
"""So many fields a row must name to be a header; one or two a record may do."""

_EXAMPLE = re.compile(r"^\[(example|test|sample|ví dụ|mẫu)|^ví dụ\b", re.IGNORECASE)
_EXAMPLE_NUMBER = re.compile(r"^\[?(?:ví dụ|vd|example)\]?(?: ?\d)?[:.]?$", re.IGNORECASE)
"""What stands in place of a row's number."""
_GUIDANCE = re.compile(r"^<[^<>]+>$")
MOST_NAMED = 10
"""So many rows of a kind are named to the supplier."""

_TOTAL = re.compile(
    r"^(?:[ivx]+[.)] ?)?(?:tổng (?:cộng|số)\b|l[uũ][yỹ] kế\b|(?:grand )?total\b"
    r"|(?:tổng|cộng)(?:[ :.(\divx+)–-]*| (?:trang|toàn|chung|mục|nhóm|khối|dồn"
    r"|tỉnh|thành phố|tp|quận|huyện|thị xã|tx|xã|phường|thị trấn|địa bàn|cụm|khu vực)\b.*)$)",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"^(?=[IVXL])X{0,3}(?:IX|IV|V?I{0,3})(?:$|[.):/–-] ?|(?= ))")
_BLOCK_LABEL = re.compile(r"^trong đó\b", re.IGNORECASE)
_SIGNATURE = re.compile(
    r"người (?:lập|báo cáo|tổng hợp|kiểm)|thủ trưởng|chỉ huy|giám đốc|chủ tịch|kế toán|phụ trách"
    r"|trưởng (?:phòng|công an|ban)|\bngày\b.{1,12}\btháng\b.{1,12}\bnăm\b|\(ký|ký,? (?:ghi rõ|đóng dấu|tên)|đã ký\b"
    r"|^(?:kt|tm|tl|tuq)\.|^nơi nhận|^ghi chú",
    re.IGNORECASE,
)


@dataclass(slots=True)
class LeftOut:
    """The rows of a table, or of a part of it, that are no records.

    Attributes:
        counted: how many, by kind.
        rows: the first of them, by kind.
        scale: a unit that multiplies the numbers of the table, and the row that says so.
        other_header: the first row that names the columns in another order, or others; 0 for none.
    """

    counted: Counter[str] = field(default_factory=Counter)
    rows: dict[str, list[int]] = field(default_factory=dict)
    scale: Said | None = None
    other_header: int = 0

    @property
    def places(self) -> dict[str, tuple[str, ...]]:
        """The rows as texts."""
        return {kind: tuple(map(str, rows)) for kind, rows in self.rows.items()}

    def add(self, kind: str, row: int) -> None:
        self.counted[kind] += 1
        named = self.rows.setdefault(kind, [])
        if len(named) < MOST_NAMED:
            named.append(row)

    @staticmethod
    def together(parts: Iterable[LeftOut]) -> LeftOut:
        """Of all parts of a table, from the top."""
        whole = LeftOut()
        for part in parts:
            whole.counted += part.counted
            for kind, rows in part.rows.items():
                whole.rows[kind] = (whole.rows.get(kind, []) + rows)[:MOST_NAMED]
            whole.scale = whole.scale or part.scale
            whole.other_header = whole.other_header or part.other_header
        return whole


_NO_NUMBERS = frozenset({ColumnKind.DATE, ColumnKind.AREA, ColumnKind.CODE, ColumnKind.CHOICE})
"""Kinds of columns in which no number has a comma."""


class RecordFilter:
    """Tells records from the other rows of one table, top to bottom, and counts the others by kind.

    Attributes:
        left_out: rows that are no records.
        below_header: nothing but numbering and example rows has come since a header; they are
            looked for only there.
        positions: the columns every record fills. Rows that fill them all, and do not repeat the
            header, need not be shown to :meth:`is_record` except below a header;
            :meth:`pass_record` says that there were some.
        header_texts: those whose first needed column says one of these must be shown all the same.
        digits_at: a needed column of numbers, dates or codes. Those without a digit in its first
            eight characters and at its end, and with the beginning of such a text in any needed
            column, must be shown too: so a further header is noticed whatever its first cell says.
        may_hold_numbers: the columns of numbers, of texts, and those of which nothing is known.
    """

    def __init__(self, heading: Heading, expected: ExpectedTable) -> None:
        self.left_out = LeftOut()
        self.below_header = True
        self.positions = heading.positions(expected.filled)
        self.digits_at = _digits_at(heading, expected)
        self._keys = heading.positions(expected.keys)
        self._fields, self._names = heading.fields, heading.names
        self._field_of, self.header_texts = expected.field_of, header_texts(heading, expected)
        self._has_numbers = has_numbers(heading, expected)
        self.may_hold_numbers = tuple(
            position
            for position, field in enumerate(heading.fields)
            if expected.kinds.get(field or "") not in _NO_NUMBERS
        )
        self._headers = {_comparable(row) for row in heading.rows}
        self._in_signature = False

    def pass_record(self) -> None:
        """Take note of records that were not shown."""
        self.below_header = self._in_signature = False

    def is_record_anywhere(self, cells: RowTexts, *, in_signature: bool = True) -> bool:
        """Whether a row is a record whatever stands above it.

        From there on nothing above it matters: reading may begin below it. Without
        ``in_signature``: whatever stands above it but a signature.
        """
        texts = [text for text in cells if text]
        if not texts or _comparable(cells) in self._headers or self._below_header(cells, texts):
            return False
        if self._names_columns(cells):
            return False
        return not (self.positions and self._outside(cells, texts, in_signature=in_signature))

    def is_record(self, cells: RowTexts, row: int) -> bool:
        """Whether a row, as cleaned cells, is a record.

        Blank ones are left to the caller's count of those.

        Args:
            row: its number, by which it is named if it is none.
        """
        kind = self._kind(cells, row)
        if kind:
            self.left_out.add(kind, row)
        return not kind

    def _kind(self, cells: RowTexts, row: int) -> str:
        texts = [text for text in cells if text]
        if not texts:
            return ""
        if _comparable(cells) in self._headers or self._names_columns(cells):
            if _comparable(cells) not in self._headers:
                self._note_other_header(cells, row)
            self.below_header, self._in_signature = True, False
            return information.HEADER_AGAIN_ROWS
        if self.below_header and (kind := self._below_header(cells, texts)):
            return kind
        if self._has_numbers and not self.left_out.scale and self.is_sparse(cells):
            scale = scale_in(texts)
            self.left_out.scale = (scale, row) if scale else None
        kind = self._outside(cells, texts, self._in_signature) if self.positions else ""
        self._in_signature = kind == information.SIGNATURE_ROWS
        if not kind:
            self.below_header = False
        return kind

    def _names_columns(self, cells: RowTexts) -> bool:
        """Whether a row is a header in other words: most of its cells name fields."""
        filled = [text for text in cells if text]
        if not any(_unmarked(text) in self.header_texts for text in filled):
            return False
        named = {field for text in filled if (field := self._field_of(text))}
        return len(named) >= _FEWEST_NAMED and 2 * len(named) >= len(filled)

    def _note_other_header(self, cells: RowTexts, row: int) -> None:
        """Take note of a row that names columns, if they are not those of the table's header: the
        file was put together from two.
        """
        is_other = any(
            self._field_of(text) != self._fields[position]
            or (self._fields[position] is None and _differ(text, self._names[position]))
            for position, text in enumerate(cells)
            if text
        )
        if is_other and not self.left_out.other_header:
            self.left_out.other_header = row

    def _below_header(self, cells: RowTexts, texts: Sequence[str]) -> str:
        if _is_numbering(texts):
            return information.NUMBERING_ROWS
        return information.EXAMPLE_ROWS if self._is_example(cells) else ""

    def _is_example(self, cells: RowTexts) -> bool:
        """Whether a row says of itself that it is an example: in place of its number, where that is
        no field; or in its first cell or one of the key, and it lacks needed values, among which
        one that says so counts.

        A mark anywhere else is what some system wrote into a record (``<NULL>`` as a phone number).
        """
        first = next(position for position, text in enumerate(cells) if text)
        if self._fields[first] is None and _EXAMPLE_NUMBER.match(cells[first]):
            return True
        said_by = {first, *self._keys}
        if any(_EXAMPLE.match(cells[position]) for position in said_by):
            return any(
                not cells[position]
                or (position in said_by and bool(_EXAMPLE.match(cells[position])))
                for position in self.positions
            )
        if any(_GUIDANCE.match(cells[position]) for position in said_by):
            # "<Mã gồm chữ và số>": what to fill in, said in most of the cells.
            told = sum(
                not cells[position] or bool(_GUIDANCE.match(cells[position]))
                for position in self.positions
            )
            return 2 * told > len(self.positions)
        return False

    def is_sparse(self, cells: RowTexts) -> bool:
        """Whether most needed columns are empty, that of the row's label not counted; of a blank
        row too.
        """
        if not any(cells):
            return True
        needed, missing = self._needed(cells)
        return 2 * missing > needed or not needed

    def _needed(self, cells: RowTexts) -> tuple[int, int]:
        """How many columns a record fills besides that of the row's label, and how many of them are
        empty here.
        """
        label_at = next(position for position, text in enumerate(cells) if text)
        needed = [position for position in self.positions if position != label_at]
        return len(needed), sum(not cells[position] for position in needed)

    def _outside(self, cells: RowTexts, texts: Sequence[str], in_signature: bool) -> str:
        """The kind of a row that leaves columns empty which a record fills; the column of its label
        does not count as filled.
        """
        needed, missing = self._needed(cells)
        if needed and not missing:
            return ""
        if not needed:
            # The label stands in the only column that a record fills: what it says must decide.
            texts, in_signature = texts[:1], False
        is_sparse = 2 * missing > needed or not needed
        if is_sparse and in_signature:
            return information.SIGNATURE_ROWS
        if any(_TOTAL.match(text) for text in texts[:2]):
            return information.TOTAL_ROWS
        if is_sparse and (
            _BLOCK.match(texts[0]) or any(_BLOCK_LABEL.match(text) for text in texts[:2])
        ):
            return information.BLOCK_ROWS
        return (
            information.SIGNATURE_ROWS
            if is_sparse and any(_SIGNATURE.search(text) for text in texts)
            else ""
        )


def header_texts(heading: Heading, expected: ExpectedTable) -> frozenset[str]:
    """Texts by which a further header is noticed: those of the table's own, and the usual ones."""
    return expected.headers.union(filter(None, heading.names))


def as_written(texts: Iterable[str]) -> frozenset[str]:
    """Texts of headers as they may stand in a cell that is not cleaned."""
    return frozenset(
        unicodedata.normalize(form, before + text + after)
        for text in texts
        for form in ("NFC", "NFD")
        for before in ("", " ", "\ufeff")
        for after in ("", " ", "*", " *", "(*)", " (*)", "\n")
    )


def _digits_at(heading: Heading, expected: ExpectedTable) -> int | None:
    """The needed column that has digits most surely."""
    for kind in (ColumnKind.NUMBER, ColumnKind.DATE, ColumnKind.CODE):
        fields = frozenset(name for name in expected.filled if expected.kinds.get(name) is kind)
        if positions := heading.positions(fields):
            return positions[0]
    return None


def _unmarked(text: str) -> str:
    """A header's text without the mark of columns that must be filled."""
    return text.replace("(*)", "").replace("*", "").strip() if "*" in text else text


def _differ(text: str, other: str) -> bool:
    return bool(other) and text.casefold() != other.casefold()


def _is_numbering(texts: Sequence[str]) -> bool:
    """``(1) (2) (3)``, ``1 2 3``, ``A B 1 2 3=1+2``: letters first, then the numbers from 1 on, one
    a column.
    """
    marks = [_NUMBER.match(text) for text in texts]
    names = [mark["inner"] or mark["bare"] for mark in marks if mark]
    if len(names) < len(texts) or len(names) < _FEWEST_NUMBERS:
        return False
    numbers = [name for name in names if name.isdigit()]
    return (
        names[-len(numbers) :] == numbers
        and numbers == [str(n) for n in range(1, len(numbers) + 1)]
        and len(numbers) > 0
    )


def _comparable(row: RowTexts) -> tuple[str, ...]:
    """The cells up to the last filled one, in one letter case."""
    texts = [text.casefold() for text in row]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)
