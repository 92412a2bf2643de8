"""Records as Parquet: which columns have dictionaries, and whose texts are told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pyarrow.parquet import ParquetFile

from de06_pipeline.landing import packed
from de06_pipeline.landing.packed import PackedRecords, read_packed, texts_together


def write(path: Path, rows: int, *columns: Callable[[int], str], first: int = 1) -> PackedRecords:
    """Records of so many columns, a thousand a block."""
    records = PackedRecords(path, len(columns))
    for begin in range(0, rows, 1000):
        numbers = range(begin, min(begin + 1000, rows))
        block = "".join(";".join(text(n) for text in columns) + "\n" for n in numbers)
        table = records.parse(block.encode(), b";")
        assert table is not None
        records.write(table, np.array(numbers, np.int64) + first)
    records.close()
    return records


def test_a_column_that_repeats_has_a_dictionary(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    records = write(path, 20_000, str, lambda n: str(n % 90), lambda _: "", lambda n: str(n // 3))
    assert {at: len(texts) for at, texts in records.texts.items()} == {1: 90, 2: 1}
    with ParquetFile(path) as file:
        group = file.metadata.row_group(0)
        has = [group.column(at).has_dictionary_page for at in range(5)]
    assert has == [False, False, True, True, False]
    rows = list(read_packed(path))
    assert rows == [(n + 1, [str(n), str(n % 90), "", str(n // 3)]) for n in range(20_000)]


def test_too_many_texts_are_not_told(tmp_path: Path) -> None:
    few_at_first = write(
        tmp_path / "x.parquet", 130_000, lambda n: str(max(n - 125_000, 0)), lambda n: str(n % 100)
    )
    assert {at: len(texts) for at, texts in few_at_first.texts.items()} == {1: 100}


def test_texts_of_parts_are_told_where_all_parts_tell_them() -> None:
    first = {0: frozenset("ab"), 1: frozenset("c"), 3: frozenset(map(str, range(60)))}
    second = {0: frozenset("bd"), 2: frozenset("e"), 3: frozenset(map(str, range(60, 101)))}
    assert texts_together([first, second]) == {0: frozenset("abd")}


@pytest.mark.parametrize("block", [b"a;b\nc\n", b"a;b\nc;d;e\n", b"a;\xff\n", b"a;\xed\xa0\x80\n"])
def test_what_is_no_table_is_not_parsed(tmp_path: Path, block: bytes) -> None:
    records = PackedRecords(tmp_path / "x.parquet", 2)
    assert records.parse(block, b";") is None
    table = records.parse(b'NA;"b\n\n', b";")
    assert table is not None
    assert table.to_pydict() == {"column_1": ["NA", ""], "column_2": ['"b', ""]}


def test_a_file_without_records(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    assert write(path, 0, str, str).texts == {}
    assert list(read_packed(path)) == []


def test_a_word_for_nothing_is_a_text_in_a_dictionary_too(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    write(path, packed._ROWS_LOOKED_AT + 1000, lambda n: ["NULL", "", "NA"][n % 3])
    assert {cells[0] for _, cells in read_packed(path)} == {"NULL", "", "NA"}
