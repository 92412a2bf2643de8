"""Cleaning of delivered text, the same for one cell and for a block of records.

A block is records of cells: ``\\x1f`` between cells, ``\\n`` after each record. Cleaning never
adds, removes or moves either of them, so a block keeps its shape whatever its cells hold.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np

UNIT = b"\x1f"
"""The byte between two cells of a record."""

_SPACES = "\t\v\f\r\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_INVISIBLE = "\x00-\x08\x0e-\x1e\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_RARE = re.compile(
    f"[{_SPACES}{_INVISIBLE}]"
)  # one set: the alternative "space|invisible" is searched for much more slowly
_SPACE = re.compile(f"[{_SPACES}]")


def clean(text: str) -> str:
    """Bring text to the form in which it is compared and stored.

    NFC; every kind of space becomes one plain space, runs of them one, none at the border of a
    cell; zero-width and control characters go; Ð (U+00D0) and Ɖ (U+0189), which look like Đ
    (U+0110), become it. Idempotent.

    Line feeds and ``\\x1f`` are the borders of cells and stay. Where a line feed is part of a cell,
    turn it into a space first.
    """
    text = _RARE.sub(_space_or_nothing, text.replace("\xa0", " "))
    # After the zero-width characters: one of them may have stood between a letter and its accent.
    text = unicodedata.normalize("NFC", text)
    text = text.replace("\u00d0", "Đ").replace("\u0189", "Đ")
    while "  " in text:
        text = text.replace("  ", " ")
    for border in ("\x1f", "\n"):
        text = text.replace(" " + border, border).replace(border + " ", border)
    return text.strip(" ")


def clean_fields(fields: list[bytes]) -> list[str]:
    """The cells of one record of UTF-8, cleaned; what cannot be decoded becomes U+FFFD."""
    # All at once: cleaning keeps the borders of fields, and a call for each would take ten times as
    # long.
    return clean(UNIT.join(fields).decode(errors="replace").replace("\n", " ")).split("\x1f")


def _space_or_nothing(rare: re.Match[str]) -> str:
    return " " if _SPACE.match(rare[0]) else ""


def needs_cleaning(block: bytes, delimiter: bytes = UNIT) -> bool:
    """Whether :func:`clean` could change the cells of a block that ends in a line feed and, if it is
    to be cleaned, is UTF-8.

    Errs on the side of yes. The tests are whole-array comparisons of bytes (about 1 ns a byte), so
    that clean Vietnamese text, most of what arrives, is never looked at character by character.

    Args:
        delimiter: the byte between two cells.
    """
    data = np.frombuffer(block, np.uint8)
    if len(data) < 2:
        return bool(np.any(data == 0x20))
    first, second = data[:-1], data[1:]
    space = data == 0x20
    line_end = data == 0x0A
    border = line_end | (data == delimiter[0])
    if space[0] or np.any(space[:-1] & (space | border)[1:]) or np.any(border[:-1] & space[1:]):
        return True
    controls = border if delimiter < b" " else line_end
    if np.count_nonzero(data < 0x20) != np.count_nonzero(controls) or b"\x7f" in block:
        return True
    if block.isascii():
        return False
    # U+00C0 to U+01BF (lead bytes C3 to C6) and U+1E00 to U+1EFF (E1 B8 to E1 BB) are the letters
    # of Vietnamese and need nothing …
    three = data == 0xE1
    leads = np.count_nonzero(three)
    if np.count_nonzero(three[:-1] & (second - np.uint8(0xB8) < 4)) != leads:
        return True
    # … but for Ð (C3 90) and Ɖ (C6 89).
    if np.any((first == 0xC3) & (second == 0x90)) or np.any((first == 0xC6) & (second == 0x89)):
        return True
    if b"\xc2" not in block and np.count_nonzero(data >= 0xC7) == leads:
        return False
    return not _only_punctuation(
        data, np.flatnonzero((data == 0xC2) | ((data >= 0xC7) & (data != 0xE1)))
    )


def _only_punctuation(
    data: np.ndarray[tuple[int], np.dtype[np.uint8]],
    leads: np.ndarray[tuple[int], np.dtype[np.intp]],
) -> bool:
    """Whether the characters at ``leads`` are Latin-1 signs (not NBSP, soft hyphen, controls) or
    punctuation (U+2010 to U+2027).
    """
    lead, second = data[leads], data[leads + 1]
    latin = (lead == 0xC2) & (second > 0xA0) & (second != 0xAD)
    third = data[np.minimum(leads + 2, len(data) - 1)]
    general = (lead == 0xE2) & (second == 0x80) & (third >= 0x90) & (third <= 0xA7)
    return bool(np.all(latin | general))
