"""Texts of a table of an OpenDocument spreadsheet that stand in no cell: remarks, text boxes, and the
header and footer of the page it is printed on (OpenDocument 1.3 part 3, 14.1, 10.4.3 and 16.9 to 16.14).
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from de06_pipeline.landing.said_at import Beside
from de06_pipeline.landing.workbook.facts import Aside
from de06_pipeline.landing.workbook.package import blocks, new_parser

_PLACES = {"office:annotation": Beside.COMMENT, "draw:text-box": Beside.TEXT_BOX}
_PAGE = {
    f"style:{what}{which}" for what in ("header", "footer") for which in ("", "-left", "-first")
}
_PARAGRAPH = "text:p"
_USUAL_PAGE = "Default"
SIGNS = tuple(name.encode() for name in _PLACES)
"""What stands in the content of every spreadsheet with a remark or text box."""
LONGEST_SIGN = max(map(len, SIGNS))


@dataclass(slots=True)
class _Scan:
    """One pass over a part.

    Attributes:
        of_tables: for each table with a name, in order: the style it has, and its texts.
        pages: master page → its header and footer.
        page_of_style: style of a table → the master page it is printed on.
    """

    of_tables: list[tuple[str, list[Aside]]] = field(default_factory=list)
    pages: dict[str, list[Aside]] = field(default_factory=dict)
    page_of_style: dict[str, str] = field(default_factory=dict)
    inside: list[str] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    page: str = ""

    def read(self, archive: zipfile.ZipFile, part: str) -> None:
        parser = new_parser()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        for block in blocks(archive, part):
            parser.Parse(block, False)
        parser.Parse(b"", True)

    def _start(self, name: str, given: Mapping[str, str]) -> None:
        if name in _PLACES or (name in _PAGE and given.get("style:display") != "false"):
            self.inside, self.paragraphs = [name], []
        elif self.inside:
            self.inside.append(name)
            if name == _PARAGRAPH:
                self.paragraphs.append("")
        elif name == "table:table" and "table:name" in given:
            self.of_tables.append((given.get("table:style-name", ""), []))
        elif name == "style:master-page":
            self.page = given.get("style:name", "")
        elif name == "style:style" and "style:master-page-name" in given:
            self.page_of_style[given.get("style:name", "")] = given["style:master-page-name"]

    def _text(self, text: str) -> None:
        if self.paragraphs and _PARAGRAPH in self.inside:
            self.paragraphs[-1] += text

    def _end(self, _name: str) -> None:
        if not self.inside:
            return
        outer = self.inside[0]
        self.inside.pop()
        if self.inside or not any(self.paragraphs):
            return
        if outer in _PAGE:
            aside = Aside(Beside.PAGE_HEADER, "\n".join(self.paragraphs))
            self.pages.setdefault(self.page, []).append(aside)
        elif self.of_tables:
            self.of_tables[-1][1].append(Aside(_PLACES[outer], "\n".join(self.paragraphs)))
        self.paragraphs = []


def of_tables(
    archive: zipfile.ZipFile, content: str, styles: str, has_signs: bool
) -> list[list[Aside]]:
    """The texts of each table with a name, in order; empty where no table has any.

    Args:
        content, styles: the names of these parts.
        has_signs: whether one of :data:`SIGNS` stands in the content.

    Raises:
        NotReadable, expat.ExpatError: a part is damaged.
    """
    of_styles, scan = _Scan(), _Scan()
    if styles in archive.namelist():
        of_styles.read(archive, styles)
    if not has_signs and not of_styles.pages:
        return []
    scan.read(archive, content)
    pages = of_styles.page_of_style | scan.page_of_style
    return [
        [*texts, *of_styles.pages.get(pages.get(style, _USUAL_PAGE), ())]
        for style, texts in scan.of_tables
    ]
