"""Laws of the header of a CSV file: what is left out of the search for it would not have won it."""

from __future__ import annotations

from collections import Counter
from unicodedata import normalize

from hypothesis import given, settings
from hypothesis import strategies as st

from de06_pipeline.errors import UnreadableFile
from de06_pipeline.landing.csv.header import DELIMITERS, find_header
from de06_pipeline.landing.expected import ExpectedTable
from de06_pipeline.landing.table.header_rows import find_heading
from de06_pipeline.landing.text.syllables import accented_words
from de06_pipeline_tests.laws import examples

NAMES = {"mã hồ sơ": "code", "tỉnh": "province", "huyện": "district", "ngày": "day"}
CELLS = st.sampled_from([*NAMES, "Tỉnh, huyện", "x", "", "1;2", "a, b", "ngày\tnộp"])


def expects(columns: int) -> ExpectedTable:
    return ExpectedTable(NAMES.get, frozenset(list(NAMES.values())[:columns]), frozenset())


@settings(max_examples=examples(200))
@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=5),
    st.sampled_from([",", ";", "\t"]),
    st.integers(1, 4),
)
def test_the_header_is_the_best_by_any_delimiter(
    rows: list[list[str]], delimiter: str, columns: int
) -> None:
    text = "\n".join(delimiter.join(row) for row in rows) + "\n"
    lines = [line for line in text.split("\n") if line.strip(',;" \t')]
    expected = expects(columns)
    headings = {
        by: find_heading(
            [tuple(" ".join(cell.split()) for cell in line.split(by.decode())) for line in lines],
            expected,
        )
        for by in DELIMITERS
    }
    known = {by: heading for by, heading in headings.items() if heading}
    if not known or lines != text.split("\n")[: len(lines)]:
        return
    best = max(known, key=lambda by: known[by].rank)
    header = find_header(text.encode(), "f.csv", expected)
    assert (header.delimiter, header.names) == (best, known[best].names)


@given(st.lists(st.sampled_from(["Đà", "ĐÀ", "đà", "Hà", "x", "Ha\u0300"])), st.text(max_size=20))
def test_accented_words_are_counted_one_by_one(words: list[str], other: str) -> None:
    counted = Counter(normalize("NFC", word).lower() for word in words if not word.isascii())
    assert accented_words(" ".join(words)) == counted
    assert accented_words(f"{other} {other}").total() == 2 * accented_words(other).total()


def test_a_file_of_other_columns_has_no_known_header() -> None:
    try:
        header = find_header(b"a;b\n1;2\n", "f.csv", expects(4))
    except UnreadableFile:
        raise AssertionError("a header that names no field is read all the same") from None
    assert header.names == ("a", "b")


def test_one_known_column_is_a_header_where_it_is_all_that_is_asked_for() -> None:
    header = find_header("Danh sách\nmã hồ sơ\n1\n".encode(), "f.csv", expects(1))
    assert (header.names, header.titles) == (("mã hồ sơ",), 1)


def test_between_equals_the_earlier_delimiter_is_taken() -> None:
    text = "mã hồ sơ;tỉnh\nmã hồ sơ,tỉnh\n"
    assert find_header(text.encode(), "f.csv", expects(2)).delimiter == b","
