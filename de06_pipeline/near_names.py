"""Texts without accents, and the known name that a mistyped one is nearest to."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

_LIKENESS = 0.6
"""The share of letters that two names must have in common and in order."""


def unaccented(text: str) -> str:
    """A text in small letters without tones and diacritics: ``Đắk Lắk`` is ``dak lak``."""
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def nearest(text: str, known: Iterable[str]) -> str:
    """The name most like a text; '' where none is near."""
    names = {unaccented(name): name for name in known}
    close = get_close_matches(unaccented(text), names, n=1, cutoff=_LIKENESS)
    return names[close[0]] if close else ""


def do_you_mean(text: str, known: Iterable[str]) -> str:
    """A question to end an error with, a space before it; '' where no name is near."""
    name = nearest(text, known)
    return f" Do you mean {name}?" if name else ""
