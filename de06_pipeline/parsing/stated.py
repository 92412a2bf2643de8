"""Numbers as reports state them: an optional bound, a number, a word for its scale, a unit (``hơn
1,4 triệu hồ sơ``).

The number itself is Vietnamese (``macros/numbers.sql``), and everything else must be
one of the known words: a text that says two things at once, such as ``gần 80% trở lên``, is bad.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from de06_pipeline.contracts.model import Field
from de06_pipeline.contracts.stated import BOUND_WORDS, SCALE_WORDS
from de06_pipeline.duck.quoting import literal

_NUMBER = r"[+-]?[0-9][0-9.,]*"


def parts(field: Field, text: str) -> str:
    """STRUCT of a text's ``bound``, ``number``, ``scale`` and ``unit``, in lower case; all empty
    where the text is not of this form.
    """
    bounds = (word for words in BOUND_WORDS.values() for word in words)
    pattern = f"^({_one_of(bounds)})? ?({_NUMBER}) ?({_one_of(SCALE_WORDS)})? ?({_one_of(map(str.lower, field.unit_words))})?$"
    return (
        f"regexp_extract(lower({text}), {literal(pattern)}, ['bound', 'number', 'scale', 'unit'])"
    )


def value(parts_column: str) -> str:
    """The number, DECIMAL(18, 4), in units of one; NULL where the text is not a stated number."""
    zeros = " ".join(f"WHEN {literal(word)} THEN {count}" for word, count in SCALE_WORDS.items())
    return f"vi_stated({parts_column}.number, CASE {parts_column}.scale {zeros} ELSE 0 END)"


def bound(parts_column: str) -> str:
    """``>``, ``<`` or ``≈``; NULL where the number is exact."""
    cases = " ".join(
        f"WHEN {parts_column}.bound IN ({', '.join(map(literal, words))}) THEN {literal(meaning)}"
        for meaning, words in BOUND_WORDS.items()
    )
    return f"CASE {cases} END"


def _one_of(words: Iterable[str]) -> str:
    """An alternation, longest first: ``nghìn`` would otherwise hide ``nghìn tỷ``.

    Without words it matches nothing but the empty text.
    """
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
