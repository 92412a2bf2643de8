"""Rows of a table that are no records: numbering, examples, blocks, totals, signatures, headers
repeated in the middle.

Each is known by a stated rule and counted. What fits no rule is a record, and judged as one:
nothing is dropped on suspicion. A row in which every column that a record must fill is filled is
always a record, so a total needs an empty one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from de06_pipeline.landing import information
from de06_pipeline.landing.table.header_rows import Heading, Row

_MARK = r"^\((?P<inner>[A-ZĐ]|\d{1,3})\)|^(?P<bare>[A-ZĐ]|\d{1,3})(?=$|[ =])"
_NUMBER = re.compile(_MARK)
_FEWEST_NUMBERS = 3

_EXAMPLE = re.compile(r"^\[(example|test|sample|ví dụ|mẫu)|^<[^<>]+>$", re.IGNORECASE)
_EXAMPLE_LABEL = re.compile(r"^ví dụ\b", re.IGNORECASE)

_TOTAL = re.compile(
    r"^(?:[ivx]+[.)] ?)?(?:tổng (?:cộng|số)\b|l[uũ][yỹ] kế\b|(?:grand )?total\b"
    r"|(?:tổng|cộng)(?:[ :.(\divx+)–-]*| (?:trang|toàn|chung|mục|nhóm|khối|dồn)\b.*)$)",
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


class RecordFilter:
    """Tells records from the other rows of one table, top to bottom, and counts the others by kind.

    Attributes:
        counted: rows that are no records, by kind.
        below_header: nothing but numbering and example rows has come since a header; they are
            looked for only there.
        positions: the columns every record fills. Rows that fill them all, and do not repeat the
            header, need not be shown to :meth:`is_record` except below a header;
            :meth:`pass_record` says that there were some.
    """

    def __init__(self, heading: Heading, filled: frozenset[str]) -> None:
        self.counted: Counter[str] = Counter()
        self.below_header = True
        self.positions = heading.positions(filled)
        self._headers = {_comparable(row) for row in heading.rows}
        self._in_signature = False

    def pass_record(self) -> None:
        """Take note of records that were not shown."""
        self.below_header = self._in_signature = False

    def is_record_anywhere(self, cells: Row, *, in_signature: bool = True) -> bool:
        """Whether a row is a record whatever stands above it.

        From there on nothing above it matters: reading may begin below it. Without
        ``in_signature``: whatever stands above it but a signature.
        """
        texts = [text for text in cells if text]
        if not texts or _comparable(cells) in self._headers or _below_header(texts):
            return False
        return not (self.positions and self._outside(cells, texts, in_signature=in_signature))

    def is_record(self, cells: Row) -> bool:
        """Whether a row, as cleaned cells, is a record.

        Blank ones are left to the caller's count of those.
        """
        kind = self._kind(cells)
        if kind:
            self.counted[kind] += 1
        return not kind

    def _kind(self, cells: Row) -> str:
        texts = [text for text in cells if text]
        if not texts:
            return ""
        if _comparable(cells) in self._headers:
            self.below_header, self._in_signature = True, False
            return information.HEADER_AGAIN_ROWS
        if self.below_header and (kind := _below_header(texts)):
            return kind
        kind = self._outside(cells, texts, self._in_signature) if self.positions else ""
        self._in_signature = kind == information.SIGNATURE_ROWS
        if not kind:
            self.below_header = False
        return kind

    def _outside(self, cells: Row, texts: Sequence[str], in_signature: bool) -> str:
        """The kind of a row that leaves columns empty which a record fills; the column of its label
        does not count as filled.
        """
        label_at = next(position for position, text in enumerate(cells) if text)
        needed = [position for position in self.positions if position != label_at]
        missing = sum(not cells[position] for position in needed)
        if needed and not missing:
            return ""
        is_sparse = 2 * missing > len(needed) or not needed
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


def _below_header(texts: Sequence[str]) -> str:
    if _is_numbering(texts):
        return information.NUMBERING_ROWS
    return (
        information.EXAMPLE_ROWS
        if _EXAMPLE_LABEL.match(texts[0]) or any(_EXAMPLE.match(text) for text in texts)
        else ""
    )


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


def _comparable(row: Row) -> tuple[str, ...]:
    """The cells up to the last filled one, in one letter case."""
    texts = [text.casefold() for text in row]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)
