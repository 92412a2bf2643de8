"""One big national export of dossiers, for benchmarks: every district of the country in one CSV.

Made by DuckDB from the row number and the seed alone (no random state), so that any number of rows
is written at the speed of the disk and the same arguments give the same bytes.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.duck.quoting import literal
from de06_pipeline.errors import UsageError
from de06_pipeline.landing.synthetic import SYNTHETIC_PREFIX
from de06_pipeline.periods import Month
from de06_pipeline.samples.catalogue import procedures
from de06_pipeline.samples.places import QUANG_NAM

_SQL = Path(__file__).with_name("bulk_dossiers.sql")


def write_bulk_dossiers(
    path: Path,
    rows: int,
    month: Month,
    seed: int = 6,
    *,
    reference: Path,
    with_faults: bool = True,
) -> Path:
    """Write a national ``dvc_dossiers`` export of one month (for the supplier ``all``), about 280
    bytes a row.

    UTF-8 with semicolons, canonical headers, codes and ISO dates; all districts in force in the
    month are equally frequent; 1 % of the rows break one critical rule each. The procedures are
    those of Quảng Nam's catalogue.

    Args:
        path: the file; its name must begin with ``SYNTHETIC_``.
        reference: folder of the reference tables.
        with_faults: off where an export of few rows is cut by supplier: by chance one of them would
            pass its tolerance and be refused.

    Raises:
        UsageError: another file name, or a month without districts (from 2025-07 on).
    """
    if not path.name.startswith(SYNTHETIC_PREFIX):
        raise UsageError(
            f"The name of a sample file begins with {SYNTHETIC_PREFIX}; choose such a name for the bulk export."
        )
    districts = AreaBook.load(reference).in_force("district", month)
    if not districts:
        raise UsageError(
            f"There are no districts in {month}; choose a month up to 2025-06 for the bulk export."
        )
    units = [(n, _agency(n), d.code, d.full_name, d.province_code) for n, d in enumerate(districts)]
    listed = [
        (n, p.code, p.sector, p.agency_level, p.service_level)
        for n, p in enumerate(p for p in procedures(QUANG_NAM, month) if p.weight)
    ]
    # Received from 20 days before the month to its end.
    minutes = ((month.end - month.start).days + 20) * 1440
    variables = {
        "seed": int(seed),
        "rows": int(rows),
        "districts": len(units),
        "procedures": len(listed),
        "minutes": minutes,
        "with_faults": with_faults,
        "month_start": month.start,
        "month_end": month.end,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    with duckdb.connect(config={"memory_limit": "1GB"}) as con:
        con.execute("SET enable_progress_bar = false")
        for name, value in variables.items():
            con.execute(f"SET VARIABLE {name} = ?", [value])
        con.execute(
            "CREATE TEMP TABLE districts (number BIGINT, agency TEXT, code TEXT, full_name TEXT, province_code TEXT)"
        )
        con.executemany("INSERT INTO districts VALUES (?, ?, ?, ?, ?)", units)
        con.execute(
            "CREATE TEMP TABLE catalogue (number BIGINT, code TEXT, sector TEXT, level TEXT, service_level TEXT)"
        )
        con.executemany("INSERT INTO catalogue VALUES (?, ?, ?, ?, ?)", listed)
        con.execute(_SQL.read_text(encoding="utf-8"))
        con.execute(
            f"COPY bulk_dossier TO {literal(str(unfinished))} (FORMAT csv, DELIMITER ';', HEADER)"
        )
    unfinished.replace(path)
    return path


def _agency(number: int) -> str:
    """A well-formed agency code (QĐ 20/2020/QĐ-TTg) for the district with this number."""
    return f"H{number % 63 + 1:02d}.{number // 63 + 1}"
