"""SQL expressions that every view of figures shares: labels of what is stored as a number, and the
value of a figure.

They name a figure ``f`` and its indicator ``i``.
"""

from __future__ import annotations

from collections.abc import Sequence


def label(column: str, labels: Sequence[str]) -> str:
    """The label at the place that a column holds."""
    whens = " ".join(f"WHEN {place} THEN '{label}'" for place, label in enumerate(labels))
    return f"CASE {column} {whens} END"


# A share reported as a percentage alone has no parts: what is stored is the percentage in ten
# thousandths.
IS_PERCENTAGE = "i.kind = 'share' AND f.denominator IS NULL"

# `1.0 *` makes the arithmetic NUMERIC on PostgreSQL, with no overflow, and REAL on SQLite, which
# has no decimal type.
VALUE = f"""
      CASE WHEN {IS_PERCENTAGE} THEN 1.0 * f.numerator / 10000
           WHEN NOT i.is_quotient THEN 1.0 * f.numerator * i.value_multiplier / i.value_divisor
           WHEN f.denominator <> 0 THEN 1.0 * f.numerator * i.value_multiplier / (1.0 * f.denominator * i.value_divisor)
      END"""
