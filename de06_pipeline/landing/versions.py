"""What the folders inside a supplier's mean: ``vN`` replaces what came before, any other is a part
of the delivery, and a correction without its number is neither: nothing tells what it replaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from de06_pipeline.near_names import unaccented

NO_ORDER = "no_order"
"""The trouble of a file in a folder of which nothing tells whether it replaces others."""

_VERSION = re.compile(r"v[\W_]*0*([1-9][0-9]{0,5})(?![^\W_])", re.IGNORECASE)
_CORRECTION = re.compile(
    r"^(?:v|ver|version|rev|revision) ?0*[1-9]"
    r"|\blan (?:thu )?(?:[0-9]+|cuoi)\b|\bban (?:[0-9]+|cuoi|moi|sua|chinh thuc)\b|\bphien ban\b"
    r"|^sua$|\bsua (?:doi|lai|lan|loi|so lieu|[0-9]+)\b|\b(?:da|chinh|ban|so lieu|file) sua\b"
    r"|\b(?:dinh chinh|dieu chinh|hieu chinh|bo sung|thay the|cap nhat|(?:gui|nop|lam) lai)\b"
    r"|^(?:moi|cuoi)$|\b(?:moi nhat|cuoi cung|so lieu moi|file moi)\b"
    r"|\b(?:final|new|correct(?:ed|ion)?|fix(?:ed)?|updated?|revised)\b"
)
"""In small letters without accents. Words that places are called by (Chợ Mới, Cuối Hạ) only where
they stand alone: a folder a district is what many send.
"""
_NO_WORD = re.compile(r"[\W_]+")

Folders = tuple[str, ...]


def version_of(folder: str) -> int:
    """The number of a version's folder, which its name begins with: ``v3``, ``V3_sua``, ``v3
    (cuối)``; 0 for any other folder, ``v0`` too.
    """
    match = _VERSION.match(folder)
    return int(match[1]) if match else 0


def without_order(places: Sequence[tuple[int, Folders]]) -> list[bool]:
    """For each file of a delivery whether nothing tells what it replaces: it lies in a folder called
    a correction that is no version's, beside other files; or in one of two folders of the newest
    version's number.

    Args:
        places: of each file its version, and the folders it lies in below its supplier's.
    """
    newest = max((version for version, _ in places), default=0)
    rivals = {folders[0] for version, folders in places if version and version == newest}
    corrections = {
        folders[: depth + 1]
        for version, folders in places
        if version in (0, newest)
        for depth, name in enumerate(folders)
        if (depth or not version) and _is_correction(name)
    }
    unclear = {
        correction for correction in corrections if _lies_beside_others(correction, places, newest)
    }
    return [
        (version == newest and len(rivals) > 1)
        or any(folders[:depth] in unclear for depth in range(1, len(folders) + 1))
        for version, folders in places
    ]


def _lies_beside_others(
    folder: Folders, places: Sequence[tuple[int, Folders]], newest: int
) -> bool:
    # What an older version holds was replaced with it; what a correction in no version's folder
    # would replace nobody knows.
    within = version_of(folder[0])
    return any(
        folders[: len(folder)] != folder
        for version, folders in places
        if not within or version == newest
    )


def _is_correction(folder: str) -> bool:
    plain = unaccented(unicodedata.normalize("NFKC", folder))
    return bool(_CORRECTION.search(_NO_WORD.sub(" ", plain).strip()))
