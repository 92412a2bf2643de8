"""A month's cells: the finest groups of its accepted rows, with integer measures.

A pure function of the month's accepted deliveries, the registry and the area tables: the same input
gives the same bytes. What comes from other months or from a snapshot that may be carried forward
(catalogue, register) is added when figures are made.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import duckdb

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.contracts.model import Contract
from de06_pipeline.duck.connection import DuckSettings, memory_database
from de06_pipeline.duck.quoting import literal
from de06_pipeline.duck.rows import number
from de06_pipeline.errors import no_values_leave
from de06_pipeline.indicators.cells.accepted_rows import create_rows_view, unit_level
from de06_pipeline.indicators.cells.compile import cells_sql
from de06_pipeline.indicators.cells.working_days import CALENDAR, create_calendar
from de06_pipeline.periods import Half, Month, MonthPart
from de06_pipeline.registry.model import CellSet, Measure, SourceRegistry


@dataclass(frozen=True, slots=True)
class CellsResult:
    """A month's cells as written.

    Attributes:
        folder: ``<out_dir>/<content_hash>``; immutable.
        files: file names, sorted. A cell set whose dataset nobody delivered has no file.
        row_counts: cells of the whole month by cell set.
        sql: the query that made each cell set for the whole month; those of its halves differ in
            the period's ends only.
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
        accepted: by dataset, the accepted Parquet files of the month; an empty or missing entry
            means nobody delivered.
        contracts: by dataset.
        reference: the folder of the reference tables (for the working-day calendar).
        out_dir: ``<lake>/cells/<source>/<YYYY-MM>``.
    """

    source: SourceRegistry
    month: Month
    accepted: Mapping[str, Sequence[str]]
    contracts: Mapping[str, Contract]
    areas: AreaBook
    reference: Path
    out_dir: Path
    duck: DuckSettings = field(default_factory=DuckSettings)


def build_cells(request: CellsRequest) -> CellsResult:
    """Write the cells of one source and month.

    Raises:
        ContractError: accepted rows lack a field that the registry uses (they were made under an
        older contract).
    """
    with (
        no_values_leave(f"cells {request.source.source} {request.month}"),
        memory_database(request.duck) as con,
    ):
        return _build(con, request)


def _build(con: duckdb.DuckDBPyConnection, request: CellsRequest) -> CellsResult:
    request.out_dir.mkdir(parents=True, exist_ok=True)
    work = Path(mkdtemp(prefix=".building-", dir=request.out_dir))
    try:
        counts: dict[str, int] = {}
        texts: dict[str, str] = {}
        sets = [cells for cells in request.source.cells.values() if not cells.rows.snapshot]
        for dataset in sorted({cells.rows.dataset for cells in sets}):
            if request.accepted.get(dataset):
                create_rows_view(
                    con,
                    request.contracts[dataset],
                    request.accepted[dataset],
                    unit_level(request.areas, request.month),
                )
        for cells in sets:
            if request.accepted.get(cells.rows.dataset):
                measures = request.source.measures_of(cells.name)
                for half in Half if cells.name in request.source.halved_cells else (Half.WHOLE,):
                    part, name = MonthPart(request.month, half), cells.file_name(half)
                    text = cells_sql(cells, measures, part)
                    if CALENDAR in text:
                        create_calendar(con, request.reference, request.month)
                    count = _write(con, text, work / name, cells, measures, part)
                    if half is Half.WHOLE:
                        counts[cells.name], texts[cells.name] = count, text
        content = content_hash_of(work)
        folder = request.out_dir / content
        if folder.exists() and content_hash_of(folder) != content:
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


def _write(
    con: duckdb.DuckDBPyConnection,
    sql: str,
    path: Path,
    cells: CellSet,
    measures: Sequence[Measure],
    part: MonthPart,
) -> int:
    """Run a cell set's query and write it.

    One thread writes, so that the bytes do not depend on how many there are.
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE cells AS {sql}")
    about = {
        "cells": cells.name,
        "month": str(part.month),
        "days": str(part.half),
        "rows": cells.rows.dataset,
        "where": cells.where,
        "measures": {
            measure.column: {"where": measure.where, "sum": measure.value or "1"}
            for measure in measures
        },
    }
    note = literal(json.dumps(about, ensure_ascii=False, sort_keys=True))
    threads = number(con, "SELECT current_setting('threads')")
    con.execute("SET threads = 1")
    con.execute(
        f"COPY cells TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{de06: {note}}})"
    )
    con.execute(f"SET threads = {threads}")
    count = number(con, "SELECT count(*) FROM cells")
    con.execute("DROP TABLE cells")
    return count


def content_hash_of(folder: Path) -> str:
    """The name of a folder of cells: a hash of its files' names and bytes."""
    content = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        content.update(path.name.encode() + b"\0")
        with path.open("rb") as file:
            content.update(hashlib.file_digest(file, "sha256").digest())
    return content.hexdigest()[:16]
