"""Which encoding a text file has, and the file's bytes as UTF-8.

After :func:`as_utf8` only one fault is left to know: bytes that are not valid UTF-8 are characters
that could not be decoded, so that a bad byte costs the record it stands in and nothing else.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator

from de06_pipeline.landing.text.font_encodings import TCVN3, VNI, decode_blocks, decode_font
from de06_pipeline.landing.text.syllables import accented_words, vietnamese_share

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BOM_OF = {encoding: bom for bom, encoding in _BOMS}

_LINE_END = re.compile(rb"[\r\n]+")

_MIN_NUL_SHARE = 0.2
"""UTF-16 without a mark: at least this share of the high bytes is NUL (digits, delimiters and
unaccented letters) …
"""
_TIMES_RARER = 4
"""… and NUL is so many times rarer among the low bytes, where the combining grave accent (U+0300)
has it.
"""

_MIN_VIETNAMESE_SHARE = 0.8
"""Of the accented words, in a one-byte encoding: the rest are names of other languages and
misspellings.
"""
_BYTES_READ = 1 << 18


def detect_encoding(sample: bytes) -> str | None:
    """Name the encoding of a file from its beginning, which ends at a line end or with the file.

    A mark at the start decides; then NUL bytes, which only UTF-16 has in text; then lines that are
    not plain ASCII vote: UTF-8 unless most of them are not UTF-8. In that case Windows-1258, TCVN3
    and VNI are tried, and the one is taken in which the text reads as Vietnamese: four of five
    accented words are possible syllables.

    Returns:
        ``utf-8``, ``utf-8-sig``, ``utf-16-le``, ``utf-16-be``, ``cp1258``, ``tcvn3``, ``vni``, or
            None where nothing fits.
    """
    if sample.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return None
    for bom, encoding in _BOMS:
        if sample.startswith(bom):
            return encoding
    if b"\x00" in sample and (utf16 := _utf16_without_mark(sample)):
        return utf16
    if _decodes(sample):
        return "utf-8"
    lines = [line for line in _LINE_END.split(sample) if not line.isascii()]
    bad = sum(not _decodes(line) for line in lines)
    if 2 * bad <= len(lines):
        return "utf-8"
    return _single_byte(b"\n".join(lines)[:_BYTES_READ])


def _single_byte(text: bytes) -> str | None:
    """The one-byte encoding in which most accented words are possible syllables.

    Windows-1258 comes first among equals.
    """
    share = {
        encoding: vietnamese_share(accented_words(_decoded(text, encoding)))
        for encoding in ("cp1258", TCVN3, VNI)
    }
    best = max(share, key=lambda encoding: share[encoding])
    return best if share[best] >= _MIN_VIETNAMESE_SHARE else None


def _decoded(text: bytes, encoding: str) -> str:
    return (
        text.decode("cp1258", errors="replace")
        if encoding == "cp1258"
        else decode_font(text, encoding)
    )


def _utf16_without_mark(sample: bytes) -> str | None:
    pairs = len(sample) // 2
    if not pairs:
        return None
    even, odd = (
        sample[0 : 2 * pairs : 2].count(0) / pairs,
        sample[1 : 2 * pairs : 2].count(0) / pairs,
    )
    if odd >= max(_MIN_NUL_SHARE, _TIMES_RARER * even):
        return "utf-16-le"
    if even >= max(_MIN_NUL_SHARE, _TIMES_RARER * odd):
        return "utf-16-be"
    return None


def _decodes(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def as_utf8(blocks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Give the blocks as UTF-8 without a mark.

    What cannot be decoded becomes bytes that are not valid UTF-8.
    """
    blocks = _without_mark(blocks, _BOM_OF.get(encoding, b""))
    if encoding.startswith("utf-8"):
        yield from blocks
        return
    # UTF-16: a lone surrogate passes into UTF-8, where it is invalid. One-byte encodings: an
    # undefined byte (80 to 9F) passes as it is, and alone it is invalid too.
    if encoding in (TCVN3, VNI):
        for text in decode_blocks(blocks, encoding):
            yield text.encode("utf-8", "surrogateescape")
        return
    errors = "surrogatepass" if encoding.startswith("utf-16") else "surrogateescape"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", errors)
    try:
        yield decoder.decode(b"", final=True).encode("utf-8", errors)
    except UnicodeDecodeError:
        yield b"\xff"  # the file ends within a character


def _without_mark(blocks: Iterable[bytes], mark: bytes) -> Iterator[bytes]:
    held = b""
    waiting = bool(mark)
    for block in blocks:
        if waiting:
            held += block
            if len(held) < len(mark):
                continue
            waiting = False
            yield held.removeprefix(mark)
        else:
            yield block
    if waiting:
        yield held
