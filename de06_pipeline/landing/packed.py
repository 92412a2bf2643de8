"""Records as Parquet, a column each; one whose texts repeat as a dictionary of them and numbers.

DuckDB computes a function of a column with a dictionary once for each of its texts, and reads
Parquet in a fourth of the time that text takes. A small file is not worth it: its records are text
(:mod:`de06_pipeline.landing.sink`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from de06_pipeline.errors import AccountingError
from de06_pipeline.landing.text.cleaning import UNIT

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

FROM_BYTES = 16 << 20
"""Files from this size on are packed. It wins a second a million rows, and costs some milliseconds a
file."""
SUFFIX = ".parquet"
ROW_NUMBER = "row_number"

MOST_TEXTS = 100
"""Of a column with more texts they are not told: whoever looks texts up makes a list of them for
every two thousand rows, which then costs more than typing the rows one by one.
"""

_ROWS_LOOKED_AT = 16_384
"""Rows at the top of a file, by which a column is said to repeat or not."""
_ROWS_TOGETHER = 122_880
"""As many as DuckDB works on at once; a dictionary is that of so many rows."""
_BYTES_TOGETHER = 1 << 20
_ROWS_READ_BACK = 16_384


def column_name(position: int) -> str:
    """Name of the column of the field at a position, numbered from 0."""
    return f"column_{position + 1}"


def load_arrow() -> None:
    """Import what packing needs, before processes are forked that would each import it."""
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401


class PackedRecords:
    """Writes records into one Parquet file: ``row_number`` and ``column_1`` onwards, without nulls.

    Attributes:
        texts: all texts of each column that has but :data:`MOST_TEXTS`, by its position, numbered
            from 0; complete when the file is closed.
    """

    def __init__(self, path: Path, columns: int) -> None:
        self.texts: dict[int, frozenset[str]] = {}
        self._path = path
        self._names = [column_name(position) for position in range(columns)]
        self._pending: list[pa.Table] = []
        self._rows_pending = 0
        self._waiting: list[tuple[bytes, NDArray[np.int64]]] = []
        self._bytes_waiting = 0
        self._writer: parquet.ParquetWriter | None = None
        self._types: dict[str, pa.DataType] = {}

    def parse(self, block: bytes, delimiter: bytes) -> pa.Table | None:
        """Complete records without quotes as a table of texts, an empty line as one of empty cells;
        None where the block holds anything else: a record of more or fewer fields, or bytes that
        are no UTF-8.
        """
        import pyarrow as pa
        from pyarrow import csv

        try:
            return csv.read_csv(
                pa.BufferReader(block),
                csv.ReadOptions(
                    use_threads=False, block_size=len(block) + 1, column_names=self._names
                ),
                csv.ParseOptions(
                    delimiter=delimiter.decode(),
                    quote_char=False,
                    double_quote=False,
                    ignore_empty_lines=False,
                ),
                csv.ConvertOptions(
                    column_types={name: self._types.get(name, pa.string()) for name in self._names},
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:
            return None

    def write(self, table: pa.Table, rows: NDArray[np.int64]) -> None:
        """Take a table that :meth:`parse` made, and the row number of each record.

        Raises:
            AccountingError: there are more records or fewer than numbers.
        """
        self._parse_waiting()
        self._add(table, rows)

    def write_text(self, block: bytes, rows: NDArray[np.int64]) -> None:
        """Take complete records, ``\\x1f`` between cells, that may hold quotes; see :meth:`write`.

        They are parsed many at once: of a small block the start took most of the time.
        """
        self._waiting.append((block, rows))
        self._bytes_waiting += len(block)
        if self._bytes_waiting >= _BYTES_TOGETHER:
            self._parse_waiting()

    def _parse_waiting(self) -> None:
        if not self._waiting:
            return
        blocks, rows = zip(*self._waiting, strict=True)
        self._waiting, self._bytes_waiting = [], 0
        table = self.parse(b"".join(blocks), UNIT)
        if table is None:
            raise AccountingError("Arrow rejects a record that reading had accepted.")
        self._add(table, np.concatenate(rows))

    def _add(self, table: pa.Table, rows: NDArray[np.int64]) -> None:
        import pyarrow as pa

        if table.num_rows != len(rows):
            raise AccountingError(f"{len(rows)} records were read, {table.num_rows} were packed.")
        self._pending.append(table.add_column(0, ROW_NUMBER, pa.array(rows)))
        self._rows_pending += len(rows)
        if self._writer is None and self._rows_pending >= _ROWS_LOOKED_AT:
            self._begin()
        if self._writer is not None and self._rows_pending >= _ROWS_TOGETHER:
            self._flush(self._writer)

    def close(self) -> None:
        """Write what is left."""
        self._parse_waiting()
        writer = self._writer or self._begin()
        self._flush(writer)
        writer.close()

    def _begin(self) -> parquet.ParquetWriter:
        """Open the file, with a dictionary for each column that repeats."""
        import pyarrow as pa

        looked_at = pa.concat_tables(self._pending) if self._pending else None
        if looked_at is not None:
            self.texts = {
                position: frozenset()
                for position, name in enumerate(self._names)
                if _repeats(looked_at.column(name), looked_at.num_rows)
            }
        dictionary = pa.dictionary(pa.int32(), pa.string())
        self._types = {self._names[position]: dictionary for position in self.texts}
        texts = [pa.field(name, self._types.get(name, pa.string())) for name in self._names]
        schema = pa.schema([pa.field(ROW_NUMBER, pa.int64()), *texts])
        self._pending = [table.cast(schema) for table in self._pending]
        self._writer = _writer(self._path, schema, sorted(self._types))
        return self._writer

    def _flush(self, writer: parquet.ParquetWriter) -> None:
        import pyarrow as pa

        if not self._pending:
            return
        together = pa.concat_tables(self._pending).unify_dictionaries()
        writer.write_table(together, row_group_size=together.num_rows)
        self._pending, self._rows_pending = [], 0
        here = {
            position: frozenset(
                together.column(self._names[position]).chunk(0).dictionary.to_pylist()
            )
            for position in self.texts
        }
        self.texts = texts_together([self.texts, here])


def texts_together(parts: Iterable[Mapping[int, frozenset[str]]]) -> dict[int, frozenset[str]]:
    """The texts of the columns of which all parts tell them, and there are not too many."""
    first, *others = parts
    texts = {
        position: own.union(*(other[position] for other in others))
        for position, own in first.items()
        if all(position in other for other in others)
    }
    return {position: own for position, own in texts.items() if len(own) <= MOST_TEXTS}


def _writer(path: Path, schema: pa.Schema, dictionaries: list[str]) -> parquet.ParquetWriter:
    from pyarrow import parquet

    return parquet.ParquetWriter(
        path,
        schema,
        compression="none",
        use_dictionary=dictionaries,
        dictionary_pagesize_limit=1 << 30,
        write_statistics=False,
        store_schema=False,
    )


def _repeats(column: pa.ChunkedArray, rows: int) -> bool:
    """Whether a column has few texts, of which nearly all have come by its middle."""
    distinct = column.unique()
    half = len(column.slice(0, rows // 2).unique())
    return rows >= 4 and 3 * len(distinct) <= rows and 2 * (len(distinct) - half) <= half


def read_packed(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Row number and cells of each record, in the order of the file."""
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(_ROWS_READ_BACK):
            rows, *cells = (column.to_pylist() for column in batch.columns)
            yield from zip(rows, map(list, zip(*cells, strict=True)), strict=True)


def change_packed(path: Path, anew: Path, into: Mapping[int, Callable[[str], str]]) -> int:
    """Write records with the cells of some columns changed; returns how many are others than before.

    Args:
        into: position of a column, from 0 → what makes the new text of the old.
    """
    import pyarrow as pa
    from pyarrow import parquet

    changed = 0
    with parquet.ParquetFile(path) as file:
        group = file.metadata.row_group(0) if file.num_row_groups else None
        dictionaries = [
            name
            for at, name in enumerate(file.schema_arrow.names)
            if group and group.column(at).has_dictionary_page
        ]
        with _writer(anew, file.schema_arrow, dictionaries) as writer:
            for number in range(file.num_row_groups):
                table = file.read_row_group(number)
                for position, change in into.items():
                    name = column_name(position)
                    before = table.column(name).to_pylist()
                    after = [change(text) for text in before]
                    changed += sum(old != new for old, new in zip(before, after, strict=True))
                    table = table.set_column(position + 1, name, pa.array(after, pa.string()))
                writer.write_table(table, row_group_size=table.num_rows)
    return changed
