"""Does a text read as Vietnamese?

Judged by its accented words, which are syllables of a fixed build.

A text decoded wrongly still has letters; it has hardly any possible syllable with two of them
accented.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_BREAK = re.compile(r"[\s!-@\[-`{-~\xa0–—‘’“”•…]+")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
# With the consonants of place names in the Central Highlands: Đắk Lắk, Krông Búk, Plây.
_SYLLABLE = re.compile(
    r"(?:kr|pl|br|bl|đr|ngh|ng|nh|n|ch|c|gh|gi|g|kh|k|ph|p|qu|th|tr|t|b|d|đ|h|l|m|r|s|v|x)?"
    r"(?:oai|oay|uây|uyê|uya|ươi|ươu|iêu|yêu|uôi|uyu|oeo|oao|ia|ya|iê|yê|ua|uô|ưa|ươ|ai|ay|ao|au|âu|ây|eo|êu|iu|oi|ôi|ơi|ui|ưi|ưu"
    r"|oa|oă|oe|uâ|uê|uơ|uy|oo|[aăâeêioôơuưy])"
    r"(?:ch|c|k|m|ng|nh|n|p|t)?"
)


def accented_words(text: str) -> Counter[str]:
    """The words with a character beyond ASCII, in lower case and NFC, with how often each comes."""
    accented: Counter[str] = Counter()
    for word, count in Counter(_BREAK.split(text)).items():
        if not word.isascii():
            accented[unicodedata.normalize("NFC", word).lower()] += count
    return accented


def is_syllable(word: str) -> bool:
    """Whether a word is built as a Vietnamese syllable with at most one tone.

    Any letter case, NFC or NFD.
    """
    marks = _TONES.findall(decomposed := unicodedata.normalize("NFD", word.lower()))
    return len(marks) <= 1 and bool(
        _SYLLABLE.fullmatch(unicodedata.normalize("NFC", _TONES.sub("", decomposed)))
    )


def vietnamese_share(words: Counter[str]) -> float:
    """The share of possible syllables among words, 0 to 1; 0 where there are none."""
    return (
        sum(count for word, count in words.items() if is_syllable(word)) / words.total()
        if words
        else 0.0
    )
