"""A stream of UTF-8 bytes cut at line ends, in bounded memory."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

MAX_LINE = 1 << 20
"""The longest line that is read, in UTF-8 bytes without its end."""
_KEPT_OF_LONG_LINE = 256
_MARKED_QUOTE = BOM_UTF8 + b'"'
_MARK_BEFORE_QUOTE = re.compile(b"^" + BOM_UTF8 + b'(?=")', re.MULTILINE)
_CARRIAGE_RETURN = re.compile(rb"\r?\r\n|\r")


@dataclass(frozen=True, slots=True)
class LongLine:
    """What is kept of one line longer than :data:`MAX_LINE`."""

    beginning: bytes


class OpenEnd(bytes):
    """The last line of a file that has no line end; one is added."""


def cut_lines(blocks: Iterable[bytes]) -> Iterator[bytes | LongLine]:
    """Give the same bytes in blocks of whole lines, each line ended by one ``\\n``.

    CRLF, LF and CR end a line (so does CR CR LF, which a file gets when its line ends are
    translated twice). ``\\x1f``, a control character in the input and our own separator afterwards,
    is taken out. The last line need not have an end: it is then a block of its own, an
    :class:`OpenEnd`.

    Memory: one block of the input and at most :data:`MAX_LINE` bytes more, however long a line is:
    a line that turns out to be longer is given as :class:`LongLine` and skipped. A line just as
    long within one block may still be given whole.
    """
    pending = bytearray()
    skipping = False
    for block in _one_line_end(blocks):
        data = block
        if skipping:
            end = data.find(b"\n")
            if end < 0:
                continue
            data, skipping = data[end + 1 :], False
        cut = data.rfind(b"\n") + 1
        if cut:
            yield _without_inner_marks(bytes(pending) + data[:cut] if pending else data[:cut])
            pending.clear()
        pending += data[cut:]
        if len(pending) > MAX_LINE:
            yield LongLine(bytes(pending[:_KEPT_OF_LONG_LINE]))
            pending.clear()
            skipping = True
    if pending:
        yield OpenEnd(_without_inner_marks(bytes(pending) + b"\n"))


def _without_inner_marks(lines: bytes) -> bytes:
    """Whole lines without a byte order mark before the quote that begins one: files joined with
    ``copy /b`` have it, and the quote would be a character of the cell. Other marks go with cleaning.
    """
    if b'"' not in lines or _MARKED_QUOTE not in lines:  # a single byte is found ten times as fast
        return lines
    return _MARK_BEFORE_QUOTE.sub(b"", lines)


def _one_line_end(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Every line end as ``\\n``.

    Carriage returns at the end of a block wait for the next: they may be half of one line end.
    """
    held = b""
    for block in blocks:
        data = held + block if held else block
        body = data.rstrip(b"\r")
        held = data[len(body) :][-2:]
        body = data[: len(data) - len(held)]
        yield normal_line_ends(body)
    yield b"\n" * len(held)


def normal_line_ends(data: bytes) -> bytes:
    """Every line end as ``\\n`` and no ``\\x1f``, in bytes that do not end within a line end."""
    if b"\x1f" in data:
        data = data.replace(b"\x1f", b"")
    if b"\r" not in data:
        return data
    array = np.frombuffer(data, np.uint8)
    if not data.endswith(b"\r") and not np.any((array[:-1] == 0x0D) & (array[1:] != 0x0A)):
        return data.translate(None, b"\r")
    return _CARRIAGE_RETURN.sub(b"\n", data)
