"""Records are told from other rows alike whatever the file, its blocks and its quotes: as if each
row were looked at in turn.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from de06_pipeline.landing.discover import LandedFile
from de06_pipeline.landing.expected import ExpectedTable
from de06_pipeline.landing.read import ReadFile, read_file
from de06_pipeline.landing.table.header_rows import find_heading
from de06_pipeline.landing.table.other_rows import RecordFilter
from de06_pipeline_tests.laws import examples

HEADER = ["STT", "Mã", "Đơn vị", "Tỉnh", "Số"]
EXPECTED = ExpectedTable(
    {"Mã": "code", "Đơn vị": "agency", "Tỉnh": "province"}.get,
    frozenset({"code"}),
    frozenset({"code", "agency", "province"}),
)
COLUMNS = len(HEADER)

ROWS = st.sampled_from(
    [
        ["1", "D1", "Công an", "Long An", "5"],
        ["2", "D2", "Công an", "Long An", ""],
        ["3", "D3", "nhà\nở", "Long An", "7"],
        ["4", "", "Công an", "Long An", "7"],
        ["5", "D5", "", "", "7"],
        ["", "D6", "Công an", "Long An", ""],
        ["Tổng cộng", "", "", "", "9"],
        ["I", "Khối huyện", "", "", ""],
        ["Người lập biểu", "", "", "Thủ trưởng", ""],
        ["Người Thử", "", "", "", ""],
        ["(1)", "(2)", "(3)", "(4)", "(5)"],
        ["Ví dụ", "D0", "Công an", "Long An", "1"],
        HEADER,
        ["", "", "", "", ""],
    ]
)


def read(path: Path, folder: Path, block_bytes: int) -> ReadFile:
    return read_file(
        LandedFile(path.name, str(path), path.stat().st_size, datetime.now(UTC)),
        folder,
        block_bytes=block_bytes,
        expected=EXPECTED,
    )


def as_csv(rows: list[list[str]], quoted: bool) -> tuple[bytes, list[int]]:
    """The file and the line where each row begins."""
    lines, begins, line = [], [], 1
    for row in rows:
        cells = [f'"{cell}"' if quoted or "\n" in cell else cell for cell in row]
        begins.append(line)
        line += 1 + sum(cell.count("\n") for cell in row)
        lines.append(";".join(cells))
    return ("\n".join(lines) + "\n").encode(), begins


@settings(max_examples=examples(150))
@given(rows=st.lists(ROWS, max_size=14), quoted=st.booleans(), block_bytes=st.integers(1, 200))
def test_every_row_is_one_thing(rows: list[list[str]], quoted: bool, block_bytes: int) -> None:
    table = [HEADER, *rows]
    heading = find_heading([[cell.replace("\n", " ") for cell in row] for row in table], EXPECTED)
    assert heading is not None
    assert heading.first == 0
    oracle = RecordFilter(heading, EXPECTED)
    content, begins = as_csv(table, quoted)
    cleaned = [[cell.replace("\n", " ") for cell in row] for row in rows]
    kept = [
        (begin, row)
        for begin, row in zip(begins[1:], cleaned, strict=True)
        if oracle.is_record(row, begin) and any(row)
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.csv")
        path.write_bytes(content)
        result = read(path, Path(folder), block_bytes)
        records = [
            line.split("\x1f")
            for line in result.records[0].read_text(encoding="utf-8").splitlines()
        ]
    assert records == [[str(begin), *row] for begin, row in kept]
    assert dict(result.information) == dict(oracle.left_out.counted)
    assert result.broken_count == 0
    assert result.record_count + result.blank_count + oracle.left_out.counted.total() == len(rows)
