"""Which kind of workbook a file is, by its content, and why others are refused before they are
opened.
"""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from de06_pipeline.landing import refusals
from de06_pipeline.landing.content import kind_of

XLSX, XLS = "xlsx", "xls"
MOST_UNPACKED_GIB = 4
"""A workbook that unpacks to more is refused: it would be read into memory whole."""

_BLOCK_BYTES = 1 << 20
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WORKBOOK_STREAMS = ("Workbook\0".encode("utf-16-le"), "Book\0".encode("utf-16-le"))
_OTHER_PACKAGES = (("word/", "docx"), ("ppt/", "pptx"), ("mimetype", "ods"))


def workbook_kind(path: Path, name: str) -> str:
    """``xlsx`` or ``xls``, whichever the content is: portals name one like the other.

    Raises:
        UnreadableFile: ``empty``, ``content``, ``corrupt``, ``protected`` or ``too_large``.
    """
    with path.open("rb") as stream:
        head = stream.read(1024)
    if not head:
        raise refusals.empty(name)
    kind = kind_of(head)
    if kind == "ole":
        _check_compound_file(path, name)
        return XLS
    if kind not in ("xlsx", "zip"):
        raise refusals.wrong_content(name, PurePosixPath(name).suffix, kind)
    _check_archive(path, name)
    return XLSX


def _check_compound_file(path: Path, name: str) -> None:
    """A workbook with a password is an encrypted stream in a compound file (MS-OFFCRYPTO 2.3.2), an
    XLS the stream Workbook or Book.
    """
    streams = _find(path, (_ENCRYPTED, *_WORKBOOK_STREAMS))
    if _ENCRYPTED in streams:
        raise refusals.protected(name)
    if not streams:
        raise refusals.wrong_content(name, PurePosixPath(name).suffix, "ole")


def _find(path: Path, needles: tuple[bytes, ...]) -> set[bytes]:
    present: set[bytes] = set()
    tail = b""
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            present.update(needle for needle in needles if needle in tail + block)
            tail = block[-64:]
    return present


def _check_archive(path: Path, name: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError):
        raise refusals.corrupt(name) from None
    if not any(member.filename.startswith("xl/") for member in members):
        other = next(
            (
                kind
                for part, kind in _OTHER_PACKAGES
                if any(m.filename.startswith(part) for m in members)
            ),
            "zip",
        )
        raise refusals.wrong_content(name, PurePosixPath(name).suffix, other)
    if sum(member.file_size for member in members) > MOST_UNPACKED_GIB << 30:
        raise refusals.too_large(name, MOST_UNPACKED_GIB)
