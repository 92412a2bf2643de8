"""Text as people mean it: one Unicode form, no invisible characters, one way to place tones."""

from __future__ import annotations

import unicodedata
from functools import cache

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def clean(text: str) -> str:
    """NFC, look-alike Đ put right, invisible characters out, white space collapsed."""
    text = unicodedata.normalize("NFC", text).replace("Ð", "Đ")
    text = "".join(c for c in text if c not in _INVISIBLE)
    return " ".join(text.split())


@cache
def folded(text: str) -> str:
    """What two spellings of one text have in common: letter case, and where in a syllable the tone
    is written, do not matter.
    """
    return " ".join(_tone_last(word) for word in clean(text).lower().split())


def _tone_last(word: str) -> str:
    parts = unicodedata.normalize("NFD", word)
    tones = "".join(c for c in parts if c in _TONES)
    letters = "".join(c for c in parts if c not in _TONES)
    return unicodedata.normalize("NFC", letters) + tones
