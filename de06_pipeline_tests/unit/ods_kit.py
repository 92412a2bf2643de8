"""OpenDocument spreadsheets whose XML is given: what LibreOffice writes is in ``files/ho_so.ods``."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_MANIFEST = (
    f'<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{SPREADSHEET}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">'
    "{}</manifest:file-entry></manifest:manifest>"
)
ENCRYPTED = '<manifest:encryption-data manifest:checksum-type="SHA1/1K"/>'


def cell(
    text: str | None = None,
    *,
    kind: str = "",
    formula: bool = False,
    times: int = 1,
    before: str = "",
    rows_spanned: int = 1,
    covered: bool = False,
    **values: str,
) -> str:
    """A cell that shows a text, or has none.

    Args:
        kind: of its value, ``string``, ``float``, …; '' says none.
        times: how often it stands in the row.
        before: further elements within it.
        rows_spanned: how many rows it is merged over.
        covered: it lies below such a cell.
        values: ``value``, ``date_value``, …
    """
    said = {f"office:{name.replace('_', '-')}": value for name, value in values.items()}
    if kind:
        said["office:value-type"] = kind
    if formula:
        said["table:formula"] = "of:=A1"
    if times > 1:
        said["table:number-columns-repeated"] = str(times)
    if rows_spanned > 1:
        said["table:number-rows-spanned"] = str(rows_spanned)
        said["table:number-columns-spanned"] = "1"
    name = "table:covered-table-cell" if covered else "table:table-cell"
    attributes = "".join(f" {key}={quoteattr(value)}" for key, value in said.items())
    shown = "" if text is None else f"<text:p>{escape(text)}</text:p>"
    return f"<{name}{attributes}>{before}{shown}</{name}>"


def row(*cells: str, times: int = 1) -> str:
    repeated = f' table:number-rows-repeated="{times}"' if times > 1 else ""
    return f"<table:table-row{repeated}>{''.join(cells)}</table:table-row>"


def texts(*content: str) -> str:
    return row(*(cell(text, kind="string") for text in content))


def ods(
    path: Path,
    rows: str,
    *,
    about_encryption: str = "",
    kind: str = SPREADSHEET,
    other_parts: Mapping[str, str] | None = None,
    before: str = "",
    name: str = "Số liệu",
    styles: str = "",
) -> None:
    """A spreadsheet of one sheet called ``name``; ``before``: what stands above its table,
    ``styles``: among the styles of its own.
    """
    names = "".join(
        f' xmlns:{prefix}="{_OASIS}:{name}:1.0"'
        for prefix, name in (
            ("office", "office"),
            ("table", "table"),
            ("text", "text"),
            ("draw", "drawing"),
            ("style", "style"),
            ("number", "datastyle"),
        )
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names} office:version="1.3">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{before}<table:table table:name={quoteattr(name)}>{rows}</table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("META-INF/manifest.xml", _MANIFEST.format(about_encryption))
        archive.writestr("content.xml", content)
        for name, part in (other_parts or {}).items():
            archive.writestr(name, part)
