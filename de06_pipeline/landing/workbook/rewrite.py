"""A copy of an XLSX file in which calamine can read what it cannot in the file itself.

calamine takes a whole workbook for damaged where an error has a name it does not know (``#SPILL!``,
``#CALC!``), and reads a part in UTF-16 as an empty one. The copy says "text" where such a cell says
"error", and is UTF-8; everything else is as it was.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from de06_pipeline.landing.workbook.package import BLOCK_BYTES, blocks

_TYPE = re.compile(rb"""(<[^<>]*?\st\s*=\s*)(?:"[^"]*"|'[^']*')""")


def rewrite(path: Path, copy: Path, cells: Mapping[str, tuple[int, ...]]) -> None:
    """Write the copy.

    Args:
        cells: part → where in its bytes, as UTF-8, the tags of cells begin whose type is to become
            text, ascending; parts without any are only recoded.
    """
    with (
        zipfile.ZipFile(path) as archive,
        zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as rewritten,
    ):
        for name in archive.namelist():
            content = blocks(archive, name) if name in cells else _as_it_is(archive, name)
            with rewritten.open(name, "w", force_zip64=True) as part:
                for block in _with_text_cells(content, cells.get(name, ())):
                    part.write(block)


def _as_it_is(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as stream:
        while block := stream.read(BLOCK_BYTES):
            yield block


def _with_text_cells(content: Iterator[bytes], begins: tuple[int, ...]) -> Iterator[bytes]:
    held, at = b"", 0  # ``at``: where in the part the held bytes begin
    for begin in begins:
        while b">" not in held[max(begin - at, 0) :]:
            if begin >= at + len(held):
                yield held
                at, held = at + len(held), b""
            held += next(content)
        end = held.index(b">", begin - at)
        yield held[: begin - at]
        yield _TYPE.sub(rb'\1"str"', held[begin - at : end])
        at, held = at + end, held[end:]
    yield held
    yield from content
