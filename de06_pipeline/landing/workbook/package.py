"""The parts of an Office Open XML package that say what is where: workbook, sheets, formats.

By local names throughout, so that prefixes and the two families of namespaces (transitional and
strict, ECMA-376 parts 1 and 4) do not matter. Document type declarations are not allowed in a
package (part 2, 8.1.4) and refused, and with them entities of a file's own.
"""

from __future__ import annotations

import codecs
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.parsers import expat

from de06_pipeline.landing.workbook.number_formats import BUILT_IN, NumberFormat, number_format

BLOCK_BYTES = 1 << 20
_MOST_INDEX_BYTES = 16 << 20
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
WORKBOOK = "xl/workbook.xml"


class NotReadable(Exception):
    """A part of the package is damaged, or is what no workbook has."""


@dataclass(frozen=True, slots=True)
class Element:
    """The start of an element: local names, and how deep it lies."""

    name: str
    attributes: Mapping[str, str]
    depth: int


def new_parser() -> expat.XMLParserType:
    """A parser that refuses document type declarations."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_declaration: object) -> None:
    raise NotReadable("a document type declaration")


def local(name: str) -> str:
    """The name without its prefix."""
    return name.rpartition(":")[2]


def blocks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """A part in pieces, as UTF-8 where it says nothing else; UTF-16, the other encoding that a
    package allows, is recoded, its declaration left out.
    """
    with archive.open(part) as stream:
        first = stream.read(BLOCK_BYTES)
        if first[:2] not in _UTF_16:
            while first:
                yield first
                first = stream.read(BLOCK_BYTES)
            return
        decoder = codecs.getincrementaldecoder("utf-16")()
        text = decoder.decode(first)
        yield (text.partition("?>")[2] if text.startswith("<?xml") else text).encode()
        while first := stream.read(BLOCK_BYTES):
            yield decoder.decode(first).encode()
        yield decoder.decode(b"", final=True).encode()


def is_utf_16(archive: zipfile.ZipFile, part: str) -> bool:
    with archive.open(part) as stream:
        return stream.read(2) in _UTF_16


def elements(archive: zipfile.ZipFile, part: str) -> list[Element]:
    """The elements of a small part, in order.

    Raises:
        NotReadable: it is damaged, or too large for what it is.
    """
    if archive.getinfo(part).file_size > _MOST_INDEX_BYTES:
        raise NotReadable(part)
    elements: list[Element] = []
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        elements.append(
            Element(local(name), {local(key): value for key, value in attributes.items()}, depth)
        )

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = new_parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        for block in blocks(archive, part):
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, UnicodeDecodeError) as error:
        raise NotReadable(part) from error
    return elements


def relations(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """Id of each relation of a part → name of the member it leads to (part 2, 9.3)."""
    folder = PurePosixPath(part).parent
    name = str(folder / "_rels" / f"{PurePosixPath(part).name}.rels")
    return {
        element.attributes.get("Id", ""): _member(folder, element.attributes.get("Target", ""))
        for element in elements(archive, name)
        if element.name == "Relationship" and element.attributes.get("TargetMode") != "External"
    }


def _member(folder: PurePosixPath, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    steps: list[str] = []
    for step in (*folder.parts, *PurePosixPath(target).parts):
        if step == "..":
            steps = steps[:-1]
        elif step != ".":
            steps.append(step)
    return "/".join(steps)


def sheet_formats(archive: zipfile.ZipFile, part: str) -> dict[str, NumberFormat]:
    """Number of each cell format of a workbook (18.8.10) → what it makes of numbers; without those
    that show them as they are.
    """
    if part not in archive.namelist():
        return {}
    codes = dict(BUILT_IN)
    of_cells: list[str] = []
    inside = False
    top = 0
    for element in elements(archive, part):
        if element.name == "numFmt" and "numFmtId" in element.attributes:
            codes.setdefault(
                element.attributes["numFmtId"], element.attributes.get("formatCode", "")
            )
        if element.name == "cellXfs":
            inside, top = True, element.depth
        elif inside and element.depth <= top:
            inside = False
        elif inside and element.name == "xf" and element.depth == top + 1:
            of_cells.append(element.attributes.get("numFmtId", "0"))
    shown = {number: number_format(code) for number, code in codes.items()}
    return {
        str(index): said
        for index, number in enumerate(of_cells)
        if (said := shown.get(number)) is not None
    }
