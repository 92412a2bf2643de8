"""Small workbooks for tests: written by openpyxl, or by hand where a writer would not."""

from __future__ import annotations

import datetime as dt
import encodings.ascii
import encodings.cp437
import encodings.utf_16
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest
import python_calamine

from de06_pipeline.errors import UnreadableFile
from de06_pipeline.landing.discover import LandedFile
from de06_pipeline.landing.expected import ExpectedTable
from de06_pipeline.landing.read import ReadFile, read_file

READ_WITH = (python_calamine, encodings.ascii, encodings.cp437, encodings.utf_16)
"""Imported here, since each of the hundreds of processes that read a workbook would import them."""

HEADER = ["Mã hồ sơ", "Họ tên", "Ngày"]
FIELDS = {"Mã hồ sơ": "code", "Họ tên": "name", "Ngày": "day"}
EXPECTED = ExpectedTable(FIELDS.get, frozenset({"code", "day"}), frozenset({"code", "day"}))

TRANSITIONAL = "http://schemas.openxmlformats.org"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
STRICT = "http://purl.oclc.org/ooxml"
_MAIN = {TRANSITIONAL: "spreadsheetml/2006/main", STRICT: "spreadsheetml/main"}
_RELATIONS = {
    TRANSITIONAL: "officeDocument/2006/relationships",
    STRICT: "officeDocument/relationships",
}


def read(path: Path, folder: Path, expected: ExpectedTable = EXPECTED) -> ReadFile:
    return read_file(
        LandedFile(path.name, str(path), path.stat().st_size, dt.datetime.now(dt.UTC)),
        folder,
        expected=expected,
    )


def rows(result: ReadFile) -> list[tuple[str, ...]]:
    """Row number in the sheet, then the fields."""
    return [
        tuple(line.split("\x1f"))
        for line in result.records[0].read_text(encoding="utf-8").splitlines()
    ]


def book(path: Path, *sheets: tuple[str, Sequence[Sequence[object]]]) -> openpyxl.Workbook:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, content in sheets:
        sheet = made.create_sheet(name)
        for row in content:
            sheet.append(row)
    made.save(path)
    return made


def refusal(path: Path, folder: Path, expected: ExpectedTable = EXPECTED) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        read(path, folder, expected)
    return caught.value


def text_cell(text: str, place: str = "") -> str:
    return f'<c{place and f" r={chr(34)}{place}{chr(34)}"} t="inlineStr"><is><t>{text}</t></is></c>'


def header_row() -> str:
    return '<row r="1">' + "".join(text_cell(text) for text in HEADER) + "</row>"


def by_hand(
    path: Path,
    rows: str,
    *,
    family: str = TRANSITIONAL,
    after: str = "",
    formats: Sequence[str] = (),
    calculation: str = "",
    other_parts: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
) -> None:
    """A workbook of one sheet whose XML is given.

    Args:
        rows: what stands in ``sheetData``.
        after: what stands below it.
        formats: number formats; cell format 1 has the first of them, 0 has none.
        encoding: of the sheet's part.
    """
    main, relations = f"{family}/{_MAIN[family]}", f"{family}/{_RELATIONS[family]}"
    codes = "".join(
        f'<numFmt numFmtId="{200 + n}" formatCode="{code}"/>' for n, code in enumerate(formats)
    )
    used = "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(formats)))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": _relations({"r1": (f"{relations}/officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
        f'<sheet name="Số liệu" sheetId="1" r:id="r1"/></sheets>{calculation}</workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            {
                "r1": (f"{relations}/worksheet", "worksheets/sheet1.xml"),
                "r2": (f"{relations}/styles", "styles.xml"),
            }
        ),
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><numFmts>{codes}</numFmts>'
        '<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'
        f'<cellXfs><xf numFmtId="0"/>{used}</cellXfs></styleSheet>',
    }
    parts |= other_parts or {}
    sheet = f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData>{after}</worksheet>'
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            (f'<?xml version="1.0" encoding="{encoding.upper()}"?>{sheet}').encode(encoding),
        )


def _relations(of: Mapping[str, tuple[str, str]]) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="{name}" Type="{kind}" Target="{target}"/>'
            for name, (kind, target) in of.items()
        )
        + "</Relationships>"
    )
