"""Unicode text that is no Vietnamese any more, and text that only looks strange."""

from __future__ import annotations

import pytest

from de06_pipeline.landing.text.mojibake import mojibake_in
from de06_pipeline_tests.unit.old_fonts import tcvn3, vni

TEXT = (
    "Mã hồ sơ;Tỉnh/Thành phố;Quận/Huyện;Trạng thái;Đơn vị xử lý\n"
    "1;Quảng Nam;Tam Kỳ;Đã trả kết quả;Công an thành phố\n2;Quảng Nam;Hội An;Đang xử lý;Công an thị xã\n"
)


@pytest.mark.parametrize(
    ("text", "mojibake"),
    [
        (TEXT, None),
        (tcvn3(TEXT).decode("cp1252"), "tcvn3"),
        (vni(TEXT).decode("cp1252"), "vni"),
        (
            "".join(
                bytes([b]).decode("cp1252", "replace")
                if b in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
                else bytes([b]).decode("cp1252")
                for b in TEXT.encode()
            ),
            "utf-8",
        ),
        (TEXT.encode("latin-1", "replace").decode("latin-1"), "lost"),
        ("".join(c if c.isascii() else "\ufffd" for c in TEXT), "lost"),
        (
            "José;Müller;Øystein;Çelik;Ångström;Zoë;Gómez;François;Łukasz;Škoda;Peña;Jürgen;Renée\n"
            * 5,
            None,
        ),
        ("https://example.vn/?a=b&c=d? Có không? Vậy à? Thế?\n" * 20, None),
        ("ma_ho_so;tinh\n1;49\n", None),
        ("C«ng an huyÖn", None),
        ("", None),
    ],
)
def test_damage(text: str, mojibake: str | None) -> None:
    assert mojibake_in(text) == mojibake
