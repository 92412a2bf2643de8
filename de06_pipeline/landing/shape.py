"""The shape of a record that cannot be split: enough to recognise the fault, nothing personal."""

from __future__ import annotations

import re
import string

SHAPE_CHARACTERS = 40
_MOST_BYTES = 4 * SHAPE_CHARACTERS
_RUN = re.compile(r"(\d+)|[^\W\d_]+")
_OTHER = re.compile(f"[^\\w{re.escape(string.punctuation)} ]")


def shape_of(record: bytes) -> str:
    """Mask the first 40 characters: a run of letters is ``A×n``, of digits ``9×n``, other than
    ASCII punctuation ``?``.

    >>> shape_of("Ngô Văn B;001".encode())
    'A×3 A×3 A×1;9×3'
    """
    text = (
        record[:_MOST_BYTES]
        .decode(errors="replace")[:SHAPE_CHARACTERS]
        .replace("\n", " ")
        .replace("\t", " ")
    )
    return _RUN.sub(_masked, _OTHER.sub("?", text))


def _masked(run: re.Match[str]) -> str:
    return f"{'9' if run[1] else 'A'}×{run.end() - run.start()}"
