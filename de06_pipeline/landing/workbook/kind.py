"""Which kind of workbook a file is, by its content, and why others are refused before they are
opened.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePosixPath

from de06_pipeline.landing import refusals
from de06_pipeline.landing.content import ODS_TYPE, kind_of
from de06_pipeline.landing.workbook.facts_xlsb import WORKBOOK_BINARY

XLSX, XLS, XLSB, ODS = "xlsx", "xls", "xlsb", "ods"
WORKBOOK_EXTENSIONS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
MOST_UNPACKED_GIB = 4
"""A workbook that unpacks to more is refused: it would be read into memory whole."""

_BLOCK_BYTES = 1 << 20
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WORKBOOK_STREAMS = ("Workbook\0".encode("utf-16-le"), "Book\0".encode("utf-16-le"))
_OTHER_PACKAGES = (("word/", "docx"), ("ppt/", "pptx"), ("mimetype", "opendocument"))
_MANIFEST = "META-INF/manifest.xml"
_ENCRYPTED_PACKAGE = "encrypted-package"


def workbook_kind(path: Path, name: str) -> str:
    """``xlsx`` (with macros too), ``xls``, ``xlsb`` or ``ods``, whichever the content is: portals
    name one like the other.

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
    if kind not in ("xlsx", "ods", "zip"):
        raise refusals.wrong_content(name, PurePosixPath(name).suffix, kind)
    return _kind_of_archive(path, name)


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


def _kind_of_archive(path: Path, name: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            is_ods = _is_ods(archive, names)
            if is_ods and _has_password(archive, names):
                raise refusals.protected(name)
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError, zlib.error):
        raise refusals.corrupt(name) from None
    if not is_ods and not any(part.startswith("xl/") for part in names):
        other = next(
            (
                kind
                for part, kind in _OTHER_PACKAGES
                if any(name.startswith(part) for name in names)
            ),
            "zip",
        )
        raise refusals.wrong_content(name, PurePosixPath(name).suffix, other)
    if sum(member.file_size for member in members) > MOST_UNPACKED_GIB << 30:
        raise refusals.too_large(name, MOST_UNPACKED_GIB)
    if is_ods:
        return ODS
    return XLSB if WORKBOOK_BINARY in names else XLSX


def _is_ods(archive: zipfile.ZipFile, names: set[str]) -> bool:
    """The package says what it is in its first member (OpenDocument 1.3 part 2, 3.3)."""
    if "mimetype" not in names:
        return False
    with archive.open("mimetype") as stream:
        return stream.read(len(ODS_TYPE)) == ODS_TYPE


def _has_password(archive: zipfile.ZipFile, names: set[str]) -> bool:
    """Parts are encrypted one by one, which their list says, or as one (part 2, 3.4)."""
    if _ENCRYPTED_PACKAGE in names:
        return True
    if _MANIFEST not in names:
        return False
    with archive.open(_MANIFEST) as stream:
        return b"encryption-data" in stream.read(_BLOCK_BYTES)
