"""The words with which people state a number: ``hơn 1,4 triệu``, ``gần 25.000 lượt``, ``≈ 70,7 %``.

Parsing reads them, and what is shown of a quarantined value allows them; neither part knows the
other, so the words stand here.
"""

from __future__ import annotations

from collections.abc import Mapping

BOUND_WORDS: Mapping[str, tuple[str, ...]] = {
    ">": (">", ">=", "≥", "trên", "hơn"),
    "<": ("<", "<=", "≤", "dưới", "gần"),
    "≈": ("≈", "~", "khoảng", "xấp xỉ"),
}
"""By what they mean.

``trên`` and ``hơn`` do not tell *more than* from *at least* in reports, so ``≥`` is ``>`` here too.
"""

SCALE_WORDS: Mapping[str, int] = {
    "nghìn": 3,
    "ngàn": 3,
    "triệu": 6,
    "tỷ": 9,
    "tỉ": 9,
    "nghìn tỷ": 12,
    "nghìn tỉ": 12,
    "ngàn tỷ": 12,
    "ngàn tỉ": 12,
}
"""With the zeros that each stands for."""
