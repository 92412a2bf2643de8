"""The header record of a CSV file, and the delimiter it shows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from de06_pipeline.landing import refusals
from de06_pipeline.landing.quoted import MAX_RECORD_LINES, Fault, split_record
from de06_pipeline.landing.text import clean

_CANDIDATES = (b",", b";", b"\t")
_LINES_COMPARED = 50
_EXCEL_SEPARATOR = re.compile(rb'^"?sep=([,;\t])"?$', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CsvHeader:
    """What the first lines of a file say.

    Attributes:
        delimiter: ``,`` ``;`` or tab; empty where the file has one column.
        names: the cleaned fields of the header record; unnamed columns are ''.
        lines: physical lines up to the end of the header record.
        blank_lines: how many of these are blank.
    """

    delimiter: bytes
    names: tuple[str, ...]
    lines: int
    blank_lines: int


@dataclass(frozen=True, slots=True)
class _Reading:
    delimiter: bytes
    fields: list[bytes]
    lines: int
    agreeing: int


def find_header(sample: bytes, name: str) -> CsvHeader:
    """Read the header from the beginning of a file: UTF-8, line ends ``\\n``, whole lines.

    The header is the first record that is not blank; before it, Excel's ``sep=;`` line is understood. The delimiter is the
    one that splits the header into most fields; between equals, the one by which more of the next lines have as many.

    Raises:
        UnreadableFile: ``empty``, ``encoding``, ``header`` (a quote is not closed) or ``delimiter`` (none, or two fit equally).
    """
    lines = sample.split(b"\n")
    first, blank = _skip_blank(lines, 0)
    if first == len(lines):
        raise refusals.empty(name)
    candidates: tuple[bytes, ...] = _CANDIDATES
    if declared := _EXCEL_SEPARATOR.match(lines[first].strip(b" ")):
        candidates = (declared[1],)
        first, more = _skip_blank(lines, first + 1)
        blank += more
        if first == len(lines):
            raise refusals.empty(name)
    readings = [reading for delimiter in candidates if (reading := _read_header(lines, first, delimiter))]
    if not readings:
        raise refusals.no_header(name)
    best = _choose(readings, lines, first, name)
    try:
        names = tuple(clean(field.decode().replace("\n", " ")) for field in best.fields)
    except UnicodeDecodeError:
        raise refusals.undecodable(name) from None
    return CsvHeader(best.delimiter, names, first + best.lines, blank)


def _skip_blank(lines: list[bytes], first: int) -> tuple[int, int]:
    blank = 0
    while first < len(lines) and not clean(lines[first].decode(errors="replace")).strip(',;" '):
        blank += 1
        first += 1
    return first, blank


def _read_header(lines: list[bytes], first: int, delimiter: bytes) -> _Reading | None:
    """The header record by one delimiter; its quoted line breaks are followed."""
    text = lines[first]
    taken = 1
    fields = split_record(text, delimiter)
    while fields is Fault.OPEN and taken < MAX_RECORD_LINES and first + taken < len(lines):
        text += b"\n" + lines[first + taken]
        taken += 1
        fields = split_record(text, delimiter)
    if isinstance(fields, Fault):
        return None
    following = [line for line in lines[first + taken : first + taken + _LINES_COMPARED] if line]
    split = [split_record(line, delimiter) for line in following]
    return _Reading(delimiter, fields, taken, sum(not isinstance(s, Fault) and len(s) == len(fields) for s in split))


def _choose(readings: list[_Reading], lines: list[bytes], first: int, name: str) -> _Reading:
    readings = sorted(readings, key=lambda reading: (len(reading.fields), reading.agreeing), reverse=True)
    best = readings[0]
    if len(best.fields) == 1:
        following = [line for line in lines[first + best.lines : first + best.lines + _LINES_COMPARED] if line]
        if _looks_split(following):
            raise refusals.no_delimiter(name)
        return _Reading(b"", best.fields, best.lines, best.agreeing)
    rank = (len(best.fields), best.agreeing)
    if any((len(other.fields), other.agreeing) == rank for other in readings[1:]):
        raise refusals.no_delimiter(name)
    return best


def _looks_split(lines: list[bytes]) -> bool:
    """Whether nine of ten lines have the same number (one or more) of some delimiter: then a line of one field is not their header."""
    for delimiter in _CANDIDATES:
        counts = [line.count(delimiter) for line in lines]
        likely = max(set(counts), key=counts.count, default=0)
        if likely and counts.count(likely) >= 0.9 * len(counts):
            return True
    return False
