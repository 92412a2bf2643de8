"""Text that is valid Unicode and still no Vietnamese: somebody's program took its bytes for another
encoding and saved what it saw.

Such text cannot be told from good text by any check of bytes; read as it is, no header and no name
in it would be known.
"""

from __future__ import annotations

import re

from de06_pipeline.landing.text.font_encodings import TCVN3, VNI, bytes_shown, decode_font
from de06_pipeline.landing.text.syllables import accented_words, vietnamese_share

CHARACTERS_LOOKED_AT = 1 << 16
LOST, TWICE = "lost", "utf-8"
"""Characters replaced by ``?`` or U+FFFD, which cannot be undone; UTF-8 taken for Windows-1252 and
encoded again.
"""

_LIKELY, _UNLIKELY = 0.8, 0.5
_FEWEST_LOST = 5
_FEWEST_WORDS = 10
"""Different accented words. Fewer prove nothing; then the header says whether the file can be read."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_LOST = re.compile(r"[^\W\d_]\?[^\W\d_]|\ufffd")


def mojibake_in(text: str) -> str | None:
    """What happened to a text from the beginning of a file: ``tcvn3``, ``vni``, ``utf-8``,
    ``lost``, or None.

    Damage is named only where it explains the text: few accented words are Vietnamese syllables as
    they stand, and most would be if the damage were undone. So foreign names alone never look
    damaged.
    """
    text = text[:CHARACTERS_LOOKED_AT]
    lost = len(_LOST.findall(text))
    if lost >= _FEWEST_LOST and 5 * lost >= len(_WORD.findall(text)):
        return LOST
    words = accented_words(text)
    if len(words) < _FEWEST_WORDS or vietnamese_share(words) >= _UNLIKELY:
        return None
    shown = bytes_shown(text)
    undone = {
        TWICE: shown.decode("utf-8", errors="replace"),
        TCVN3: decode_font(shown, TCVN3),
        VNI: decode_font(shown, VNI),
    }
    meant = {mojibake: accented_words(text) for mojibake, text in undone.items()}
    # Characters that Windows-1252 does not have are lost on the way back: then most words are no
    # longer there to be judged.
    share = {
        mojibake: vietnamese_share(meant[mojibake])
        for mojibake in undone
        if meant[mojibake].total() >= _LIKELY * words.total()
    }
    likeliest = max(share, key=lambda mojibake: share[mojibake], default=None)
    return likeliest if likeliest and share[likeliest] >= _LIKELY else None
