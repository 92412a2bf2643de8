"""Records that need more than counting delimiters: quotes out of place, quoted line breaks, a wrong
number of fields.

Exact and slow; it sees only the lines that :mod:`de06_pipeline.landing.csv.complete_lines` did not
find to be complete records.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from de06_pipeline.landing.csv.lines import MAX_LINE
from de06_pipeline.landing.text.cleaning import clean

MAX_RECORD_BYTES = 64 * 1024
MAX_RECORD_LINES = 500
"""How far a quoted line break is followed.

An unclosed quote must not swallow its neighbours, nor make reading quadratic.
"""

_WORD = re.compile(rb"[0-9A-Za-z]")


class Fault(Enum):
    """Why a text is not a record."""

    OPEN = "open"
    """A quote is open at the end."""
    MISPLACED = "misplaced"
    """Something other than a delimiter follows a closing quote."""


@dataclass(frozen=True, slots=True)
class RecordRead:
    """What was found at a line: a record, a broken record or a blank line.

    Attributes:
        line: the line where it begins.
        lines: how many lines it takes.
        fields: its fields, without enclosing quotes; None for a broken record.
        reason: ``field_count``, ``quote`` or ``too_long`` for a broken record; empty for a record;
            ``blank``.
    """

    line: int
    lines: int
    fields: list[bytes] | None
    reason: str


def split_record(text: bytes, delimiter: bytes, most: int | None = None) -> list[bytes] | Fault:
    """Split one record by RFC 4180; a quote within an unquoted field is a character like any other,
    as in Excel.

    Spaces between a closing quote and the delimiter are passed over. With ``most``, stops after one
    field more than that.
    """
    if not text.startswith(b'"') and delimiter + b'"' not in text:
        return text.split(delimiter)
    fields: list[bytes] = []
    position = 0
    while most is None or len(fields) <= most:
        if text[position : position + 1] == b'"':
            closing = _closing_quote(text, position + 1)
            if closing < 0:
                return Fault.OPEN
            fields.append(text[position + 1 : closing].replace(b'""', b'"'))
            position = closing + 1
            while text[position : position + 1] == b" ":
                position += 1
            if position == len(text):
                return fields
            if text[position : position + 1] != delimiter:
                return Fault.MISPLACED
        else:
            end = text.find(delimiter, position)
            if end < 0:
                fields.append(text[position:])
                return fields
            fields.append(text[position:end])
            position = end
        position += 1
    return fields


def _closing_quote(text: bytes, position: int) -> int:
    """The position of the quote that closes a field whose content begins at ``position``, or -1."""
    while True:
        quote = text.find(b'"', position)
        if quote < 0 or text[quote + 1 : quote + 2] != b'"':
            return quote
        position = quote + 2


def find_at(
    lines: Sequence[bytes], first: int, delimiter: bytes, columns: int, final: bool
) -> RecordRead | None:
    """What begins at line ``first`` of a run of lines none of which is a complete record.

    A record that begins with an open quote goes on over the following lines if it then closes
    properly, within :data:`MAX_RECORD_BYTES` and :data:`MAX_RECORD_LINES`: with exactly ``columns``
    fields it is a record, otherwise all its lines together are one broken record. Where it does
    not close, its first line alone is broken.

    Returns:
        None where that depends on lines that follow the run; never with ``final``: nothing, or a
        complete record, follows.
    """
    line = lines[first]
    if len(line) > MAX_LINE:
        return RecordRead(first, 1, None, "too_long")
    fields = split_record(line, delimiter)
    if fields is Fault.OPEN:
        return _continued(lines, first, delimiter, columns, final)
    if fields is Fault.MISPLACED:
        return RecordRead(first, 1, None, "quote")
    if len(fields) == columns:
        return RecordRead(first, 1, fields, "")
    if _is_blank(line, delimiter):
        return RecordRead(first, 1, None, "blank")
    return RecordRead(first, 1, None, "field_count")


def _continued(
    lines: Sequence[bytes], first: int, delimiter: bytes, columns: int, final: bool
) -> RecordRead | None:
    broken = RecordRead(first, 1, None, "quote")
    text = lines[first]
    for count in range(2, MAX_RECORD_LINES + 1):
        if first + count > len(lines):
            return broken if final else None
        added = lines[first + count - 1]
        if len(text) + 1 + len(added) > MAX_RECORD_BYTES:
            return broken
        text += b"\n" + added
        if b'"' not in added:
            continue
        fields = split_record(text, delimiter, most=columns)
        if fields is Fault.MISPLACED:
            return broken
        if fields is not Fault.OPEN:
            if len(fields) == columns:
                return RecordRead(first, count, fields, "")
            return RecordRead(first, count, None, "field_count")
    return broken


def has_stray_quote(line: bytes, delimiter: bytes) -> bool:
    """Whether a quote of the line encloses no cell of it (``="0012"`` as Excel has it does): it may
    belong to one in another line.
    """
    if b'"' not in line:
        return False
    mark = re.escape(delimiter)
    enclosed = rb'(?:^|(?<=%b))=?"(?:[^"]|"")*+" *(?=%b|$)' % (mark, mark)
    return b'"' in re.sub(enclosed, b"", line)


def _is_blank(line: bytes, delimiter: bytes) -> bool:
    """Whether a line holds only delimiters, spaces and characters that cleaning takes out."""
    if _WORD.search(line):
        return False
    return not clean(line.decode(errors="replace").replace(delimiter.decode(), " "))
