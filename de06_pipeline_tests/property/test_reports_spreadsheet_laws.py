"""Law: no cell of a report's CSV begins a formula, however a spreadsheet splits the line, and
nothing else is changed.
"""

from __future__ import annotations

import re
import unicodedata

import duckdb
from hypothesis import example, given, settings
from hypothesis import strategies as st

from de06_pipeline.reports.spreadsheet import neutral_sql
from de06_pipeline_tests.laws import examples

SIGNS = "=+-@＝＋－＠"
CON = duckdb.connect()
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *SIGNS,
                *",;|\t\r\n\"' ",
                "\u00a0",
                "\u200b",
                "“",
                "’",
                "cmd",
                "9×3",
                "Á",
                "'=",
                '"=',
                "−",
            ]
        ),
        st.text(max_size=4),
    ),
    max_size=8,
).map("".join)


def neutral(text: str) -> str:
    row = CON.execute(f"SELECT {neutral_sql('t')} FROM (SELECT ?::VARCHAR AS t)", [text]).fetchone()
    assert row is not None
    return str(row[0])


def begins_a_formula(cell: str) -> bool:
    """What is left after spaces, marks and quotes in front, in normal width, begins with a sign; an
    apostrophe makes it a text.
    """
    bare = re.sub(
        r'^[\s"“”‘’]*', "", "".join(c for c in cell if unicodedata.category(c) not in ("Cf", "Cc"))
    )
    return unicodedata.normalize("NFKC", bare)[:1] in tuple("=+-@")


@settings(max_examples=examples(400))
@given(TEXTS)
@example("=1+1")
@example('"=HYPERLINK(1)')
@example("\t=1")
@example("\r\n@SUM(1)")
@example("x;=cmd|' /C calc'!A0")
@example("＝1")
@example("\u200b=1")
def test_no_cell_begins_a_formula(text: str) -> None:
    shown = neutral(text)
    assert all(not begins_a_formula(cell) for cell in re.split(r"[,;|\t]", shown)), repr(shown)


@settings(max_examples=examples(200))
@given(TEXTS)
def test_nothing_but_apostrophes_is_added_and_control_characters_become_spaces(text: str) -> None:
    expected = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)
    assert neutral(text).replace("'", "") == expected.replace("'", "")


@given(st.text(alphabet="aáđ9×.:/() ", max_size=12))
@settings(max_examples=examples(50))
def test_a_harmless_text_stays_as_it_is(text: str) -> None:
    assert neutral(text) == text
