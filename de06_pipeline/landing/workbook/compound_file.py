"""One stream of an OLE compound file, the container of XLS (MS-CFB)."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator

_FREE = 0xFFFFFFFA
"""Sector numbers from here on are marks: end of chain, free, of a table."""
_NAMES_IN_HEADER = 109
_ENTRY_BYTES = 128


def stream_of(content: bytes, *names: str) -> bytes | None:
    """The stream with one of the names, the first that is there; None where there is none or the
    container is damaged.
    """
    try:
        return _CompoundFile(content).stream(names)
    except (struct.error, IndexError, ValueError):
        return None


class _CompoundFile:
    def __init__(self, content: bytes) -> None:
        self._content = content
        shift, mini_shift = struct.unpack_from("<HH", content, 0x1E)
        if not (7 <= shift <= 16 and 3 <= mini_shift < shift):
            raise ValueError("sector size")
        self._sector, self._mini_sector = 1 << shift, 1 << mini_shift
        (first_entry,) = struct.unpack_from("<I", content, 0x30)
        self._cutoff, first_mini, _, first_table, _ = struct.unpack_from("<5I", content, 0x38)
        self._table = self._numbers(self._table_sectors(first_table))
        self._entries = b"".join(self._sectors_from(first_entry))
        self._mini_table = (
            self._numbers(self._follow(first_mini)) if first_mini < _FREE else array("I")
        )

    def stream(self, names: tuple[str, ...]) -> bytes | None:
        entries = {name: entry for name, *entry in self._directory()}
        for name in names:
            if name in entries:
                start, size = entries[name]
                return (
                    self._small(start, size)
                    if size < self._cutoff
                    else b"".join(self._sectors_from(start))[:size]
                )
        return None

    def _directory(self) -> Iterator[tuple[str, int, int]]:
        """Name, first sector and size of each entry."""
        for at in range(0, len(self._entries) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            (length,) = struct.unpack_from("<H", self._entries, at + 64)
            start, size = struct.unpack_from("<II", self._entries, at + 116)
            if 2 <= length <= 64:
                yield (
                    self._entries[at : at + length - 2].decode("utf-16-le", errors="replace"),
                    start,
                    size,
                )

    def _small(self, start: int, size: int) -> bytes:
        """A stream below the cutoff lies in small sectors within the stream of the first entry."""
        (root,) = struct.unpack_from("<I", self._entries, 116)
        container, step = b"".join(self._sectors_from(root)), self._mini_sector
        sectors = _sectors_of(self._mini_table, start)
        return b"".join(container[number * step : (number + 1) * step] for number in sectors)[:size]

    def _table_sectors(self, first_further: int) -> Iterator[int]:
        yield from (
            n for n in struct.unpack_from(f"<{_NAMES_IN_HEADER}I", self._content, 0x4C) if n < _FREE
        )
        further, seen = first_further, set[int]()
        while further < _FREE and further not in seen:
            seen.add(further)
            *numbers, further = self._numbers([further])
            yield from (n for n in numbers if n < _FREE)

    def _numbers(self, sectors: Iterator[int] | list[int]) -> array[int]:
        content = b"".join(map(self._bytes_of, sectors))
        return array("I", struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4]))

    def _follow(self, first: int) -> Iterator[int]:
        return _sectors_of(self._table, first)

    def _sectors_from(self, first: int) -> Iterator[bytes]:
        return map(self._bytes_of, self._follow(first))

    def _bytes_of(self, sector: int) -> bytes:
        return self._content[(sector + 1) * self._sector : (sector + 2) * self._sector]


def _sectors_of(table: array[int], first: int) -> Iterator[int]:
    """The sectors of a chain. One that runs in a circle ends after as many as there are."""
    sector = first
    for _ in range(len(table)):
        if sector >= _FREE:
            return
        yield sector
        sector = table[sector]
