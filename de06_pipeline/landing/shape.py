"""The shape of a record that cannot be split: enough to recognise the fault, nothing personal."""

from __future__ import annotations

import re
import string

SHAPE_CHARACTERS = 40
_MOST_BYTES = 4 * SHAPE_CHARACTERS
_RUN = re.compile(r"(\d+)|([^\W\d_]+)|(.)", re.DOTALL)
_SHOWN = frozenset(string.punctuation + " ")


def shape_of(record: bytes) -> str:
    """Mask the first 40 characters: a run of letters is ``A×n``, of digits ``9×n``, other than ASCII punctuation ``?``.

    >>> shape_of("Ngô Văn B;001".encode())
    'A×3 A×3 A×1;9×3'
    """
    text = record[:_MOST_BYTES].decode(errors="replace")[:SHAPE_CHARACTERS]
    return _RUN.sub(_masked, text)


def _masked(run: re.Match[str]) -> str:
    digits, letters, other = run.groups()
    if digits:
        return f"9×{len(digits)}"
    if letters:
        return f"A×{len(letters)}"
    if other in "\t\n":
        return " "
    return other if other in _SHOWN else "?"
