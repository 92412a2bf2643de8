"""``python -m benchmarks.catalogue``: how many figures the whole catalogue has for the country, and
what a year of it costs.

Small data on purpose: the time is that of the pipeline's own steps for 63 provinces, not of reading
millions of rows.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from benchmarks.measure import measure
from benchmarks.national_year import write_national_year
from de06_pipeline.periods import month_range

GOAL = 1_000_000
"""Figures a month for the country, at most."""

_DE06 = [sys.executable, "-c", "from de06_pipeline.cli import main; main()"]
_BY_SOURCE = """
SELECT i.source, f.month_id, count(*) FROM figure AS f
JOIN series AS s ON s.series_id = f.series_id JOIN dim_indicator AS i ON i.code = s.indicator_code GROUP BY 1, 2
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.catalogue", description=__doc__)
    parser.add_argument(
        "--months", default="2024-01..2024-12", help="months with districts, YYYY-MM..YYYY-MM"
    )
    months = month_range(parser.parse_args().months)
    with tempfile.TemporaryDirectory(prefix="de06-catalogue-") as folder:
        home = Path(folder) / "home"
        write_national_year(home / "landing", months)
        settings = {
            "DE06_HOME": str(home),
            "DAGSTER_HOME": str(home / "dagster"),
            "GX_ANALYTICS_ENABLED": "false",
        }
        measure([*_DE06, "init"], settings)
        run = measure([*_DE06, "run", f"{months[0]}..{months[-1]}"], settings)
        counts = _counts(home / "warehouse.sqlite")
        size = (home / "warehouse.sqlite").stat().st_size
    by_month: dict[int, int] = {}
    for (_, month), number in counts.items():
        by_month[month] = by_month.get(month, 0) + number
    print(
        f"{len(months)} months, every dataset, all provinces: {run.wall_s:.0f} s wall, {run.cpu_s:.0f} s CPU, {run.peak_mib:,.0f} MiB"
    )
    print(
        f"a month: {run.cpu_s / len(months):.1f} s CPU; warehouse {size / 1e6:,.0f} MB, {sum(by_month.values()):,} figures"
    )
    last = max(by_month)
    for source in sorted({source for source, _ in counts}):
        print(f"  {source:10} {counts.get((source, last), 0):10,} figures in the last month")
    print(
        f"  {'all':10} {by_month[last]:10,}; the most in a month {max(by_month.values()):,}; goal: under {GOAL:,}"
    )
    if max(by_month.values()) >= GOAL:
        raise SystemExit("The catalogue has outgrown its goal.")


def _counts(warehouse: Path) -> dict[tuple[str, int], int]:
    with closing(sqlite3.connect(warehouse)) as con:
        return {(source, month): number for source, month, number in con.execute(_BY_SOURCE)}


if __name__ == "__main__":
    main()
