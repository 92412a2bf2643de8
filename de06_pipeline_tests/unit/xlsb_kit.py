"""Excel binary workbooks (MS-XLSB) written record by record: nothing installed here writes them, and
no writer writes what has to be tried.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def record(kind: int, content: bytes = b"") -> bytes:
    size = bytearray()
    rest = len(content)
    while rest >= 0x80:
        size.append(rest & 0x7F | 0x80)
        rest >>= 7
    size.append(rest)
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes(size) + content


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def row(number: int) -> bytes:
    """The beginning of a row, from 1."""
    return record(0, struct.pack("<IIHBBBI", number - 1, 0, 300, 0, 0, 0, 0))


def text(column: int, content: str) -> bytes:
    return record(6, struct.pack("<II", column, 0) + wide(content))


def shared_text(column: int, index: int) -> bytes:
    return record(7, struct.pack("<III", column, 0, index))


def blank(column: int) -> bytes:
    return record(1, struct.pack("<II", column, 0))


def number(column: int, value: float, style: int = 0) -> bytes:
    return record(5, struct.pack("<IId", column, style, value))


def whole_number(column: int, value: int, style: int = 0) -> bytes:
    """In the short form of four bytes (2.5.122)."""
    return record(2, struct.pack("<IIi", column, style, value << 2 | 2))


def error(column: int, code: int) -> bytes:
    return record(3, struct.pack("<IIB", column, 0, code))


_FORMULA = struct.pack("<HI3sI", 0, 3, b"\x1e\x01\x00", 0)


def formula_number(column: int, value: float, style: int = 0) -> bytes:
    return record(9, struct.pack("<IId", column, style, value) + _FORMULA)


def formula_text(column: int, content: str) -> bytes:
    return record(8, struct.pack("<II", column, 0) + wide(content) + _FORMULA)


def rich_text(column: int, content: str) -> bytes:
    return record(62, struct.pack("<IIB", column, 0, 0) + wide(content))


def formula_error(column: int, code: int) -> bytes:
    return record(11, struct.pack("<IIB", column, 0, code) + _FORMULA)


def page_header(*texts: str) -> bytes:
    """Printed above and below the page: up to six texts (2.4.60)."""
    said = b"".join(map(wide, texts)) + struct.pack("<I", 0xFFFFFFFF) * (6 - len(texts))
    return record(479, b"\0\0" + said)


def xlsb(
    path: Path,
    rows: bytes,
    *,
    last: tuple[int, int],
    formats: Sequence[str] = (),
    merges: Sequence[tuple[int, int, int, int]] = (),
    shared: Sequence[str] = (),
    computes_on_load: bool = False,
    is_1904: bool = False,
    after: bytes = b"",
    name: str = "Số liệu",
    comments: Sequence[str] = (),
) -> None:
    """A workbook of one sheet.

    Args:
        last: the last row from 1 and column from 0.
        after: records below the rows and merges.
        formats: number formats; cell format 1 has the first of them, 0 has none.
        merges: first row, last row, first column, last column, all from 0.
    """
    sheet = (
        record(0x81)
        + record(0x94, struct.pack("<4I", 0, last[0] - 1, 0, last[1]))
        + record(0x91)
        + rows
        + record(0x92)
    )
    if merges:
        sheet += record(0xB1, struct.pack("<I", len(merges)))
        sheet += b"".join(record(0xB0, struct.pack("<4I", *merge)) for merge in merges)
        sheet += record(0xB2)
    sheet += after
    codes = b"".join(
        record(0x2C, struct.pack("<H", 200 + n) + wide(code)) for n, code in enumerate(formats)
    )
    used = [0, *(200 + n for n in range(len(formats)))]
    styles = (
        record(0x116)
        + record(0x267, struct.pack("<I", len(formats)))
        + codes
        + record(0x268)
        + record(0x272, struct.pack("<I", 1))
        + record(0x2F, struct.pack("<HHHHHBBH", 0xFFFF, 9, 0, 0, 0, 0, 0, 0))
        + record(0x273)
        + record(0x269, struct.pack("<I", len(used)))
        + b"".join(record(0x2F, struct.pack("<HHHHHBBH", 0, n, 0, 0, 0, 0, 0, 0)) for n in used)
        + record(0x26A)
        + record(0x117)
    )
    workbook = (
        record(0x83)
        + record(0x99, struct.pack("<III", int(is_1904), 0, 0))
        + record(0x8F)
        + record(0x9C, struct.pack("<II", 0, 1) + wide("r1") + wide(name))
        + record(0x90)
        + record(0x9D, struct.pack("<IIIdIH", 0, 1, 100, 0.001, 1, int(computes_on_load)))
        + record(0x84)
    )
    strings = (
        record(0x9F, struct.pack("<II", len(shared), len(shared)))
        + b"".join(record(0x13, b"\0" + wide(content)) for content in shared)
        + record(0xA0)
    )
    related = "".join(
        f'<Relationship Id="r{n}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(
            (
                ("worksheet", "worksheets/sheet1.bin"),
                ("styles", "styles.bin"),
                ("sharedStrings", "sharedStrings.bin"),
            ),
            start=1,
        )
    )
    main = f'<Relationship Id="r1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.bin"/>'
    kinds = "".join(
        f'<Override PartName="/xl/{part}.bin" ContentType="application/vnd.ms-excel.{kind}"/>'
        for part, kind in (
            ("workbook", "sheet.binary.macroEnabled.main"),
            ("worksheets/sheet1", "worksheet"),
            ("styles", "styles"),
            ("sharedStrings", "sharedStrings"),
        )
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
            f'"application/vnd.openxmlformats-package.relationships+xml"/>{kinds}</Types>',
        )
        for name, content in (("_rels/.rels", main), ("xl/_rels/workbook.bin.rels", related)):
            archive.writestr(
                name, f'<Relationships xmlns="{_PACKAGE}/relationships">{content}</Relationships>'
            )
        archive.writestr("xl/workbook.bin", workbook)
        archive.writestr("xl/styles.bin", styles)
        archive.writestr("xl/sharedStrings.bin", strings)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
        if comments:
            said = b"".join(record(637, b"\0" + wide(comment)) for comment in comments)
            archive.writestr("xl/comments1.bin", said)
            archive.writestr(
                "xl/worksheets/_rels/sheet1.bin.rels",
                f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type='
                f'"{_RELATIONS}/comments" Target="../comments1.bin"/></Relationships>',
            )
