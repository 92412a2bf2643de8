"""The house's own checks of ``.sql`` files find what they are for, and nothing in good text."""

from __future__ import annotations

import pytest

from lint.sql import layout_faults

GOOD = """{# A macro, and why. #}
{% macro is_small(column) -%}
{{ column }} < 10 AND {{ column }} IS NOT NULL
{%- endmacro %}
-- which rows are taken and why
SELECT a, ' and or ' AS label
FROM t
WHERE a IN (
  SELECT b FROM u)
"""


def test_good_text_has_no_fault() -> None:
    assert list(layout_faults(GOOD)) == []


@pytest.mark.parametrize(
    ("good", "bad", "line"),
    [
        ("SELECT a", "select a", 6),
        ("AS label", "as label", 6),
        ("  SELECT b", "   SELECT b", 9),
        ("  SELECT b", "\tSELECT b", 9),
        ("FROM t\n", "FROM t \n", 7),
        ("FROM t\n", "FROM t -- " + "x" * 100 + "\n", 7),
        ("FROM u)\n", "FROM u)", 9),
        ("FROM u)\n", "FROM u)\n\n", 10),
    ],
)
def test_a_fault_is_found_at_its_line(good: str, bad: str, line: int) -> None:
    lines = [at for at, _ in layout_faults(GOOD.replace(good, bad, 1))]
    assert line in lines or line - 1 in lines
    assert lines
