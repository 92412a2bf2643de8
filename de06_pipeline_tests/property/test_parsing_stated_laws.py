"""Laws of stated numbers: a word moves the decimal comma, and nothing else that stands around a
number changes it.
"""

from __future__ import annotations

from decimal import Decimal

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from de06_pipeline.contracts.model import Field, FieldType
from de06_pipeline.contracts.stated import BOUND_WORDS, SCALE_WORDS
from de06_pipeline.parsing import stated
from de06_pipeline.parsing.macros import create_macros

UNITS = ("%", "đồng", "lượt người", "lượt")
FIELD = Field("f", FieldType.STATED, "", unit_words=UNITS)
CON = duckdb.connect()
create_macros(CON)
QUERY = (
    f"SELECT vi_decimal(t), {stated.value('p')}, {stated.bound('p')}, p.unit "
    f"FROM (SELECT t, {stated.parts(FIELD, 't')} AS p FROM (SELECT $text::VARCHAR AS t))"
)


def parsed(text: str) -> tuple[Decimal | None, Decimal | None, str | None, str]:
    row = CON.execute(QUERY, {"text": text}).fetchone()
    assert row is not None
    return row


@given(st.text(alphabet="0123456789.,+-", max_size=18))
@settings(max_examples=300)
def test_without_words_it_is_a_decimal(text: str) -> None:
    decimal, value, bound, unit = parsed(text)
    assert (value, bound, unit) == (decimal, None, "")


@given(
    st.decimals(0, 9999, places=3),
    st.sampled_from(sorted(SCALE_WORDS)),
    st.sampled_from([(meaning, word) for meaning, words in BOUND_WORDS.items() for word in words]),
    st.sampled_from(UNITS),
    st.sampled_from([str.lower, str.upper, str.capitalize]),
)
def test_words_scale_and_bound_it(
    number: Decimal, scale: str, bound: tuple[str, str], unit: str, case: type
) -> None:
    text = case(f"{bound[1]} {str(number).replace('.', ',')} {scale} {unit}")
    exact = number.scaleb(SCALE_WORDS[scale])
    expected = exact if exact < 10**14 else None
    assert parsed(text)[1:] == (expected, bound[0], unit)


@given(st.text(alphabet="0123456789., ><≈%tỷriệunghìgầ", max_size=24))
@settings(max_examples=300)
def test_no_text_raises(text: str) -> None:
    parsed(text)
