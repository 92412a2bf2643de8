"""TCVN3 and VNI: what is written by rule is read back, in blocks of any size, and never taken for
the other.
"""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from de06_pipeline.landing.text.encoding import as_utf8, detect_encoding
from de06_pipeline.landing.text.font_encodings import TCVN3, VNI, decode_font
from de06_pipeline.landing.text.mojibake import mojibake_in
from de06_pipeline_tests.unit.old_fonts import tcvn3, vni

SMALL = [
    unicodedata.normalize("NFC", letter + tone)
    for letter in "aăâeêioôơuưy"
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
] + ["đ"]
ALPHABET = [*SMALL, *(letter.upper() for letter in SMALL), *' bcBC;,\n"-/0123456789']
TEXTS = st.lists(st.sampled_from(ALPHABET), max_size=60).map("".join)
PHRASES = """
Mã hồ sơ;Tỉnh/Thành phố;Quận/Huyện;Trạng thái;Đơn vị xử lý;Công an huyện Bến Lức;Nguyễn Thị Ngọc Ánh;Đã trả kết quả;Quảng Nam
Đặng Quốc Việt;Lĩnh vực đăng ký cư trú;Thủ tục cấp hộ chiếu;Phường Mỹ Hòa;Trần Bảo Ngọc;Hồ sơ chờ bổ sung;Xã Thuận Mỹ;Đắk Lắk;Ea H'leo
"""
SENTENCES = st.lists(
    st.sampled_from(re.split("[;\n]", PHRASES.strip())), min_size=8, max_size=40
).map("\n".join)


def tcvn3_case(text: str) -> str:
    """A capital with a tone comes back as a small letter."""
    return "".join(
        letter if letter in "ĂÂÊÔƠƯĐ" or letter.isascii() else letter.lower() for letter in text
    )


@given(text=TEXTS)
def test_vni_is_read_back(text: str) -> None:
    assert decode_font(vni(text), VNI) == text


@given(text=TEXTS)
def test_tcvn3_is_read_back_but_for_the_case_of_toned_capitals(text: str) -> None:
    assert decode_font(tcvn3(text), TCVN3) == tcvn3_case(text)


@given(text=TEXTS, size=st.integers(1, 7))
def test_blocks_of_any_size_give_the_same_text(text: str, size: int) -> None:
    for encoding, data in ((TCVN3, tcvn3(text)), (VNI, vni(text))):
        blocks = [data[at : at + size] for at in range(0, len(data), size)]
        assert b"".join(as_utf8(blocks, encoding)).decode() == decode_font(data, encoding)


@given(text=SENTENCES)
def test_each_encoding_is_known_by_its_text(text: str) -> None:
    written = {
        "utf-8": text.encode(),
        TCVN3: tcvn3(text),
        VNI: vni(text),
        "cp1258": _tones_apart(text).encode("cp1258"),
    }
    for encoding, data in written.items():
        if not data.isascii():
            assert detect_encoding(data) == encoding


@given(text=SENTENCES)
def test_good_text_is_never_called_damaged(text: str) -> None:
    assert mojibake_in(text) is None


def _tones_apart(text: str) -> str:
    """As Windows-1258 has it: letters with their shape, tones after them."""
    apart = []
    for letter in unicodedata.normalize("NFD", text):
        if letter in "\u0302\u0306\u031b":
            # ậ comes apart as a, dot below, circumflex: the shape goes to the letter before the
            # tone.
            at = -2 if unicodedata.combining(apart[-1]) else -1
            apart[at] = unicodedata.normalize("NFC", apart[at] + letter)
        else:
            apart.append(letter)
    return "".join(apart)
