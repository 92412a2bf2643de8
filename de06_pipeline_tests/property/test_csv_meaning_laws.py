"""What is read from a CSV file is what was written into it, in whatever way its writer put values and
lines; from bytes to typed values.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from hypothesis import event, given, settings
from hypothesis import strategies as st

from de06_pipeline.contracts.model import Field, FieldType
from de06_pipeline.landing.discover import LandedFile
from de06_pipeline.landing.expected import ExpectedTable
from de06_pipeline.landing.read import ReadFile, read_file
from de06_pipeline.parsing.macros import create_macros
from de06_pipeline.parsing.typed import TypedInput
from de06_pipeline_tests.laws import examples
from de06_pipeline_tests.unit.parsing_kit import contract, create_parsed

FIELDS = (
    Field("code", FieldType.CODE, "", header_vi="Mã hồ sơ", pattern=r"\d{4}", column_required=True),
    Field("day", FieldType.DATE, "", header_vi="Ngày nộp"),
    Field("count", FieldType.INTEGER, "", header_vi="Số lượt"),
    Field("amount", FieldType.DECIMAL, "", header_vi="Số liệu"),
    Field("ticked", FieldType.YES_NO, "", header_vi="Trực tuyến"),
    Field("note", FieldType.TEXT, "", header_vi="Ghi chú"),
)
HEADER = [field.header_vi for field in FIELDS]
NAMES = {field.header_vi: field.name for field in FIELDS}
EXPECTED = ExpectedTable(NAMES.get, frozenset({"code"}), frozenset({"code"}), frozenset({"code"}))


@dataclass(frozen=True)
class Written:
    """One cell: as it stands in the file, and the value it has."""

    text: str
    value: object


def _ways(value: object, *texts: str) -> st.SearchStrategy[Written]:
    return st.sampled_from([Written(text, value) for text in texts])


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")


NOTHING = ("", "NULL", "(null)", "<NULL>", "[NULL]", "N/A", "\\N", "-", "--", "None", "NaN", "…")
CODES = st.integers(0, 9999).flatmap(
    lambda n: _ways(
        f"{n:04d}", f"{n:04d}", f'="{n:04d}"', f"'{n:04d}", f" {n:04d} ", f"\u00a0{n:04d}"
    )
)
DAYS = st.dates(dt.date(1950, 1, 2), dt.date(2090, 1, 1)).flatmap(
    lambda d: _ways(
        d,
        *(f"{d:%d/%m/%Y}", f"{d.day}/{d.month}/{d.year}", f"{d:%Y-%m-%d}", f"{d:%d.%m.%Y}"),
        *(f"{d:%d-%m-%Y}", f"{d:%Y%m%d}", f"{d:%d/%m/%Y} 00:00", f"{d:%Y-%m-%d}T00:00:00"),
        f'="{d:%d/%m/%Y}"',
    )
) | _ways(
    None,
    *NOTHING,
    *("0", "0001-01-01", "01/01/0001 00:00:00", "1900-01-01", "00/01/1900", "31/12/9999"),
    *("__/__/____", "00:00:00", "0000-00-00"),
)
COUNTS = st.integers(-(10**12), 10**12).flatmap(
    lambda n: _ways(n, str(n), _grouped(n), f"{n},0", f'="{n}"', f"'{n}", f" {_grouped(n)} ")
) | _ways(None, *NOTHING)
AMOUNTS = st.integers(-(10**9), 10**9).flatmap(
    lambda n: _ways(
        Decimal(n) / 100,
        f"{n / 100:.2f}".replace(".", ","),
        f"{abs(n) // 100:,}".replace(",", ".").join(("-" if n < 0 else "", f",{abs(n) % 100:02d}")),
    )
) | _ways(None, *NOTHING)
TICKS = (
    _ways(True, "x", "X", "1", "Có", "CÓ", "true", "có ")
    | _ways(False, "0", "Không", "false")
    | _ways(None, *NOTHING)
)
NOTES = (
    st.sampled_from(
        [
            *(
                "Tổng cộng",
                "Ví dụ",
                "[Mẫu 05] x",
                "I",
                "(1)",
                "Người lập biểu",
                "a;b",
                "a,b",
                "a|b",
            ),
            *('nói "có"', "hai\ndòng", "tab\tgiữa", "ĐVT: nghìn", "'", '"', "=1+1", "Huế", "sep=;"),
        ]
    )
    | st.text(st.sampled_from("abcđĐ12 ,;|'\"."), max_size=8)
).map(lambda text: Written(text, None)) | _ways(None, *NOTHING)
TABLES = st.lists(st.tuples(CODES, DAYS, COUNTS, AMOUNTS, TICKS, NOTES), min_size=1, max_size=6)


@settings(max_examples=examples(60), deadline=None)
@given(table=TABLES, data=st.data())
def test_values_are_read_as_they_were_written(
    table: list[tuple[Written, ...]], data: st.DataObject
) -> None:
    # Rows that are there again make columns of few texts, which are typed a text at a time.
    table = table * data.draw(st.sampled_from([1, 6]))
    content = _file(table, data)
    packed_from = data.draw(st.sampled_from([0, 1 << 40]))
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.csv")
        path.write_bytes(content)
        landed = LandedFile("x.csv", str(path), len(content), datetime.now(UTC))
        read = read_file(landed, Path(folder), expected=EXPECTED, packed_from=packed_from)
        assert (read.record_count, read.broken_count) == (len(table), 0)
        values = _typed(read)
    event(f"{len(read.texts)} columns of few texts")
    assert values == [tuple(cell.value for cell in row[:-1]) for row in table]


def _file(table: list[tuple[Written, ...]], data: st.DataObject) -> bytes:
    """The bytes of a file: delimiter, quotes, line ends, encoding and what stands around the table
    are drawn.
    """
    delimiter = data.draw(st.sampled_from([",", ";", "\t", "|"]))
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    # A line feed within a cell must be quoted where lines end in CR too, which nobody does unasked.
    quotes_all = end == "\r" or data.draw(st.booleans())

    def line(cells: list[str]) -> str:
        return delimiter.join(_cell(text, delimiter, quotes_all) for text in cells)

    lines = [line(HEADER)]
    if data.draw(st.booleans()):
        lines.insert(0, line(["BÁO CÁO THÁNG 6", *[""] * (len(HEADER) - 1)]))
    if data.draw(st.booleans()):
        lines.insert(0, f"sep={delimiter}")
    for place, row in enumerate(table):
        cells = [cell.text for cell in row]
        if place and data.draw(st.integers(0, 5)) == 0:
            lines.append(data.draw(st.sampled_from(["", "\ufeff"])) + line(HEADER))
        # Excel leaves out empty cells at the end of a line; some writers add one. Where a cell has a
        # line break, or two cells may be one number with a decimal comma, such a record is broken,
        # and named (docs/exports.md).
        match data.draw(st.integers(0, 3)) if not any("\n" in cell for cell in cells) else None:
            case 0:
                while len(cells) > 2 and not cells[-1]:
                    cells.pop()
            case 1 if delimiter != "," or not any(map(_may_be_one_number, cells, cells[1:])):
                cells.append("")
        lines.append(line(cells))
    whole = end.join(lines) + end
    encoding, mark = data.draw(
        st.sampled_from(
            [("utf-8", ""), ("utf-8", "\ufeff"), ("utf-16-le", "\ufeff"), ("utf-16-be", "\ufeff")]
        )
    )
    return (mark + whole).encode(encoding)


def _may_be_one_number(left: str, right: str) -> bool:
    return left.strip("\u00a0 \"'")[-1:].isdigit() and right.strip("\u00a0 \"'=")[:1].isdigit()


def _cell(text: str, delimiter: str, quotes_all: bool) -> str:
    """A cell, in quotes where it must be; Excel's ``="0012"`` stands without, as many write it."""
    if text.startswith('="') and not quotes_all:
        return text
    if quotes_all or not {delimiter, '"', "\n"}.isdisjoint(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def _typed(read: ReadFile) -> list[tuple[Any, ...]]:
    positions = {NAMES[name]: place for place, name in enumerate(read.header) if name}
    given = TypedInput(
        1, read.records, read.record_count, len(read.header), positions, texts=read.texts
    )
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'Asia/Ho_Chi_Minh'")
        create_macros(con)
        create_parsed(con, contract(*FIELDS), [given])
        named = ", ".join(f'"{field.name}"' for field in FIELDS[:-1])
        return con.execute(f"SELECT {named} FROM parsed() ORDER BY row_number").fetchall()
