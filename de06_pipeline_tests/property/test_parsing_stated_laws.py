"""Laws of stated numbers: a word moves the decimal comma, and nothing else that stands around a
number changes it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TypeVar

import duckdb
from hypothesis import example, given, settings
from hypothesis import strategies as st

from de06_pipeline.contracts.model import Field, FieldType
from de06_pipeline.contracts.stated import BOUND_WORDS, SCALE_WORDS
from de06_pipeline.parsing import stated
from de06_pipeline.parsing.macros import create_macros
from de06_pipeline_tests.laws import examples

T = TypeVar("T")
AMBIGUOUS = re.compile(r"[+-]?[1-9][0-9]{0,2},000")
UNITS = ("%", "đồng", "lượt người", "lượt")
FIELD = Field("f", FieldType.STATED, "", unit_words=UNITS)
CON = duckdb.connect()
create_macros(CON)
QUERY = (
    f"SELECT vi_decimal(t), {stated.value('p')}, {stated.bound('p')}, p.unit "
    f"FROM (SELECT t, {stated.parts(FIELD, 't')} AS p FROM (SELECT unnest($texts::VARCHAR[]) AS t))"
)

Meaning = tuple[Decimal | None, Decimal | None, str | None, str]


def parsed(texts: list[str]) -> list[Meaning]:
    """Several at a time: planning the query takes longer than answering it."""
    return CON.execute(QUERY, {"texts": texts}).fetchall()


def several(texts: st.SearchStrategy[T]) -> st.SearchStrategy[list[T]]:
    return st.lists(texts, min_size=3, max_size=8)


@given(several(st.text(alphabet="0123456789.,+-", max_size=18)))
@example(["12,000", "1234,000", "12,00"])
@settings(max_examples=examples(100))
def test_without_words_it_is_a_decimal(texts: list[str]) -> None:
    """But for what may be thousands in English."""
    for text, (decimal, value, bound, unit) in zip(texts, parsed(texts), strict=True):
        stands = None if AMBIGUOUS.fullmatch(text) else decimal
        assert (value, bound, unit) == (stands, None, ""), text


@st.composite
def worded(draw: st.DrawFn) -> tuple[str, tuple[Decimal | None, str, str]]:
    """A number with a scale, a bound and a unit in words, and what it means."""
    number = draw(st.decimals(0, 9999, places=3))
    scale = draw(st.sampled_from(sorted(SCALE_WORDS)))
    meaning = draw(st.sampled_from(sorted(BOUND_WORDS)))
    word = draw(st.sampled_from(BOUND_WORDS[meaning]))
    unit = draw(st.sampled_from(UNITS))
    case = draw(st.sampled_from([str.lower, str.upper, str.capitalize]))
    exact = number.scaleb(SCALE_WORDS[scale])
    text = case(f"{word} {str(number).replace('.', ',')} {scale} {unit}")
    return text, (exact if exact < 10**14 else None, meaning, unit)


@given(several(worded()))
@settings(max_examples=examples(35))
def test_words_scale_and_bound_it(pairs: list[tuple[str, tuple[Decimal | None, str, str]]]) -> None:
    meanings = parsed([text for text, _ in pairs])
    assert [meaning[1:] for meaning in meanings] == [expected for _, expected in pairs]


@given(several(st.text(alphabet="0123456789., ><≈%tỷriệunghìgầ", max_size=24)))
@settings(max_examples=examples(100))
def test_no_text_raises(texts: list[str]) -> None:
    assert len(parsed(texts)) == len(texts)
