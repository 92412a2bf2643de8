"""The floor: what the engine alone needs for a national CSV. Scan, cast, typed Parquet, one group-by.

Usage: ``python -m benchmarks.floor <csv> <output folder>``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

TIMES = ("submitted_at", "received_at", "due_at", "finished_at", "returned_at", "updated_at")


def run(csv: Path, out: Path) -> int:
    """Do it, and return how many rows there were."""
    out.mkdir(parents=True, exist_ok=True)
    times = ", ".join(f"try_cast({name} AS TIMESTAMP) AS {name}" for name in TIMES)
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")
        # It would hand the type of try_cast to the reader, for which a date that is none is an error.
        con.execute("SET disabled_optimizers = 'type_pushdown'")
        con.execute(
            f"""COPY (SELECT * REPLACE ({times}) FROM read_csv(?, delim = ';', header = true, all_varchar = true))
            TO '{out / "floor.parquet"}' (FORMAT parquet, COMPRESSION zstd)""",
            [str(csv)],
        )
        groups = con.execute(
            f"""SELECT province, district, sector, count(*), count(finished_at)
            FROM '{out / "floor.parquet"}' GROUP BY ALL"""
        ).fetchall()
    return sum(group[3] for group in groups)


if __name__ == "__main__":
    print(run(Path(sys.argv[1]), Path(sys.argv[2])))
