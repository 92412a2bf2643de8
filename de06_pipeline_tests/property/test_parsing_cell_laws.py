"""Laws of cells: what tells nearly all of them by their first bytes says what the rules say."""

from __future__ import annotations

import re
from importlib import resources

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from de06_pipeline.parsing.macros import create_macros
from de06_pipeline_tests.laws import examples

CON = duckdb.connect()
create_macros(CON)

NOTHING = (
    *("", "null", "(null)", "<null>", "[null]", "none", "(none)", "<na>", "n/a", "n.a.", "\\n"),
    *("-", "--", "–", "—", "...", "…", "nan", "nat"),
)


def given_texts(texts: list[str | None]) -> list[str | None]:
    return [
        row[0]
        for row in CON.execute(
            "SELECT vi_given(t) FROM (SELECT unnest($texts::VARCHAR[]) AS t)", {"texts": texts}
        ).fetchall()
    ]


def naive(text: str) -> str | None:
    if text.startswith('="') and len(text) > 2 and text.endswith('"'):
        text = text[2:-1]
    elif text.startswith("'"):
        text = text[1:]
    return None if text.lower() in NOTHING else text


WORDS = st.sampled_from(
    [*NOTHING, *(word.upper() for word in NOTHING), "Nam", "Có", "Đ", "ỉ", "–1"]
)
WRAPPED = st.sampled_from(["{}", '="{}"', "'{}", '="{}', "={}", "{}x", "0{}", "é{}"])
CELLS = st.builds(str.format, WRAPPED, WORDS | st.text(max_size=8))


@settings(max_examples=examples(100))
@given(st.lists(CELLS.filter(lambda text: "\x00" not in text and text.isprintable()), min_size=1))
def test_wrappings_go_and_words_for_no_value_are_nothing(texts: list[str]) -> None:
    assert given_texts(texts) == [naive(text) for text in texts]


def test_the_words_are_those_of_the_macro() -> None:
    # A word that only the macro has would not be looked for in the ranges of first bytes.
    macro = resources.files("de06_pipeline.parsing.macros").joinpath("cells.sql")
    listed = re.search(
        r"regexp_full_match\(t,\s+'(\|null.*?)',\s+'i'\)", macro.read_text(encoding="utf-8")
    )
    assert listed is not None
    words = [re.sub(r"\\(.)", r"\1", word) for word in listed[1].split("|")]
    assert sorted(words) == sorted(NOTHING)


def test_every_first_character() -> None:
    texts = [
        first + rest
        for first in map(chr, range(32, 0x2030))
        if first.isprintable()
        for rest in ("", *{word[1:] for word in NOTHING}, "1234567", '"0012"', "012")
    ]
    assert given_texts([*texts, None]) == [*map(naive, texts), None]


def test_no_join_is_made_for_the_words() -> None:
    # One a column was most of what a small delivery cost.
    CON.execute("CREATE OR REPLACE TABLE t AS SELECT i::VARCHAR AS x FROM range(100) r(i)")
    plan = CON.execute("EXPLAIN (FORMAT json) SELECT vi_given(x) FROM t").fetchall()[0][1]
    assert "JOIN" not in plan
