"""Moments that reading tells apart from texts are those that parsing would read from them, and no
text is lost.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import duckdb
import numpy as np
import pyarrow as pa
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from de06_pipeline.contracts.model import Field, FieldType
from de06_pipeline.landing import moments
from de06_pipeline.landing.moments import moments_told_apart, text_of_moment
from de06_pipeline.landing.sink import RecordSink, read_records
from de06_pipeline.parsing.typed import TypedInput
from de06_pipeline_tests.laws import examples
from de06_pipeline_tests.unit.parsing_kit import contract, create_parsed

FIELDS = (
    Field("at", FieldType.TIMESTAMP, ""),
    Field("until", FieldType.TIMESTAMP, "", end_of_day=True),
    Field("day", FieldType.DATE, "", default="DATE '2024-07-01'"),
    Field("since", FieldType.DATE, "", empty_tokens=("1970-01-01 00:00:00",)),
    Field("note", FieldType.TEXT, ""),
)
NAMES = {field.name: position for position, field in enumerate(FIELDS)}
DATES = [0, 1, 2, 3]

BORDERS = (
    *("1899-12-31 23:59:59", "1900-01-01 00:00:00", "1900-01-01 23:59:59", "1900-01-02 00:00:00"),
    *("2100-12-31 23:59:59", "2101-01-01 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59"),
    *("1970-01-01 00:00:00", "2024-02-29 00:00:00", "2023-02-29 00:00:00", "2024-06-31 10:00:00"),
    *("2024-06-01 24:00:00", "2024-06-01 23:60:00", "2024-06-01 23:59:60", "2024-06-01T10:00:00"),
    *("2024-06-01 10:00+07", "2024-06-01 10+07:00", "2024-06-01  1:00:00", "01/06/2024 10:00:00"),
    *(
        "2024-06-01 10:00:00.5",
        "2024-06-01 10:00",
        "2024-06-01",
        "+024-06-01 10:00:00",
        "45444",
        "",
    ),
    *("1850-05-05 10:00:00", "2150-05-05 10:00:00"),
    *("2024-06-01 10:00:0Z", "20240601 1000:00:00", "２０２４-0", "NULL", "x" * 19, "x" * 10 + " "),
)
MOMENTS = st.datetimes().map(lambda moment: moment.replace(microsecond=0).isoformat(sep=" "))


def _with_a_slip(text: str, at: int, other: str) -> str:
    at %= len(text)
    return text[:at] + other + text[at + 1 :]


TEXTS = (
    st.sampled_from(BORDERS)
    | MOMENTS
    | st.builds(_with_a_slip, MOMENTS, st.integers(0, 18), st.sampled_from("0139-:/ TZ+.ắ"))
)


@settings(max_examples=examples(200), deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=40), rows_at_once=st.sampled_from([1, 3, 64]))
@example(texts=list(BORDERS), rows_at_once=1)
def test_a_moment_is_what_its_text_says(texts: list[str], rows_at_once: int) -> None:
    # A slice, as its buffers begin before it.
    column = pa.chunked_array([pa.array(["before", *texts]).slice(1)])
    with patch.object(moments, "_ROWS_AT_ONCE", rows_at_once):
        others, told = (part.to_pylist() for part in moments_told_apart(column))
    event(f"{sum(moment is not None for moment in told)} told apart")
    assert [
        text_of_moment(moment) if text is None else text
        for text, moment in zip(others, told, strict=True)
    ] == texts
    assert all(
        (text is None) != (moment is None) for text, moment in zip(others, told, strict=True)
    )


@settings(max_examples=examples(60), deadline=None)
@given(
    rows=st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS), min_size=1, max_size=30),
    rows_at_once=st.sampled_from([1, 3, 64]),
)
@example(rows=[(text, text, text, text) for text in BORDERS], rows_at_once=1)
def test_values_are_the_same_with_moments_told_apart(
    rows: list[tuple[str, ...]], rows_at_once: int
) -> None:
    block = "".join("\x1f".join((*row, "x")) + "\n" for row in rows).encode()
    numbers = np.arange(1, len(rows) + 1)
    # A text that is no moment leaves its whole piece as it is.
    with (
        patch.object(moments, "_ROWS_AT_ONCE", rows_at_once),
        TemporaryDirectory() as folder,
        duckdb.connect() as con,
    ):
        con.execute("SET TimeZone = 'Asia/Ho_Chi_Minh'")
        texts, values = zip(
            *(
                _read(con, Path(folder), block, numbers, told_apart=dates)
                for dates in (None, [], DATES)
            ),
            strict=True,
        )
    assert texts[0] == texts[1] == texts[2]
    assert values[0] == values[1] == values[2]


def _read(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    block: bytes,
    numbers: np.ndarray[Any, Any],
    told_apart: list[int] | None,
) -> tuple[list[Any], list[Any]]:
    """The records as text (None) or packed, as they can be read again and as typed."""
    with RecordSink(
        folder,
        f"{told_apart}",
        len(FIELDS),
        is_packed=told_apart is not None,
        moments=told_apart or [],
    ) as sink:
        sink.write(block, numbers)
    written = sink.written
    file = TypedInput(
        1,
        written.records,
        written.record_count,
        len(FIELDS),
        NAMES,
        texts=written.texts,
        moments=written.moments,
    )
    create_parsed(con, contract(*FIELDS), [file])
    typed = (
        "SELECT COLUMNS(c -> NOT c LIKE '%\\_\\_%' ESCAPE '\\') FROM parsed() ORDER BY row_number"
    )
    return list(read_records(written.records)), con.execute(typed).fetchall()
