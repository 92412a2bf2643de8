"""The encodings of Vietnamese fonts before Unicode, as exports of old programs still have them:
TCVN3 (ABC) and VNI.

Sources: TCVN 5712:1993, table VN1, right half, of which ABC fonts (``.VnTime``) fill the positions
of VN3, for TCVN3; for VNI the code chart of VNI for Windows, where an accent is a character of its
own after the letter. Both were laid over Windows-1252, whose punctuation texts go on using. TCVN3
has capitals of Ă Â Ê Ô Ơ Ư Đ only; with a tone a capital is a small letter in a font of capitals
(``.VnTimeH``), so letter case is lost.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable, Iterator

TCVN3, VNI = "tcvn3", "vni"

_TCVN3_FROM_A0 = (
    "\xa0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậ"
    "èỂẻẽéẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)

# Letter → accents, as Windows-1252 shows them, and what they make of it.
_VNI_ACCENTED = {
    "a": ("ùøûõïâáàåãäêéèúüë", "áàảãạâấầẩẫậăắằẳẵặ"),
    "e": ("ùøûõïâáàåãä", "éèẻẽẹêếềểễệ"),
    "o": ("ùøûõïâáàåãä", "óòỏõọôốồổỗộ"),
    "u": ("ùøûõï", "úùủũụ"),
    "y": ("ùøûõ", "ýỳỷỹ"),
    "ô": ("ùøûõï", "ớờởỡợ"),
    "ö": ("ùøûõï", "ứừửữự"),
}
_VNI_ALONE = ("ôöñíìæóòî", "ơưđíìỉĩịỵ")


def _windows_1252(value: int) -> str:
    """A byte as Windows-1252 shows it; one that is undefined there as a lone surrogate, which no
    text has.
    """
    return bytes([value]).decode("cp1252", errors="surrogateescape")


def _vni_table() -> dict[str, str]:
    """What one or two characters of VNI, shown in Windows-1252, mean.

    A capital may have the accent of a small letter.
    """
    small = dict(zip(*_VNI_ALONE, strict=True))
    for letter, (accents, letters) in _VNI_ACCENTED.items():
        small |= {letter + accent: meant for accent, meant in zip(accents, letters, strict=True)}
    table = dict(small)
    for written, meant in small.items():
        table[written.upper()] = table[written[0].upper() + written[1:]] = meant.upper()
    return table


_TCVN3_CHARACTERS = "".join(map(_windows_1252, range(0xA0))) + _TCVN3_FROM_A0
_VNI_CHARACTERS = "".join(map(_windows_1252, range(0x100)))
_VNI_MEANT = _vni_table()
_VNI_WRITTEN = re.compile("|".join(sorted(map(re.escape, _VNI_MEANT), key=len, reverse=True)))
_VNI_MAY_GO_ON = frozenset(written[0] for written in _VNI_MEANT if len(written) == 2)
_SHOWN_AS_BYTES = {ord(_windows_1252(value)): value for value in range(0x80, 0xA0)}


def decode_font(data: bytes, encoding: str) -> str:
    """Bytes in ``tcvn3`` or ``vni`` as NFC text; an undefined byte becomes a lone surrogate."""
    return "".join(decode_blocks([data], encoding))


def decode_blocks(blocks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """The same for a stream: a letter waits for the accent that may follow in the next block."""
    if encoding == TCVN3:
        for block in blocks:
            # Only VN1 and VN2 write a tone as a character of its own; cleaning composes those a
            # block's border separates.
            yield unicodedata.normalize(
                "NFC", codecs.charmap_decode(block, "strict", _TCVN3_CHARACTERS)[0]
            )
        return
    held = ""
    for block in blocks:
        text = held + codecs.charmap_decode(block, "strict", _VNI_CHARACTERS)[0]
        held = text[-1] if text and text[-1] in _VNI_MAY_GO_ON else ""
        yield _read_vni(text[: len(text) - len(held)])
    yield _read_vni(held)


def bytes_shown(text: str) -> bytes:
    """The bytes that Windows-1252 shows as this text: the way back from text that was decoded
    wrongly. Others become ``?``.
    """
    return text.translate(_SHOWN_AS_BYTES).encode("latin-1", errors="replace")


def _read_vni(text: str) -> str:
    return _VNI_WRITTEN.sub(lambda written: _VNI_MEANT[written[0]], text)
