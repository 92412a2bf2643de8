"""Accepted rows of long files: in their order, in row groups of one length, the same bytes however
the judged rows lie.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from de06_pipeline.contracts.model import Contract, Field, FieldType, Message
from de06_pipeline.duck.relations import Relation
from de06_pipeline.quality import accepted_long
from de06_pipeline.quality.accepted import AcceptedSelect
from de06_pipeline.quality.accepted_long import LongFile, write_long
from de06_pipeline_tests.laws import examples

NOTHING = Message("", "")
CODE = Field("code", FieldType.CODE, "Code of the dossier.")
CONTRACT = Contract(
    "sample",
    "1.2.0",
    "dvc",
    NOTHING,
    "",
    "",
    5,
    0.02,
    False,
    False,
    (CODE,),
    (),
    path="sample.yaml",
)
SELECT = AcceptedSelect(Relation("judged", ()), (), '{"dataset": "small"}', is_plain=True)
CRITICAL = {"broken_rules_1": 0b101}
OTHER = 8
"""The number of another file of the batch."""


def _judged(path: Path, groups: list[list[int]], broken: dict[int, int]) -> None:
    """Row groups of the rows with these numbers of file 7, each with one of another file behind it."""
    schema = pa.schema(
        [
            ("file_no", pa.int16()),
            ("row_number", pa.int64()),
            ("code", pa.string()),
            ("broken_rules_1", pa.uint64()),
        ]
    )
    with parquet.ParquetWriter(path, schema) as writer:
        for numbers in groups:
            rows = [(7, number, f"{number:030}", broken.get(number, 0)) for number in numbers]
            rows += [(OTHER, number + 1, "other", 0) for number in numbers]
            columns = [list(column) for column in zip(*rows, strict=True)]
            arrays = [
                pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)
            ]
            writer.write_table(pa.table(arrays, schema=schema), row_group_size=len(rows))


def _written(folder: Path, groups: list[list[int]], broken: dict[int, int], *out: int) -> Path:
    judged, path = folder / "judged.parquet", folder / "rows.parquet"
    _judged(judged, groups, broken)
    file = LongFile(judged, 7, 2, CRITICAL, out)
    counts = list(write_long(file, CONTRACT, SELECT, path))
    assert sum(counts) == parquet.read_metadata(path).num_rows
    return path


@st.composite
def _runs(draw: st.DrawFn) -> list[list[int]]:
    """The numbers from 2 on, dealt out to row groups that come in any order, as mostly their rows do."""
    count = draw(st.integers(1, 40))
    group_of = draw(st.lists(st.integers(0, 4), min_size=count, max_size=count))
    groups = [
        [number for number, group in enumerate(group_of, start=2) if group == each]
        for each in range(5)
    ]
    groups[0] = draw(st.permutations(groups[0]))
    return draw(st.permutations([group for group in groups if group]))


@settings(max_examples=examples(60), deadline=None)
@given(
    groups=_runs(), broken=st.dictionaries(st.integers(2, 41), st.integers(0, 7)), data=st.data()
)
def test_the_same_rows_give_the_same_bytes_in_their_order(
    groups: list[list[int]], broken: dict[int, int], data: st.DataObject
) -> None:
    numbers = sorted(number for group in groups for number in group)
    out = data.draw(st.lists(st.sampled_from(numbers), unique=True, max_size=5))
    kept = [n for n in numbers if not broken.get(n, 0) & 0b101 and n not in out]
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(accepted_long, "ROWS_TOGETHER", 7)
        path = _written(Path(folder), groups, broken, *out)
        rows = parquet.read_table(path).to_pylist()
        assert rows == [{"file_no": 2, "row_number": n, "code": f"{n:030}"} for n in kept]
        content = path.read_bytes()
        assert _written(Path(folder), [numbers], broken, *out).read_bytes() == content
        metadata = parquet.read_metadata(path)
        lengths = [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)]
        assert all(length == 7 for length in lengths[:-1])
        assert metadata.metadata[b"de06"] == SELECT.metadata.encode()


def test_pages_end_in_the_same_places_however_the_runs_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A column of a row group is so many texts that they take several pages."""
    monkeypatch.setattr(accepted_long, "ROWS_TOGETHER", 90_000)
    numbers = list(range(2, 100_002))
    contents = set()
    for cuts in ([0, 100_000], [0, 33_333, 70_001, 100_000], [0, 7, 50_000, 99_999, 100_000]):
        groups = [numbers[first:after] for first, after in pairwise(cuts)]
        contents.add(_written(tmp_path, groups[::-1], {}).read_bytes())
    assert len(contents) == 1


def test_a_file_of_which_no_row_is_accepted(tmp_path: Path) -> None:
    path = _written(tmp_path, [[2, 3]], {2: 1, 3: 4})
    assert parquet.read_table(path).to_pylist() == []
