"""When two spellings of one Vietnamese text are equal: letter case, runs of spaces and the place of
the tone mark say nothing.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import product

_VOWELS = "aăâeêioôơuưy"
_TONES = "\u0300\u0301\u0303\u0309\u0323"
"""Combining huyền, sắc, ngã, hỏi, nặng."""


def _composed(vowel: str, tone: str) -> str:
    return unicodedata.normalize("NFC", vowel + tone)


_TONED = "".join(_composed(vowel, tone) for vowel in _VOWELS for tone in _TONES)
_TAKE_TONES_OFF = str.maketrans(_TONED, "".join(vowel * len(_TONES) for vowel in _VOWELS))
_KEEP_TONES = str.maketrans(_TONED, _TONES * len(_VOWELS))
_TO_PLAIN = str.maketrans("\u00d0\u00f0\u0189\u0256_", "ĐđĐđ ")
"""Look-alikes of Đ, and the underscore of technical names."""

_PLACES = {
    spelling: (_composed(first, tone) + second, first + _composed(second, tone))
    for first, second in ("oa", "oe", "uy")
    for tone in _TONES
    for spelling in (_composed(first, tone) + second, first + _composed(second, tone))
}
"""The two letters in either spelling → both spellings: the older and the newer school differ in
these three pairs.
"""
_PLACE = re.compile("(" + "|".join(_PLACES) + ")")


def key(text: str) -> str:
    """The text's key: two spellings of one text have one key. Not for showing.

    A syllable has at most one tone, so the key takes the tones off the letters and lists them by
    word. No rule of spelling is needed (``của`` and ``cuả`` are equal too), and no two words that
    differ in more than the place of a tone share a key.
    """
    plain = " ".join(unicodedata.normalize("NFC", text).translate(_TO_PLAIN).lower().split())
    tones = "".join(
        character
        for character in plain.translate(_KEEP_TONES)
        if character in _TONES or character == " "
    )
    return f"{plain.translate(_TAKE_TONES_OFF)}|{tones}"


def lower_case_spellings(text: str) -> tuple[str, ...]:
    """The text in lower case with each ``oa``, ``oe``, ``uy`` in both schools (``đã hủy``, ``đã
    huỷ``), its own spelling first.

    SQL compares with these instead of with a key: taking tones off in DuckDB costs 9 µs a cell,
    ``lower`` a tenth of one.
    """
    own = unicodedata.normalize("NFC", text).lower()
    parts = [_PLACES.get(part, (part,)) for part in _PLACE.split(own)]
    return tuple(dict.fromkeys((own, *("".join(chosen) for chosen in product(*parts)))))
