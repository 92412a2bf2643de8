"""Accepted rows of a long file, from the judged rows as they were written, through Arrow.

DuckDB writes judged rows with several threads: long runs of rows in their order, one behind the other
as it happens. To sort millions of rows takes as long as to write them, and what does not fit the memory
is spilled; to put runs into order takes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from de06_pipeline.contracts.model import Contract
from de06_pipeline.quality.accepted import AcceptedSelect, accepted_columns

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

ROWS_TOGETHER = 122_880
"""Rows of one row group, as many as DuckDB writes into one."""
_FILE, _NUMBER = "file_no", "row_number"


@dataclass(frozen=True, slots=True)
class LongFile:
    """The judged rows of one file.

    Attributes:
        judged: Parquet with the columns of :func:`~de06_pipeline.quality.accepted.accepted_columns`
            in their contract's types, and those of ``critical``.
        number: the file's among the judged ones; ``own_number``: the one that its rows get.
        critical: columns of marks → the bits of rules that no accepted row breaks.
        left_out: numbers of rows that are not accepted for another reason.
    """

    judged: Path
    number: int
    own_number: int
    critical: Mapping[str, int]
    left_out: Collection[int] = ()


def is_long(records: int) -> bool:
    """Whether a file has so many records that its accepted rows are written here."""
    return records > ROWS_TOGETHER


def write_long(
    file: LongFile, contract: Contract, accepted: AcceptedSelect, path: Path
) -> Iterator[int]:
    """Write the accepted rows, in their order, as Parquet; the same rows give the same bytes.

    Yields:
        the rows of each row group, when it is written.
    """
    from pyarrow import parquet

    names = [column.name for column in accepted_columns(contract)]
    with parquet.ParquetFile(file.judged) as judged:
        schema = judged.schema_arrow.empty_table().select(names).schema
        with parquet.ParquetWriter(
            path,
            schema,
            compression="zstd",
            use_dictionary=_repeating(contract),
            store_schema=False,
            store_decimal_as_integer=True,
        ) as writer:
            writer.add_key_value_metadata({"de06": accepted.metadata})
            for table in _cut(_in_order(judged, file, names)):
                writer.write_table(table, row_group_size=ROWS_TOGETHER)
                yield table.num_rows


def _repeating(contract: Contract) -> list[str]:
    """The accepted columns whose values come again and again: all but places, moments and keys."""
    key = {field.name for field in contract.key_fields}
    return [
        column.name
        for column in accepted_columns(contract)[1:]
        if column.name != _NUMBER and column.type != "TIMESTAMP" and column.name not in key
    ]


def _in_order(judged: parquet.ParquetFile, file: LongFile, names: list[str]) -> Iterator[pa.Table]:
    """The accepted rows of the file in their order, in tables of any length."""
    firsts = _first_numbers(judged)
    groups = sorted(firsts, key=firsts.__getitem__)
    # What is numbered lower than all that was not read yet can go.
    bounds = [*(float(firsts[group]) for group in groups[1:]), np.inf]
    runs: list[pa.Table] = []
    accepted = _one_ahead(partial(_accepted_rows, judged, file, names), groups)
    for rows, bound in zip(accepted, bounds, strict=True):
        runs += _ascending(rows)
        yield from _merged(run.slice(0, _rows_below(run, bound)) for run in runs)
        left = (run.slice(_rows_below(run, bound)) for run in runs)
        # An empty piece would keep the memory of all of its run.
        runs = [run for run in left if run.num_rows]


def _ascending(rows: pa.Table) -> Iterator[pa.Table]:
    """The runs of ascending rows of a row group; the last one has what was left to every thread."""
    numbers = _numbers(rows)
    ends = np.flatnonzero(numbers[1:] < numbers[:-1]) + 1
    for first, after in pairwise([0, *ends.tolist(), len(numbers)]):
        yield rows.slice(first, after - first)


def _one_ahead(read: Callable[[int], pa.Table], groups: Iterable[int]) -> Iterator[pa.Table]:
    """Read row groups, each while the one before it is written."""
    with ThreadPoolExecutor(1) as pool:
        waiting: Future[pa.Table] | None = None
        for group in groups:
            ready, waiting = waiting, pool.submit(read, group)
            if ready is not None:
                yield ready.result()
        if waiting is not None:
            yield waiting.result()


def _accepted_rows(
    judged: parquet.ParquetFile, file: LongFile, names: list[str], group: int
) -> pa.Table:
    rows = judged.read_row_group(group, columns=[*names, *file.critical])
    return _numbered(rows.filter(_is_accepted(rows, file)).select(names), file.own_number)


def _first_numbers(judged: parquet.ParquetFile) -> dict[int, int]:
    """The least row number of each row group."""
    metadata = judged.metadata
    at = judged.schema_arrow.names.index(_NUMBER)
    return {
        group: metadata.row_group(group).column(at).statistics.min
        for group in range(metadata.num_row_groups)
    }


def _is_accepted(rows: pa.Table, file: LongFile) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    accepted = pc.equal(rows[_FILE], file.number)
    for column, bits in file.critical.items():
        broken = pc.bit_wise_and(rows[column], pa.scalar(bits, pa.uint64()))
        accepted = pc.and_(accepted, pc.equal(broken, 0))
    if file.left_out:
        left_out = pc.is_in(rows[_NUMBER], pa.array(file.left_out, pa.int64()))
        accepted = pc.and_(accepted, pc.invert(left_out))
    return accepted


def _numbered(rows: pa.Table, file_no: int) -> pa.Table:
    """The rows with the number of their file within its delivery."""
    import pyarrow as pa

    return rows.set_column(0, _FILE, pa.array(np.full(rows.num_rows, file_no, np.int16)))


def _numbers(rows: pa.Table) -> NDArray[np.int64]:
    return np.asarray(rows[_NUMBER], np.int64)


def _rows_below(run: pa.Table, number: float) -> int:
    return int(np.searchsorted(_numbers(run), number))


def _merged(runs: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Runs as one: each as far as it goes until another one's first row comes before its next."""
    first_of = {int(_numbers(run)[0]): run for run in runs if run.num_rows}
    while first_of:
        run = first_of.pop(min(first_of))
        count = _rows_below(run, min(first_of, default=np.inf))
        yield run.slice(0, count)
        if (left := run.slice(count)).num_rows:
            first_of[int(_numbers(left)[0])] = left


def _cut(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in tables of :data:`ROWS_TOGETHER`; the last one has the rest."""
    import pyarrow as pa

    waiting: list[pa.Table] = []
    count = 0
    for table in tables:
        waiting.append(table)
        count += table.num_rows
        while count >= ROWS_TOGETHER:
            together = pa.concat_tables(waiting)
            yield together.slice(0, ROWS_TOGETHER)
            waiting = [together.slice(ROWS_TOGETHER)]
            count -= ROWS_TOGETHER
    if count:
        yield pa.concat_tables(waiting)
