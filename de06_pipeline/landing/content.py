"""What a file really is, from its first bytes, whatever its name says."""

from __future__ import annotations

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!\x1a\x07", "archive"),
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG\r\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
)
_MARKUP = (
    b"<!doctype",
    b"<html",
    b"<?xml",
    b"<table",
    b"<head",
    b"<body",
    b"<meta",
    b"<style",
    b"mime-version:",
)
ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_OFFICE_PARTS = (b"[Content_Types].xml", b"_rels/", b"xl/", b"docProps/")


def kind_of(head: bytes) -> str:
    """Name the kind of a file by its first kibibyte.

    Returns:
        ``xlsx`` (XLSB too), ``ods``, ``parquet``, ``ole`` (XLS, an old Office file, or XLSX with a password), ``zip``,
        ``gzip``, ``archive``, ``pdf``, ``rtf``, ``html`` (other markup and MHTML too), ``image``,
        or ``text`` for everything without a signature.
    """
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            # The first member's name follows the 30 fixed bytes of its local header (ZIP
            # application note, 4.3.7).
            member = head[30:] if kind == "zip" else b""
            if member.startswith(b"mimetype" + ODS_TYPE):
                return "ods"
            return "xlsx" if member.startswith(_OFFICE_PARTS) else kind
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[2:].replace(b"\x00", b"")  # UTF-16: enough to see markup, which is ASCII
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:16].lower()
    return "html" if start.startswith(_MARKUP) else "text"
