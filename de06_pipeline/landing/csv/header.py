"""The header of a CSV file, and the delimiter it shows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from de06_pipeline.landing import refusals
from de06_pipeline.landing.csv.quoted import MAX_RECORD_LINES, Fault, split_record
from de06_pipeline.landing.expected import ANY_TABLE, ExpectedTable
from de06_pipeline.landing.said_at import Said
from de06_pipeline.landing.table.header_rows import ROWS_SEARCHED, Heading, find_heading
from de06_pipeline.landing.table.named_month import NamedMonth, month_of_titles
from de06_pipeline.landing.table.units import scale_above
from de06_pipeline.landing.text.cleaning import clean, clean_fields

DELIMITERS = (b",", b";", b"\t", b"|")
"""What may separate the fields of a CSV file, tried in this order; docs/exports.md states the rule."""
_LINES_COMPARED = 50
_EXCEL_SEPARATOR = re.compile(
    rb'^"?sep=([' + re.escape(b"".join(DELIMITERS)) + rb'])"?$', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class CsvHeader:
    """What the first lines of a file say.

    Attributes:
        delimiter: ``,`` ``;`` ``|`` or tab; empty where the file has one column.
        heading: the header record, or up to three below each other; unnamed columns are ''.
        lines: physical lines up to the end of the header.
        blank_lines: how many of these are blank.
        titles: records above the header.
        written: the lines of the header as they stand in the file.
        scale: a unit in a title that multiplies the numbers of the table, and its line.
        month: the one month that titles name.
    """

    delimiter: bytes
    heading: Heading
    lines: int
    blank_lines: int
    titles: int
    written: tuple[bytes, ...]
    scale: Said | None = None
    month: NamedMonth | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return self.heading.names


@dataclass(frozen=True, slots=True)
class _Reading:
    delimiter: bytes
    fields: list[bytes]
    lines: int
    agreeing: int


def find_header(sample: bytes, name: str, expected: ExpectedTable = ANY_TABLE) -> CsvHeader:
    """Read the header from the beginning of a file: UTF-8, line ends ``\\n``, whole lines.

    The header is where the expected fields are named, by the delimiter that finds most of them;
    titles may stand above it. Where they are not found it is the first record that is not blank;
    then the delimiter is the one that splits it into most fields; between equals, the one by which
    more of the next lines have as many. Before all, Excel's ``sep=;`` line is understood.

    Raises:
        UnreadableFile: ``empty``, ``encoding``, ``header`` (a quote is not closed) or ``delimiter``
        (none, or two fit equally).
    """
    lines = sample.split(b"\n")
    first, blank = _skip_blank(lines, 0)
    if first == len(lines):
        raise refusals.empty(name)
    candidates: tuple[bytes, ...] = DELIMITERS
    if declared := _EXCEL_SEPARATOR.match(lines[first].strip(b" ")):
        candidates = (declared[1],)
        first, more = _skip_blank(lines, first + 1)
        blank += more
        if first == len(lines):
            raise refusals.empty(name)
    if known := _best_known(lines, first, blank, candidates, expected):
        return known
    readings = [
        reading for delimiter in candidates if (reading := _read_header(lines, first, delimiter))
    ]
    if not readings:
        raise refusals.no_header(name)
    best = _choose(readings, lines, first, name)
    try:
        names = tuple(clean(field.decode().replace("\n", " ")) for field in best.fields)
    except UnicodeDecodeError:
        raise refusals.undecodable(name) from None
    heading = Heading(0, (names,), names, tuple(map(expected.field_of, names)))
    return CsvHeader(
        best.delimiter,
        heading,
        first + best.lines,
        blank,
        0,
        tuple(lines[first : first + best.lines]),
    )


def _best_known(
    lines: list[bytes],
    first: int,
    blank: int,
    candidates: tuple[bytes, ...],
    expected: ExpectedTable,
) -> CsvHeader | None:
    """The header with most of the expected fields; between equals, by the earlier delimiter."""
    best: tuple[tuple[int, int], int, CsvHeader] | None = None
    # The likeliest first: a delimiter that makes fewer columns than it knows fields is out.
    for delimiter in sorted(candidates, key=lines[first].count, reverse=True):
        known = best[0][0] if best else 0
        header = _find_known(lines, first, blank, delimiter, expected, known)
        if header is None:
            continue
        rank = (header.heading.rank, -candidates.index(delimiter))
        if best is None or rank > best[:2]:
            best = (*rank, header)
    return best[2] if best else None


def _find_known(
    lines: list[bytes],
    first: int,
    blank: int,
    delimiter: bytes,
    expected: ExpectedTable,
    least_columns: int,
) -> CsvHeader | None:
    """The header with the expected fields, by one delimiter, among the first records from line
    ``first`` on; None where they have fewer columns than asked for.
    """
    begins: list[int] = []
    rows: list[tuple[str, ...]] = []
    at = first
    while at < len(lines) and len(rows) < ROWS_SEARCHED:
        fields, taken = _record_at(lines, at, delimiter)
        begins.append(at)
        rows.append(tuple(clean_fields(fields)))
        at += taken
    begins.append(at)
    if max(map(len, rows)) < least_columns:
        return None
    heading = find_heading(rows, expected)
    if heading is None:
        return None
    titles = sum(any(row) for row in rows[: heading.first])
    begin, end = begins[heading.first], begins[heading.after]
    above = [(begins[index] + 1, row) for index, row in enumerate(rows[: heading.first])]
    return CsvHeader(
        delimiter,
        heading,
        end,
        blank + heading.first - titles,
        titles,
        tuple(lines[begin:end]),
        scale_above(above, heading, expected),
        month_of_titles(above),
    )


def _skip_blank(lines: list[bytes], first: int) -> tuple[int, int]:
    blank = 0
    while first < len(lines) and not clean(lines[first].decode(errors="replace")).strip(',;|" '):
        blank += 1
        first += 1
    return first, blank


def _read_header(lines: list[bytes], first: int, delimiter: bytes) -> _Reading | None:
    """The header record by one delimiter; None where a quote in it is not closed."""
    fields, taken = _follow(lines, first, delimiter)
    if isinstance(fields, Fault):
        return None
    following = [line for line in lines[first + taken : first + taken + _LINES_COMPARED] if line]
    split = [split_record(line, delimiter) for line in following]
    return _Reading(
        delimiter,
        fields,
        taken,
        sum(not isinstance(s, Fault) and len(s) == len(fields) for s in split),
    )


def _record_at(lines: list[bytes], first: int, delimiter: bytes) -> tuple[list[bytes], int]:
    """The fields of the record that begins at a line, and its lines; a line that is no record is
    one field.
    """
    fields, taken = _follow(lines, first, delimiter)
    return ([lines[first]], 1) if isinstance(fields, Fault) else (fields, taken)


def _follow(lines: list[bytes], first: int, delimiter: bytes) -> tuple[list[bytes] | Fault, int]:
    """Split the record that begins at a line; its quoted line breaks are followed."""
    text = lines[first]
    taken = 1
    fields = split_record(text, delimiter)
    while fields is Fault.OPEN and taken < MAX_RECORD_LINES and first + taken < len(lines):
        text += b"\n" + lines[first + taken]
        taken += 1
        fields = split_record(text, delimiter)
    return fields, taken


def _choose(readings: list[_Reading], lines: list[bytes], first: int, name: str) -> _Reading:
    readings = sorted(
        readings, key=lambda reading: (len(reading.fields), reading.agreeing), reverse=True
    )
    best = readings[0]
    if len(best.fields) == 1:
        following = [
            line
            for line in lines[first + best.lines : first + best.lines + _LINES_COMPARED]
            if line
        ]
        if _looks_split(following):
            raise refusals.no_delimiter(name)
        return _Reading(b"", best.fields, best.lines, best.agreeing)
    rank = (len(best.fields), best.agreeing)
    if any((len(other.fields), other.agreeing) == rank for other in readings[1:]):
        raise refusals.no_delimiter(name)
    return best


def _looks_split(lines: list[bytes]) -> bool:
    """Whether nine of ten lines have the same number (one or more) of some delimiter: then a line
    of one field is not their header.
    """
    for delimiter in DELIMITERS:
        counts = [line.count(delimiter) for line in lines]
        likely = max(set(counts), key=counts.count, default=0)
        if likely and counts.count(likely) >= 0.9 * len(counts):
            return True
    return False
