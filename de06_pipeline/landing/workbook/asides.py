"""Texts of a worksheet that stand in no cell, as Excel's formats keep them: comments, text boxes and
the printed header and footer (ECMA-376 part 1, 18.3.1.46, 18.7 and 20.5).

They are looked at for one thing only: a unit that multiplies the numbers of the table
(:mod:`de06_pipeline.landing.table.units`).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterable, Iterator
from xml.parsers import expat

from de06_pipeline.landing.said_at import Beside
from de06_pipeline.landing.workbook.facts import Aside
from de06_pipeline.landing.workbook.package import blocks, local, new_parser, relations

_PLACES = {
    "comments": Beside.COMMENT,
    "ThreadedComments": Beside.COMMENT,
    "wsDr": Beside.TEXT_BOX,
}
"""By the first element of a part."""
_WHOLE = {"comment", "threadedComment", "p"}
"""Elements whose texts are one text: a comment, a paragraph of a text box."""
_TEXTS = {"t", "text"}
_PAGE = {f"{which}{what}" for which in ("odd", "even", "first") for what in ("Header", "Footer")}
_PAGE_CODE = re.compile(r'&(?:(?P<section>[LCR])|"[^"]*"|K[0-9A-Fa-f]{6}|\d+|(?P<sign>&)|.)')
_END_OF_ROWS = re.compile(rb"</(?:[\w.-]+:)?sheetData\s*>")
_LAST_END = re.compile(rb"</([\w.:-]+)\s*>\s*(?:<!--.*?-->\s*)*$", re.DOTALL)
_NAME, _LONGEST_TAG = b"sheetData", 64


def of_parts(archive: zipfile.ZipFile, sheet: str, names: Collection[str]) -> list[Aside]:
    """Comments and text boxes of a worksheet: those of its parts that are XML.

    Raises:
        NotReadable, expat.ExpatError: a part is damaged.
    """
    folder, _, name = sheet.rpartition("/")
    if f"{folder}/_rels/{name}.rels" not in names:
        return []
    parts = [part for part in relations(archive, sheet).values() if part.endswith(".xml")]
    return [aside for part in parts if part in names for aside in _of_part(archive, part)]


def _of_part(archive: zipfile.ZipFile, part: str) -> Iterator[Aside]:
    scan = _Texts(_WHOLE, _TEXTS)
    for block in blocks(archive, part):
        scan.parser.Parse(block, False)
        if scan.root and scan.root not in _PLACES:
            return
    scan.parser.Parse(b"", True)
    yield from (Aside(_PLACES[scan.root], text) for text in scan.texts)


class _Texts:
    """Collects the texts within certain elements, one a surrounding element."""

    def __init__(self, whole: Collection[str], texts: Collection[str]) -> None:
        self.root = ""
        self.texts: list[str] = []
        self._whole, self._inner = whole, texts
        self._text = ""
        self.parser = new_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self.root = self.root or local(name)
        if local(name) in self._inner:
            self.parser.CharacterDataHandler = self._add

    def _add(self, text: str) -> None:
        self._text += text

    def _end(self, name: str) -> None:
        if local(name) in self._inner:
            self.parser.CharacterDataHandler = None
        if local(name) in self._whole:
            if self._text.strip():
                self.texts.append(self._text)
            self._text = ""


class BelowRows:
    """Passes the bytes of a worksheet on, and keeps what stands below its rows."""

    def __init__(self, content: Iterable[bytes]) -> None:
        self._content = content
        self._kept: list[bytes] | None = None

    def __iter__(self) -> Iterator[bytes]:
        tail = b""
        for block in self._content:
            if self._kept is not None:
                self._kept.append(block)
            else:
                data = tail + block
                end = _end_of_rows(data)
                self._kept = None if end is None else [data[end:]]
                tail = data[-_LONGEST_TAG:]
            yield block

    def page_headers(self) -> list[Aside]:
        """The printed headers and footers; to be asked when all bytes have passed."""
        below = b"".join(self._kept or ())
        last = _LAST_END.search(below)
        if b"eaderFooter" not in below or last is None:
            return []
        scan = _Texts(_PAGE, _PAGE)
        try:
            # The sheet's own end stands there, so a beginning is put before it.
            scan.parser.Parse(b"<" + last[1] + b">" + below, True)
        except expat.ExpatError:
            return []  # calamine says what is wrong with it
        return [Aside(Beside.PAGE_HEADER, page_text(text)) for text in scan.texts]


def _end_of_rows(data: bytes) -> int | None:
    at = data.find(_NAME)
    while at >= 0:
        begin = max(at - _LONGEST_TAG, 0)
        for end in _END_OF_ROWS.finditer(data[begin : at + _LONGEST_TAG]):
            return begin + end.end()
        at = data.find(_NAME, at + len(_NAME))
    return None


def page_text(text: str) -> str:
    """What is printed of a header or footer: its sections on lines of their own, without fonts, page
    numbers and the like.

    >>> page_text('&L&"Arial,Bold"&12ĐVT: nghìn&R&P/&N')
    'ĐVT: nghìn\\n/'
    """

    def printed(code: re.Match[str]) -> str:
        return "\n" if code["section"] else code["sign"] or ""

    return _PAGE_CODE.sub(printed, text).strip()
