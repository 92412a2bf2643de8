"""A CSV file as records that know their line. One bad record costs no neighbour."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

_DELIMITERS = ",;\t"
_LINES_IN_A_RECORD = 50
"""Farther than this nobody looks for the end of a quote."""


@dataclass
class Records:
    """A file's records: (line where it begins, texts), the lines of those that cannot be split, and
    how many are blank.
    """

    header: list[str]
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    blank: int = 0


def read_records(path: Path) -> Records:
    """Read a CSV file in any of the encodings, delimiters and line ends that are known."""
    lines = _lines(_decoded(path.read_bytes()))
    delimiter = max(_DELIMITERS, key=lambda d: len(_record(lines, 0, d)[0] or []))
    header, place = _record(lines, 0, delimiter)
    assert header is not None
    records = Records(header)
    while place < len(lines):
        number = place + 1
        texts, place = _record(lines, place, delimiter)
        if texts is None:
            records.broken.append(number)
        elif not any(text.strip("\u00a0\u200b\ufeff ") for text in texts):
            records.blank += 1
        elif len(texts) != len(header):
            records.broken.append(number)
        else:
            records.rows.append((number, texts))
    return records


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    return data.decode("utf-8-sig")


def _lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _record(lines: list[str], place: int, delimiter: str) -> tuple[list[str] | None, int]:
    """The record that begins on a line, and where the next begins.

    None for one whose quotes do not close: it is that line alone.
    """
    for end in range(place + 1, min(place + 1 + _LINES_IN_A_RECORD, len(lines) + 1)):
        try:
            records = list(
                csv.reader(
                    io.StringIO("\n".join(lines[place:end]), newline=""),
                    delimiter=delimiter,
                    strict=True,
                )
            )
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                continue
            break
        return (records[0] if records else [""]), end
    return None, place + 1
