"""A period's cells: the finest groups of its accepted rows, with integer measures.

A pure function of the accepted deliveries of the calendar months that the period touches, the
registry and the area tables: the same input gives the same bytes. What comes from other months or
from a snapshot that may be carried forward (catalogue, register) is added when figures are made.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

import duckdb

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.contracts.model import Contract
from de06_pipeline.duck.beside import beside
from de06_pipeline.duck.connection import DuckSettings, memory_database
from de06_pipeline.duck.rows import number, write_parquet
from de06_pipeline.errors import no_values_leave
from de06_pipeline.indicators.cells.accepted_rows import (
    DELIVERED,
    AcceptedFile,
    create_rows_view,
    key_sql,
)
from de06_pipeline.indicators.cells.compile import cells_sql, edges_sql
from de06_pipeline.indicators.cells.working_days import CALENDAR, create_calendar
from de06_pipeline.indicators.period import Period
from de06_pipeline.registry.model import CellSet, PeriodType, Rows, SourceRegistry


@dataclass(frozen=True, slots=True)
class CellsResult:
    """A period's cells as written.

    Attributes:
        folder: ``<out_dir>/<content_hash>``; immutable.
        files: file names, sorted. A cell set whose dataset nobody delivered has no file.
        row_counts: cells by cell set.
        sql: the query that made each cell set.
    """

    folder: Path
    content_hash: str
    files: tuple[str, ...]
    row_counts: Mapping[str, int]
    sql: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CellsRequest:
    """What to build.

    Attributes:
        accepted: by dataset, the accepted files of the calendar months that the period touches; an
            empty or missing entry means nobody delivered.
        contracts: by dataset, the newest version.
        reference: the folder of the reference tables (for the working-day calendar).
        out_dir: ``<lake>/cells/<source>/<YYYY-MM>``.
        name: of the folder inside ``out_dir``; by default a hash of the content.
    """

    source: SourceRegistry
    period: Period
    accepted: Mapping[str, Sequence[AcceptedFile]]
    contracts: Mapping[str, Contract]
    areas: AreaBook
    reference: Path
    out_dir: Path
    duck: DuckSettings = field(default_factory=DuckSettings)
    name: str = ""


def build_cells(request: CellsRequest) -> CellsResult:
    """Write the cells of one source and period.

    Raises:
        ContractError: accepted rows lack a field that the registry uses (they were made under an
        older contract).
    """
    with (
        no_values_leave(f"cells {request.source.source} {request.period.month}"),
        memory_database(request.duck) as con,
    ):
        return _build(con, request)


def _build(con: duckdb.DuckDBPyConnection, request: CellsRequest) -> CellsResult:
    request.out_dir.mkdir(parents=True, exist_ok=True)
    work = Path(mkdtemp(prefix=".building-", dir=request.out_dir))
    try:
        sets = [cells for cells in _cell_sets(request) if request.accepted.get(cells.rows.dataset)]
        for dataset in sorted({cells.rows.dataset for cells in sets}):
            _create_view(con, request, dataset)
        texts = {cells.name: _sql(request, cells) for cells in sets}
        if any(CALENDAR.name in text for text in texts.values()):
            create_calendar(con, request.reference, request.period.month)
        with _edges_written(con, request, sets, work):
            counts = {
                cells.name: write_ordered(
                    con, texts[cells.name], work / cells.file_name, _about(request, cells)
                )
                for cells in sets
            }
        content = request.name or content_hash_of(work)
        folder = request.out_dir / content
        if folder.exists() and not request.name and content_hash_of(folder) != content:
            # Damaged since it was written: it must not be kept because it bears the name.
            folder.rename(work.with_name(f"{work.name}.damaged"))
            shutil.rmtree(work.with_name(f"{work.name}.damaged"), ignore_errors=True)
        if not folder.exists():
            work.rename(folder)
        return CellsResult(
            folder, content, tuple(sorted(path.name for path in folder.iterdir())), counts, texts
        )
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _cell_sets(request: CellsRequest) -> list[CellSet]:
    """Those of accepted rows; of administrative months those that have figures of such months."""
    sets = [cells for cells in request.source.cells.values() if not cells.rows.snapshot]
    if request.period.type is PeriodType.MONTH:
        return sets
    return [cells for cells in sets if cells.name in request.source.report_cells]


def _sql(request: CellsRequest, cells: CellSet) -> str:
    measures = request.source.measures_of(cells.name)
    return cells_sql(cells, measures, request.period, (DELIVERED,))


def _about(request: CellsRequest, cells: CellSet) -> dict[str, object]:
    return {
        "cells": cells.name,
        "month": str(request.period.month),
        "period_type": str(request.period.type),
        "rows": cells.rows.dataset,
        "where": cells.where,
        "measures": {
            measure.column: {"where": measure.where, "sum": measure.value or "1"}
            for measure in request.source.measures_of(cells.name)
        },
    }


@contextmanager
def _edges_written(
    con: duckdb.DuckDBPyConnection, request: CellsRequest, sets: Sequence[CellSet], work: Path
) -> Iterator[None]:
    """Write what is carried into the period and out of it by the time the context is left; where the
    body has several threads, beside it.

    Not so for an administrative month: of many rows its cells are made in such a thread themselves,
    and who ends that one would not reach this. Its edges, which take one thread, come first: the
    calendar month is being published then, and at the end a core would be idle.
    """
    edges = list({cells.rows.name: cells.rows for cells in sets if cells.rows.opening}.values())
    is_beside = request.period.type is PeriodType.MONTH and request.duck.may_work_beside
    if edges and is_beside and not request.duck.has_few_rows:
        with beside(partial(_write_edges_alone, request, edges, work)) as written:
            yield
            written.result()
        return
    for rows in edges:
        _write_edges(con, request, rows, work / rows.edges_file)
    yield


def _write_edges_alone(request: CellsRequest, edges: Sequence[Rows], work: Path) -> None:
    """Write edges from a database of their own: how many threads one has is the same for all that
    use it.
    """
    with memory_database(replace(request.duck, threads=1)) as con:
        for rows in edges:
            _create_view(con, request, rows.dataset)
            _write_edges(con, request, rows, work / rows.edges_file)


def _create_view(con: duckdb.DuckDBPyConnection, request: CellsRequest, dataset: str) -> None:
    create_rows_view(con, request.contracts[dataset], request.accepted[dataset], request.areas)


def _write_edges(
    con: duckdb.DuckDBPyConnection, request: CellsRequest, rows: Rows, path: Path
) -> None:
    key = key_sql(request.contracts[rows.dataset])
    if key is None:
        raise rows.entry.error(
            f"'opening' and 'closing' need records that can be recognised; the key of '{rows.dataset}' is not stored.",
            "opening",
        )
    stored = [dimension for dimension in request.source.dimensions_of(rows) if not dimension.lookup]
    sql = edges_sql(rows, stored, key, request.period, (DELIVERED,))
    # In the order of the accepted rows: to sort so many texts took half of the time. With more than
    # one thread DuckDB would keep that order too, but cut it into row groups as it happens.
    threads = number(con, "SELECT current_setting('threads')")
    con.execute("SET threads = 1")
    write_ordered(con, sql, path, {"edges": rows.name, "month": str(request.period.month)})
    con.execute(f"SET threads = {threads}")


def write_ordered(
    con: duckdb.DuckDBPyConnection, sql: str, path: Path, about: Mapping[str, object]
) -> int:
    """Write what a query gives that has an order, or has one thread; returns how many rows.

    DuckDB then keeps the order of the rows and cuts them into row groups of one size, so the bytes
    do not depend on threads or memory.
    """
    return write_parquet(con, sql, path, json.dumps(about, ensure_ascii=False, sort_keys=True))


def content_hash_of(folder: Path) -> str:
    """The name of a folder of cells: a hash of its files' names and bytes."""
    content = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        content.update(path.name.encode() + b"\0")
        with path.open("rb") as file:
            content.update(hashlib.file_digest(file, "sha256").digest())
    return content.hexdigest()[:16]
