"""Error cells of an XLS worksheet, for the same reason as in
:mod:`de06_pipeline.landing.workbook.error_cells` (MS-XLS 2.4).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from de06_pipeline.landing.workbook.compound_file import stream_of
from de06_pipeline.landing.workbook.error_cells import UNKNOWN_ERROR, ErrorCells

_BEGIN, _END, _SHEET, _ERROR_CELL, _FORMULA = 0x0809, 0x000A, 0x0085, 0x0205, 0x0006
_TEXTS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


def error_cells_xls(path: Path, position: int) -> ErrorCells:
    """The error cells of the sheet at a position, from 1.

    Empty where the file cannot be followed: calamine says what is wrong with it.
    """
    stream = stream_of(path.read_bytes(), "Workbook", "Book")
    found: dict[int, list[tuple[int, str]]] = {}
    if stream is None:
        return found
    sheets = [
        struct.unpack_from("<I", stream, at)[0]
        for kind, at in _records(stream, 0)
        if kind == _SHEET
    ]
    if position > len(sheets):
        return found
    for kind, at in _records(stream, sheets[position - 1]):
        code = _error_code(stream, kind, at)
        if code is not None:
            row, column = struct.unpack_from("<HH", stream, at)
            found.setdefault(row + 1, []).append((column, _TEXTS.get(code, UNKNOWN_ERROR)))
    return found


def _records(stream: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Kind and place of the content of each record of a part of the stream; charts within a sheet
    are parts of their own.
    """
    at, depth = start, 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BEGIN) - (kind == _END)
        if depth == 0 or at + 4 + length > len(stream):
            return
        if depth == 1:
            yield kind, at + 4
        at += 4 + length


def _error_code(stream: bytes, kind: int, at: int) -> int | None:
    if kind == _ERROR_CELL and stream[at + 7 : at + 8] == b"\x01":
        return stream[at + 6]
    if (
        kind == _FORMULA
        and stream[at + 6 : at + 7] == b"\x02"
        and stream[at + 12 : at + 14] == b"\xff\xff"
    ):
        return stream[at + 8]
    return None
