"""Text as programs with TCVN3 (ABC) and VNI fonts wrote it, by rule: letter by letter, apart from
the tables that read it.
"""

from __future__ import annotations

import unicodedata

_TCVN3 = {
    "ăâêôơưđ": bytes(range(0xA8, 0xAF)),
    "àảãáạ": bytes(range(0xB5, 0xBA)),
    "ằẳẵắặ": b"\xbb\xbc\xbd\xbe\xc6",
    "ầẩẫấậ": b"\xc7\xc8\xc9\xca\xcb",
    "èẻẽéẹ": b"\xcc\xce\xcf\xd0\xd1",
    "ềểễếệ": bytes(range(0xD2, 0xD7)),
    "ìỉĩíị": b"\xd7\xd8\xdc\xdd\xde",
    "òỏõóọ": b"\xdf\xe1\xe2\xe3\xe4",
    "ồổỗốộ": bytes(range(0xE5, 0xEA)),
    "ờởỡớợ": b"\xea\xeb\xec\xed\xee",
    "ùủũúụ": b"\xef\xf1\xf2\xf3\xf4",
    "ừửữứự": bytes(range(0xF5, 0xFA)),
    "ỳỷỹýỵ": bytes(range(0xFA, 0xFF)),
    "ĂÂÊÔƠƯĐ": bytes(range(0xA1, 0xA8)),
}
_TCVN3_BYTE = {
    letter: code
    for letters, codes in _TCVN3.items()
    for letter, code in zip(letters, codes, strict=True)
}

_TONES = ("\u0301", "\u0300", "\u0309", "\u0303", "\u0323")
_VNI_MARKS = {"": "ùøûõï", "\u0302": "áàåãä", "\u0306": "éèúüë"}
_VNI_WITHOUT_TONE = {"\u0302": "â", "\u0306": "ê"}
_VNI_ALONE = dict(zip("íìỉĩịỵđ", "íìæóòîñ", strict=True))


def tcvn3(text: str) -> bytes:
    """Capitals with a tone become small letters: they are written in a font of capitals."""
    codes = bytearray()
    for letter in unicodedata.normalize("NFC", text):
        known = letter if letter.isascii() or letter in _TCVN3_BYTE else letter.lower()
        codes += known.encode("ascii") if known.isascii() else bytes([_TCVN3_BYTE[known]])
    return bytes(codes)


def vni(text: str) -> bytes:
    return "".join(map(_vni_letter, unicodedata.normalize("NFC", text))).encode("cp1252")


def _vni_letter(letter: str) -> str:
    small = letter.lower()
    if small in _VNI_ALONE:
        written = _VNI_ALONE[small]
    else:
        base, *marks = unicodedata.normalize("NFD", small)
        tone = next((mark for mark in marks if mark in _TONES), "")
        if "\u031b" in marks:  # the horn of ơ and ư
            base, shape = {"o": "ô", "u": "ö"}[base], ""
        else:
            shape = next((mark for mark in marks if mark in _VNI_WITHOUT_TONE), "")
        written = base + (
            _VNI_MARKS[shape][_TONES.index(tone)] if tone else _VNI_WITHOUT_TONE.get(shape, "")
        )
    return written.upper() if letter != small else written
