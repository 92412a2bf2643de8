"""The form in which two spellings of one Vietnamese text are equal.

Letter case, runs of spaces and the place of the tone mark say nothing: ``hoà`` and ``hòa``, ``uỷ`` and ``ủy`` are one word.
A syllable has at most one tone, so the key takes the tones off the letters and lists them by word: no spelling rules are
needed, and no two words that differ in more than the place of a tone share a key. Python and SQL make the same key.
"""

from __future__ import annotations

import unicodedata

_VOWELS = "aăâeêioôơuưy"
_TONES = "\u0300\u0301\u0303\u0309\u0323"
"""Combining huyền, sắc, ngã, hỏi, nặng."""

_TONED = "".join(unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES)
_TONELESS = "".join(vowel * len(_TONES) for vowel in _VOWELS)
_TONE_OF = _TONES * len(_VOWELS)

_LOOKALIKES = str.maketrans("\u00d0\u00f0\u0189\u0256_", "ĐđĐđ ")
_TAKE_TONES_OFF = str.maketrans(_TONED, _TONELESS)
_KEEP_TONES = str.maketrans(_TONED, _TONE_OF)

KEY_MACROS = (
    """
-- Lower case, Đ for its look-alikes, one space between words (an underscore is a space).
CREATE OR REPLACE TEMP MACRO vi_plain(t) AS
  trim(regexp_replace(translate(lower(nfc_normalize(t)), '\u00f0\u0256_', 'đđ '), '\\s+', ' ', 'g'))""",
    rf"""
-- The letters without tones, then the tones word by word: equal for hoà and hòa, different for hoà and hoá.
CREATE OR REPLACE TEMP MACRO vi_key_of_plain(t) AS
  translate(t, '{_TONED}', '{_TONELESS}')
  || '|' || regexp_replace(translate(t, '{_TONED}', '{_TONE_OF}'), '[^ \x{{300}}\x{{301}}\x{{303}}\x{{309}}\x{{323}}]', '', 'g')""",
    "CREATE OR REPLACE TEMP MACRO vi_key(t) AS vi_key_of_plain(vi_plain(t))",
)
"""Statements that create ``vi_key(text)``, the same as :func:`key`."""


def key(text: str) -> str:
    """The text's key: two texts are one Vietnamese text if and only if their keys are equal. Not for showing."""
    plain = " ".join(unicodedata.normalize("NFC", text).translate(_LOOKALIKES).lower().split())
    tones = "".join(character for character in plain.translate(_KEEP_TONES) if character in _TONES or character == " ")
    return f"{plain.translate(_TAKE_TONES_OFF)}|{tones}"
