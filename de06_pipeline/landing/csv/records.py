"""The lines of a CSV file to records: complete ones by the block, the rest one by one, without
those that are no records.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np

from de06_pipeline.landing import information, refusals
from de06_pipeline.landing.csv.complete_lines import Layout, lay_out
from de06_pipeline.landing.csv.header import CsvHeader
from de06_pipeline.landing.csv.lines import MAX_LINE, LongLine, OpenEnd
from de06_pipeline.landing.csv.parsed_block import ParsedBlock
from de06_pipeline.landing.csv.quoted import (
    Fault,
    RecordRead,
    find_at,
    has_stray_quote,
    split_record,
)
from de06_pipeline.landing.csv.suspect_lines import SuspectLines
from de06_pipeline.landing.sink import RecordSink, RowNumbers
from de06_pipeline.landing.table.other_rows import LeftOut, RecordFilter
from de06_pipeline.landing.text.cleaning import UNIT, clean, clean_fields, needs_cleaning

_PADDED = "padded"
"""Why a record found by itself is not one of the complete lines."""
_BYTES_PARSED = 1 << 20
"""So many bytes are parsed at once: enough for the start of it not to count, and little beside what
is kept of them."""

_NUMBER_BEFORE_COMMA = re.compile(rb"(?:^|[^0-9/:.-])[+-]?[0-9][0-9.]* *$")
_NUMBER_AFTER_COMMA = re.compile(rb" *[0-9]{1,6}(?![0-9/:.-])")
"""What stands on both sides of a number's comma, words before and behind it too; no date or clock."""

_MOST_UNTRIED = 512
"""Where a file has broken records everywhere, so many blocks are not tried after one that failed; after
the first few failures fewer. Trying in vain cost half as much as reading."""


class RecordReader:
    """Hands the lines of a file to the sink, each as a record, a part of one, broken or blank;
    leaves out what is no record.

    Attributes:
        row: the number of the next line that is not handed on yet.
        carried: lines at the end of the last block whose meaning depends on what follows (bounded
            by ``quoted.MAX_RECORD_BYTES``).
        incomplete_end: the number of the last line, if it has no end and is not a whole record; 0
            otherwise.
        put_right: lines with too few or too many empty cells at their end, by code.
    """

    def __init__(
        self, header: CsvHeader, records: RecordFilter, sink: RecordSink, first_row: int
    ) -> None:
        self.delimiter = header.delimiter or UNIT
        self.columns = len(header.names)
        self.sink = sink
        self.row = first_row
        self.carried = b""
        self.incomplete_end = 0
        self._incomplete_row = 0
        self.put_right: Counter[str] = Counter()
        # Since the last record one was broken by a quote, or too long: the lines behind it may be
        # pieces of it, so one with a quote out of its place, or without all cells, is no record.
        self._in_pieces = False
        self._filter = records
        self._suspect_lines = SuspectLines(
            header, self.delimiter, records.positions, records.header_texts, records.digits_at
        )
        self._records: list[bytes] = []
        self._rows: list[RowNumbers] = []
        # How often parsing failed in a row, and how many blocks are not tried because of that.
        self._failures = self._untried = 0

    @property
    def left_out(self) -> LeftOut:
        """The rows that are no records; lines put right are counted with them."""
        seen = self._filter.left_out
        counted = seen.counted + self.put_right
        return LeftOut(counted, seen.rows, seen.scale, seen.other_header)

    def read(self, blocks: Iterable[bytes | LongLine]) -> None:
        open_end = cut_character = False
        for block in self._without_parsed(blocks) if self.sink.packed else blocks:
            if open_end := isinstance(block, OpenEnd):
                cut_character = _ends_in_character(block)
            if isinstance(block, bytes):
                self._take(self.carried + block if self.carried else block, final=open_end)
            else:
                self._take(self.carried, final=True)
                self.sink.set_aside(self.row, "too_long", block.beginning)
                self._in_pieces = True
                self.row += 1
        self._take(self.carried, final=True)
        if open_end and (cut_character or self._incomplete_row == self.row - 1):
            self.incomplete_end = self.row - 1

    def _without_parsed(self, blocks: Iterable[bytes | LongLine]) -> Iterator[bytes | LongLine]:
        """The blocks whose lines have to be looked at one way or the other; those of nothing but
        clean, complete records are handed on as tables before.
        """
        waiting: list[bytes] = []
        for block in blocks:
            if self._untried:
                self._untried -= 1
            elif isinstance(block, bytes) and self._looks_whole(block):
                waiting.append(block)
                if len(waiting) * len(block) >= _BYTES_PARSED:
                    yield from self._not_parsed(waiting)
                    waiting = []
                continue
            yield from self._not_parsed(waiting)
            waiting = []
            yield block
        yield from self._not_parsed(waiting)

    def _looks_whole(self, block: bytes) -> bool:
        return (
            bool(self._filter.positions)
            and b'"' not in block
            and len(block) <= MAX_LINE
            and not isinstance(block, OpenEnd)
            and not needs_cleaning(block, self.delimiter)
        )

    def _not_parsed(self, blocks: list[bytes]) -> Iterator[bytes]:
        """Hand on blocks as tables, together or, where that fails, one by one; what cannot be is
        left.
        """
        if not blocks:
            return
        if self._parse(b"".join(blocks)):
            self._failures = 0
            return
        self._failures += 1
        self._untried = min(4 << self._failures, _MOST_UNTRIED)
        for block in blocks:
            if len(blocks) == 1 or self._failures > 1 or not self._parse(block):
                yield block

    def _parse(self, block: bytes) -> bool:
        """Hand on the lines of a block as a table, if each of them is a complete record whatever
        stands before it.
        """
        packed = self.sink.packed
        if packed is None or self.carried:
            return False
        table = packed.parse(block, self.delimiter)
        if table is None:
            return False
        parsed = ParsedBlock(table)
        suspect = self._suspect_lines.of(parsed)
        # An empty line and one of nothing but delimiters are told apart by their bytes.
        if not all(any(parsed.cells(line)) for line in suspect):
            return False
        lines = int(np.count_nonzero(np.frombuffer(block, np.uint8) == 0x0A))
        out = list(self._left_out(parsed.cells, suspect, 0, lines))
        rows = np.arange(self.row, self.row + lines, dtype=np.int64)
        if out:
            kept = np.ones(lines, np.bool_)
            kept[out] = False
            table, rows = table.filter(kept), rows[kept]
        if len(out) < lines:
            self._in_pieces = False
        self.sink.write_table(table, rows)
        self.row += lines
        return True

    def _take(self, block: bytes, final: bool) -> None:
        """Hand on the lines of a block; with ``final`` all of them, for no line of the same record
        follows.
        """
        layout = lay_out(block, self.delimiter[0], self.columns)
        suspect = self._suspect_lines.of(layout)
        lines = len(layout.ends)
        done = 0
        for first, after in _runs(np.flatnonzero(~layout.complete)):
            self._complete(layout, suspect, done, first)
            done = self._one_by_one(block, layout, first, after, final or after < lines)
            if done < after:
                break
        else:
            self._complete(layout, suspect, done, lines)
            done = lines
        self.carried = block[layout.start(done) :]
        self.row += done
        if self._rows:
            self.sink.write(b"".join(self._records), np.concatenate(self._rows))
            self._records.clear()
            self._rows.clear()
        self.sink.flush_broken()

    def _complete(self, layout: Layout, suspect: list[int], first: int, after: int) -> None:
        """Hand on a stretch of complete lines without those that are no records."""
        at = first

        def cells(line: int) -> list[str]:
            return clean_fields(layout.records(line, line + 1)[:-1].split(UNIT))

        for line in self._left_out(cells, suspect, first, after):
            self._hand_on(layout, at, line)
            at = line + 1
        self._hand_on(layout, at, after)

    def _hand_on(self, layout: Layout, first: int, after: int) -> None:
        if first < after:
            self._in_pieces = False
            self._records.append(layout.records(first, after))
            self._rows.append(np.arange(self.row + first, self.row + after, dtype=np.int64))

    def _left_out(
        self, cells: Callable[[int], list[str]], suspect: list[int], first: int, after: int
    ) -> Iterator[int]:
        """The lines of a stretch of complete ones that are no records.

        Only those below a header and odd ones are looked at.
        """
        at = first
        while at < after:
            if not self._filter.below_header:
                next_suspect = bisect_left(suspect, at)
                line = suspect[next_suspect] if next_suspect < len(suspect) else after
                if line > at:
                    self._filter.pass_record()
                if line >= after:
                    return
                at = line
            if not self._filter.is_record(cells(at), self.row + at):
                yield at
            at += 1

    def _one_by_one(self, block: bytes, layout: Layout, first: int, after: int, final: bool) -> int:
        """Hand on a run of lines that are not complete records; returns the first line that is left
        for later.
        """
        lines = block[layout.start(first) : layout.start(after)].split(b"\n")[:-1]
        at = 0
        while at < len(lines):
            record = find_at(lines, at, self.delimiter, self.columns, final)
            if record is None:
                break
            row = self.row + first + at
            text = b"\n".join(lines[at : at + record.lines]) if self._in_pieces else b""
            if has_stray_quote(text, self.delimiter):
                record = replace(record, fields=None, reason="quote")
            if self._is_left_out(record, lines[at], row):
                at += record.lines
                continue
            if record.reason == "field_count" and record.lines == 1 and not self._in_pieces:
                if at + 1 == len(lines) and not final:
                    break
                record = self._with_empty_ends(record, lines[at : at + 2])
            if record.fields is not None:
                self._records.append(UNIT.join(record.fields).replace(b"\n", b" ") + b"\n")
                self._rows.append(np.array([row], np.int64))
            elif record.reason == "blank":
                self.sink.count_blank()
            else:
                self.sink.set_aside(row, record.reason, lines[at])
            if record.reason in ("field_count", _PADDED) or self._is_open(record, lines[at]):
                self._incomplete_row = row + record.lines - 1
            if record.reason != "blank":
                self._in_pieces = record.reason == "quote" or (
                    self._in_pieces and record.fields is None
                )
            at += record.lines
        return first + at

    def _with_empty_ends(self, record: RecordRead, lines: list[bytes]) -> RecordRead:
        """A line that lacks empty cells at its end, or has more of them than columns, as a record.

        Not where the further cell may come of a number's own comma (``7,75`` without quotes): left
        out the last one, every column behind the number would hold its neighbour's value.
        Excel leaves out the delimiters behind the last filled column of sixteen rows. Cells are
        missing only where a record may leave them empty, and not where the next line is a piece of
        one too: then a line break stands in a cell, and neither is a record.
        """
        fields = self._missing_at_end(lines[0])
        if fields is None or has_stray_quote(lines[0], self.delimiter):
            return record
        if len(fields) > self.columns:
            if self._may_split_number(fields, lines[0]):
                return record
            self.put_right[information.CELLS_TOO_MANY] += 1
            return replace(record, fields=fields[: self.columns], reason="")
        if len(lines) > 1 and self._is_piece(lines[1]):
            return record
        self.put_right[information.CELLS_MISSING] += 1
        missing = [b""] * (self.columns - len(fields))
        return replace(record, fields=fields + missing, reason=_PADDED)

    def _missing_at_end(self, line: bytes) -> list[bytes] | None:
        """The fields of a line whose missing or further ones at the end may be, or are, empty."""
        fields = split_record(line, self.delimiter)
        if isinstance(fields, Fault):
            return None
        if len(fields) > self.columns:
            return None if any(map(_says_something, fields[self.columns :])) else fields
        needed = self._filter.positions
        return fields if needed and len(fields) > max(needed) else None

    def _may_split_number(self, fields: list[bytes], line: bytes) -> bool:
        """Whether two neighbouring fields may be one number with a decimal comma, or one between its
        thousands, in a column that may hold numbers.
        """
        if self.delimiter != b",":
            return False
        return any(
            (left + b"," + right) in line  # not in quotes of their own
            for position in self._filter.may_hold_numbers
            for left, right in [fields[position : position + 2]]
            if _NUMBER_BEFORE_COMMA.search(left) and _NUMBER_AFTER_COMMA.match(right)
        )

    def _is_piece(self, line: bytes) -> bool:
        """Whether a line has too few fields for a record and is not left out for what it says."""
        fields = split_record(line, self.delimiter)
        if isinstance(fields, Fault) or len(fields) >= self.columns or not _says_something(line):
            return False
        if has_stray_quote(line, self.delimiter):
            return True
        if self._missing_at_end(line) is not None:
            return False
        cells = clean_fields(fields)
        cells += [""] * (self.columns - len(cells))
        return self._filter.is_record_anywhere(cells, in_signature=False)

    def _is_open(self, record: RecordRead, line: bytes) -> bool:
        return record.reason == "quote" and split_record(line, self.delimiter) is Fault.OPEN

    def _is_left_out(self, record: RecordRead, line: bytes, row: int) -> bool:
        """Whether what was found at a line is no record: one with fields, or a line of too few (a
        total typed below the table).
        """
        fields = record.fields
        if fields is None and record.reason == "field_count":
            split = split_record(line, self.delimiter)
            fields = split if isinstance(split, list) else None
        if fields is None:
            return False
        cells = clean_fields(fields)
        while len(cells) > self.columns and not cells[-1]:
            cells.pop()
        if len(cells) > self.columns:
            return False
        return not self._filter.is_record([*cells, *[""] * (self.columns - len(cells))], row)


def check_end(name: str, incomplete_end: int) -> None:
    """Refuse a file whose last line is a piece of a record: the rest of it did not arrive.

    Raises:
        UnreadableFile: ``ends_in_mid_line``.
    """
    if incomplete_end:
        raise refusals.ends_in_mid_line(name, incomplete_end)


def _ends_in_character(block: bytes) -> bool:
    """Whether the last bytes before the line feed are the beginning of a character."""
    try:
        block.decode()
    except UnicodeDecodeError as error:
        return error.end >= len(block) - 1
    return False


def _says_something(field: bytes) -> bool:
    return bool(clean(field.decode(errors="replace")).strip(",;|\t "))


def _runs(lines: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Iterator[tuple[int, int]]:
    """Stretches ``(first, after)`` of consecutive numbers in a sorted array."""
    if not len(lines):
        return
    breaks = np.flatnonzero(np.diff(lines) != 1) + 1
    firsts = lines[np.concatenate(([0], breaks))]
    lasts = lines[np.concatenate((breaks - 1, [len(lines) - 1]))]
    yield from zip(firsts.tolist(), (lasts + 1).tolist(), strict=True)
