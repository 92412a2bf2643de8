"""Laws of enumerations: any spelling of a name is its value, whatever else is not."""

from __future__ import annotations

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from de06_pipeline.contracts.model import EnumValue, Field, FieldType
from de06_pipeline.parsing.choices import enum_value
from de06_pipeline.parsing.macros import create_macros
from de06_pipeline.parsing.vietnamese import key, lower_case_spellings
from de06_pipeline_tests.laws import examples

VALUES = (
    EnumValue(1, "Mới đăng ký"),
    EnumValue(2, "Được tiếp nhận", ("Đã tiếp nhận",)),
    EnumValue(8, "Dừng xử lý", ("Hủy",)),
    EnumValue(10, "Đã trả kết quả", ("Khóa hồ sơ",)),
)
SQL = enum_value(Field("status", FieldType.ENUM, "", enum=VALUES), "t")
CON = duckdb.connect()
create_macros(CON)


def parsed(texts: list[str]) -> list[int | None]:
    return [
        row[0]
        for row in CON.execute(
            f"SELECT {SQL} FROM (SELECT unnest($texts::VARCHAR[]) AS t)", {"texts": texts}
        ).fetchall()
    ]


@st.composite
def spelled(draw: st.DrawFn, name: str) -> str:
    """The name in either school of tone marks, each letter in either case."""
    text = draw(st.sampled_from(lower_case_spellings(name)))
    capitals = draw(st.integers(0, 2 ** len(text) - 1))
    return "".join(
        letter.upper() if capitals >> at & 1 else letter for at, letter in enumerate(text)
    )


@st.composite
def given_values(draw: st.DrawFn) -> tuple[str, int]:
    value = draw(st.sampled_from(VALUES))
    text = draw(spelled(draw(st.sampled_from((value.label, *value.aliases)))))
    mark = draw(st.sampled_from([" - ", "-", ". ", ".", ": ", " – "]))
    assert isinstance(value.value, int)
    return draw(
        st.sampled_from([text, str(value.value), f"{value.value}{mark}{text}"])
    ), value.value


@settings(max_examples=examples(25))
@given(st.lists(given_values(), min_size=1, max_size=20))
def test_every_spelling_is_its_value(pairs: list[tuple[str, int]]) -> None:
    assert parsed([text for text, _ in pairs]) == [value for _, value in pairs]


@settings(max_examples=examples(25))
@given(st.sampled_from(VALUES), st.sampled_from(VALUES))
def test_a_code_beside_the_text_of_another_value_is_bad(first: EnumValue, other: EnumValue) -> None:
    assert parsed([f"{first.value} - {other.label}"]) == [first.value if first == other else None]


@settings(max_examples=examples(25))
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\x00-–—.:_ÐðƉɖ"), max_size=16),
        min_size=1,
        max_size=20,
    )
)
def test_other_texts_are_null(texts: list[str]) -> None:
    names = {
        key(name): value.value
        for value in VALUES
        for name in (str(value.value), value.label, *value.aliases)
    }
    # Reading has made Đ of its look-alikes; an underscore is a space in headers only.
    cleaned = [" ".join(text.split()) for text in texts]
    assert parsed(cleaned) == [names.get(key(text)) for text in cleaned]
