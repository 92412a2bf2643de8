"""What the folders inside a supplier's mean: ``vN`` replaces what came before, any other is a part
of the delivery, and a correction without its number is neither: nothing tells what it replaces. The
same holds of a file that is called the correction of one beside it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from de06_pipeline.near_names import unaccented

NO_ORDER = "no_order"
"""The trouble of a file in a folder of which nothing tells whether it replaces others."""
BESIDE_CORRECTED = "beside_corrected"
"""The trouble of a file that is called the correction of one beside it."""

_VERSION = re.compile(r"v[\W_]*0*([1-9][0-9]{0,5})(?![^\W_])", re.IGNORECASE)
_CORRECTION = re.compile(
    r"^(?:v|ver|version|rev|revision) ?0*[1-9]"
    r"|\blan (?:thu )?(?:[0-9]+|cuoi)\b|\bban (?:[0-9]+|cuoi|moi|sua|chinh thuc)\b|\bphien ban\b"
    r"|^sua$|\bsua (?:doi|lai|lan|loi|ngay|so lieu|[0-9]+)\b|\b(?:da|chinh|ban|so lieu|file) sua\b"
    r"|\b(?:dinh chinh|dieu chinh|hieu chinh|bo sung|thay the|cap nhat|(?:gui|nop|lam) lai)\b"
    r"|^(?:moi|cuoi)$|\b(?:moi nhat|cuoi cung|so lieu moi|file moi)\b"
    r"|\b(?:final|new|correct(?:ed|ion)?|fix(?:ed)?|updated?|revised)\b"
)
"""In small letters without accents. Words that places are called by (Chợ Mới, Cuối Hạ) only where
they stand alone: a folder a district is what many send.
"""
_NO_WORD = re.compile(r"[\W_]+")

Folders = tuple[str, ...]
Words = tuple[str, ...]


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


def beside_corrected(names: Sequence[tuple[Folders, str]]) -> list[bool]:
    """For each file in force whether it is called the correction of one in the same folder: by the
    other's name and a word for it (``BC (sửa).xlsx`` beside ``BC.xlsx``), or with another such word
    (``BC v1.xlsx``, ``BC v2.xlsx``).

    Of rows that both hold, the later name's would count, and ``BC (sửa)`` comes before ``BC``; rows
    that the correction leaves out would stay.

    Args:
        names: of each file the folders it lies in, and its name.
    """
    titles = [(folders, _words(PurePosixPath(name).stem)) for folders, name in names]
    corrected = [{(folders, title) for title in _corrected(words)} for folders, words in titles]
    named = Counter([*titles, *(title for of_file in corrected for title in of_file)])
    # A title counts once for the file itself: whoever else has it is the other one.
    return [any(named[title] > 1 for title in of_file) for of_file in corrected]


def _corrected(words: Words) -> Iterator[Words]:
    """What a name may be the correction of: the words before, or behind, those that say so."""
    for cut in range(1, len(words)):
        if _begins_with_correction(words[cut:]):
            yield words[:cut]
        if _begins_with_correction(words[:cut]):
            yield words[cut:]


def _begins_with_correction(words: Words) -> bool:
    said = _CORRECTION.search(" ".join(words))
    return said is not None and said.start() == 0


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
    return bool(_CORRECTION.search(" ".join(_words(folder))))


def _words(name: str) -> Words:
    """In small letters without accents."""
    plain = unaccented(unicodedata.normalize("NFKC", name))
    return tuple(_NO_WORD.sub(" ", plain).split())
