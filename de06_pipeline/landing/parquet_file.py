"""One Parquet file to records, column by column in Arrow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from de06_pipeline.landing import refusals
from de06_pipeline.landing.content import kind_of
from de06_pipeline.landing.sink import RecordSink
from de06_pipeline.landing.text.cleaning import clean
from de06_pipeline.landing.text.mojibake import CHARACTERS_LOOKED_AT, mojibake_in
from de06_pipeline.landing.workbook.cells import text_of_number

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS_AT_ONCE = 16_384


def read_parquet(
    path: Path, name: str, workdir: Path, stem: str
) -> tuple[tuple[str, ...], RecordSink]:
    """Write the records of a Parquet file; returns the header and where they went.

    A row's number is its place in the file, from 1.

    Timestamps with a zone become local time of Vietnam, all of them whole seconds; binary columns
    are taken as UTF-8 text.

    Raises:
        UnreadableFile: ``empty``, ``content``, ``corrupt``, ``damaged_text``, or ``column_type``
        for a nested column.
    """
    with path.open("rb") as stream:
        head = stream.read(1024)
    if not head:
        raise refusals.empty(name)
    kind = kind_of(head)
    if kind != "parquet":
        raise refusals.wrong_content(name, ".parquet", "other" if kind == "text" else kind)
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            _check_types(file.schema_arrow, name)
            header = tuple(clean(column.replace("\n", " ")) for column in file.schema_arrow.names)
            if not header:
                raise refusals.empty(name)
            refusals.check_columns(name, len(header))
            with RecordSink(workdir, stem, len(header)) as sink:
                row = 1
                for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
                    records = _records(batch)
                    if row == 1 and (
                        mojibake := mojibake_in(
                            records[: 2 * CHARACTERS_LOOKED_AT].decode(errors="ignore")
                        )
                    ):
                        raise refusals.damaged_text(name, mojibake)
                    sink.write(records, np.arange(row, row + batch.num_rows, dtype=np.int64))
                    sink.flush_broken()
                    row += batch.num_rows
            return header, sink
    except MemoryError:
        raise
    except (pa.ArrowException, OSError):
        raise refusals.corrupt(name) from None


def _check_types(schema: pa.Schema, name: str) -> None:
    import pyarrow.types as t

    for position, column in enumerate(schema, start=1):
        if t.is_nested(column.type) or t.is_duration(column.type) or t.is_interval(column.type):
            raise refusals.unsupported_column(name, position)


def _records(batch: pa.RecordBatch) -> bytes:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not batch.num_rows:
        return b""
    fields = [pc.fill_null(_as_text(column), b"") for column in batch.columns]
    lines = pc.binary_join_element_wise(*fields, pa.scalar(b"\x1f", pa.large_binary()))
    return b"\n".join(lines.to_pylist()) + b"\n"


def _as_text(column: pa.Array) -> pa.Array:
    """A column as large_binary: UTF-8, except where a text or binary value is not, which the sink
    then sets aside.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as t

    kind = column.type
    if t.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if t.is_floating(kind):
        # By its own shortest form: 0.1 in single precision is not 0.10000000149011612.
        shortest = column.cast(pa.string()).cast(pa.float64()).to_pylist()
        text = pa.array(
            [None if number is None else text_of_number(number) for number in shortest],
            pa.large_string(),
        )
    elif t.is_decimal(kind):
        text = pc.replace_substring(
            pc.replace_substring_regex(column.cast(pa.string()), r"\.0+$", ""), ".", ","
        )
    elif t.is_timestamp(kind):
        text = pc.strftime(_local_seconds(column), "%Y-%m-%d %H:%M:%S")
    elif t.is_time(kind):
        text = pc.utf8_slice_codeunits(column.cast(pa.string()), 0, 8)
    elif t.is_fixed_size_binary(kind):
        text = column.cast(pa.binary())
    elif (
        t.is_string(kind) or t.is_large_string(kind) or t.is_binary(kind) or t.is_large_binary(kind)
    ):
        text = column
    else:
        text = column.cast(pa.string())
    return _one_line(text.cast(pa.large_binary()))


def _local_seconds(column: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    zone = column.type.tz
    if zone:
        # Stored as UTC; Vietnam has kept +07:00 without daylight saving since 1975-06-13, before
        # any moment in an export.
        column = pc.add(
            column.cast(pa.timestamp(column.type.unit)),
            pa.scalar(7 * 3600, pa.int64()).cast(pa.duration("s")),
        )
    return pc.floor_temporal(column, unit="second").cast(pa.timestamp("s"), safe=False)


def _one_line(column: pa.Array) -> pa.Array:
    """As :func:`de06_pipeline.landing.workbook.cells.one_line`, for a column of bytes."""
    import pyarrow.compute as pc

    for mark, instead in ((b"\r\n", b" "), (b"\n", b" "), (b"\r", b" "), (b"\x1f", b"")):
        column = pc.replace_substring(column, mark, instead)
    return column
