"""Laws of masking: Python and SQL agree, and nothing that could be personal is shown."""

from __future__ import annotations

import re
import string

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from de06_pipeline.contracts.model import Classification, EnumValue, Field, FieldType
from de06_pipeline.quality.masking import masked, masked_sql
from de06_pipeline_tests.laws import examples

ENUM = (EnumValue(1, "Trực tiếp", ("tại chỗ",)), EnumValue(2, "Trực tuyến", ("online", "O'Nline")))
FIELDS = [None] + [
    Field("f", kind, "", enum=ENUM if kind is FieldType.ENUM else ()) for kind in FieldType
]
FIELDS.append(Field("f", FieldType.CODE, "", classification=Classification.PII))

_texts = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=80),
    st.text("Nguyễn Thị Hoàng Ân ÔĐđ\u0301\u0309\u0323👩‍👩‍👧🇻🇳·×…'\"\\\n", max_size=70),
    st.text(string.digits + "./-:, TZ+H", max_size=24),
    st.from_regex(
        r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}( [0-9]{2}:[0-9]{2})?\n?", fullmatch=True
    ),
    st.from_regex(r"[A-Z0-9]{1,6}([./_-][A-Z0-9]{1,6}){0,3}", fullmatch=True),
    st.sampled_from(
        [
            text
            for value in ENUM
            for text in (value.label, f"{value.value} - {value.label.upper()}", *value.aliases)
        ]
    ),
)


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as connection:
        yield connection


@settings(max_examples=examples(50))
@given(texts=st.lists(_texts, min_size=10, max_size=40))
@pytest.mark.parametrize("own", [False, True])
def test_python_and_sql_mask_alike(con, own, texts):
    columns = ", ".join(masked_sql(field, "x", own=own) for field in FIELDS)
    rows = con.execute(
        f"SELECT {columns} FROM (SELECT unnest(?::VARCHAR[]) AS x)", [texts]
    ).fetchall()
    assert rows == [tuple(masked(field, text, own=own) for field in FIELDS) for text in texts]


_names = st.lists(
    st.text("aáàảãạăâbcdđeêghiklmnoôơpqrstuưvxyAÂĐHNTV", min_size=2, max_size=7),
    min_size=2,
    max_size=4,
).map(" ".join)
_separators = st.sampled_from(["", ".", "-", " ", "/"])


@given(name=_names, field=st.sampled_from(FIELDS))
def test_a_name_is_never_shown(name, field):
    assert not set(masked(field, name)) & set("aáàảãạăâbcdđeêghiklmnoôơpqrstuưvxyÂĐHNTV")


@given(
    digits=st.text(string.digits, min_size=9, max_size=12),
    every=st.integers(3, 5),
    separator=_separators,
    field=st.sampled_from(FIELDS),
)
def test_an_id_or_telephone_number_is_never_shown(digits, every, separator, field):
    text = separator.join(digits[i : i + every] for i in range(0, len(digits), every))
    assert not re.search("[0-9]", re.sub("9×[0-9]+", "", masked(field, text)))


@given(
    letter=st.sampled_from(string.ascii_uppercase),
    digits=st.text(string.digits, min_size=7, max_size=8),
    field=st.sampled_from(FIELDS),
)
def test_a_passport_number_is_never_shown(letter, digits, field):
    assert masked(field, letter + digits) == f"A×1·9×{len(digits)}"


@given(text=_texts)
def test_personal_fields_and_free_text_show_shapes_only(text):
    personal, free = FIELDS[-1], Field("f", FieldType.TEXT, "")
    for field in (personal, free, None):
        for own in (False, True):
            letters = re.sub(r"[A9]×[0-9]+", "", masked(field, text, own=own))
            assert not any(character.isalnum() for character in letters)


@given(
    before=st.sampled_from(["", "CMND ", "0"]),
    digits=st.text(string.digits, min_size=9, max_size=12),
    field=st.sampled_from([field for field in FIELDS if field is not None]),
)
def test_not_even_its_own_supplier_is_shown_an_id_number(before, digits, field):
    assert digits not in masked(field, before + digits, own=True).replace("9×", "") or re.fullmatch(
        r"(19|20)[0-9]{12}", before + digits
    )
