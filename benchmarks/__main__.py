"""``python -m benchmarks``: the product next to a plain pandas script and to the engine alone, one
file next to many suppliers, sample months, the country in small files and its sixth month,
corrections, backfills, and the import of the definitions. Results are kept in ``benchmarks/results.json``.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from benchmarks.measure import Measured, least, measure
from benchmarks.national_year import write_national_year
from benchmarks.reading import READERS, write_workbook
from benchmarks.results import Numbers, keep, numbers
from benchmarks.suppliers import cut_by_supplier
from de06_pipeline.periods import Month, month_range
from de06_pipeline.samples import write_samples
from de06_pipeline.samples.bulk import write_bulk_dossiers
from de06_pipeline.settings import REPOSITORY
from de06_pipeline.warehouse.schema import STATUSES

REFERENCE = REPOSITORY / "data_contracts" / "reference"
MONTH = Month.parse("2024-06")
SAMPLE_MONTH = "2024-08"
DE06 = [sys.executable, "-c", "from de06_pipeline.cli import main; main()"]
QUICK_ROWS = 200_000
WORKBOOK_ROWS = 300_000
CASES = (
    *("imports", "month", "reading", "national", "suppliers"),
    *("country", "year", "correction", "backfill"),
)
QUICK_CASES = ("national", "suppliers")
QUICK_BOUNDS = {
    "CPU against the plain script": 3.0,
    "CPU of all suppliers against one file": 2.2,
}
"""What ``--quick`` fails beyond: ratios that a fault of ours moves far and another machine does not.
At this size most of a run is its fixed cost.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--rows",
        type=int,
        action="append",
        help="dossiers in the national export; may be repeated (default: 1 and 5 million)",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"{QUICK_ROWS:,} dossiers, national and by supplier; ends with 1 where a ratio is out of its bound",
    )
    parser.add_argument("--rounds", type=int, default=2, help="runs of each, alternating")
    parser.add_argument(
        "--reader",
        choices=("plain", "arrow"),
        default="plain",
        help="CSV reader of the plain script",
    )
    parser.add_argument("--only", choices=CASES, action="append", help="only this benchmark")
    chosen = parser.parse_args()
    cases = chosen.only or (QUICK_CASES if chosen.quick else CASES)
    rows = chosen.rows or ([QUICK_ROWS] if chosen.quick else [1_000_000, 5_000_000])
    beyond: list[str] = []
    # As it is installed: where Python may write no bytecode, each run would compile the sources.
    compileall.compile_dir(REPOSITORY / "de06_pipeline", quiet=1)
    with tempfile.TemporaryDirectory(prefix="de06-benchmarks-") as temporary:
        folder = Path(temporary)
        if "imports" in cases:
            compare_imports(chosen.rounds)
        if "month" in cases:
            run_sample_month(folder / "sample")
        if "reading" in cases:
            compare_reading(folder, chosen.rounds)
        if "national" in cases:
            for number in rows:
                ratios = compare_national(folder / "national", number, chosen.rounds, chosen.reader)
                beyond += _beyond(QUICK_BOUNDS, ratios)
                shutil.rmtree(folder / "national")
        if "suppliers" in cases:
            ratios = compare_suppliers(folder / "suppliers", min(300_000, *rows), chosen.rounds)
            beyond += _beyond(QUICK_BOUNDS, ratios)
        if "country" in cases:
            run_country_month(folder / "country")
        if "year" in cases:
            run_country_year(folder / "year")
        if "correction" in cases:
            correct_oldest_month(folder / "correction")
        if "backfill" in cases:
            compare_backfill(folder / "backfill")
    if chosen.quick and beyond:
        raise SystemExit("Out of bounds: " + "; ".join(beyond))


def _beyond(bounds: Mapping[str, float], ratios: Mapping[str, float]) -> list[str]:
    return [
        f"{what} is {ratios[what]:.2f}, bound {bound}"
        for what, bound in bounds.items()
        if what in ratios and ratios[what] > bound
    ]


def compare_national(folder: Path, rows: int, rounds: int, reader: str) -> Numbers:
    """A national export of one month from landing to figures, by the product and by the plain
    script.

    Args:
        reader: the plain script's CSV reader.

    Returns:
        ratios of processor time and wall time, the product's over the other's.

    Raises:
        SystemExit: the two do not come to the same counts, or to the same figures.
    """
    landed = folder / "landing" / "dvc_dossiers" / str(MONTH) / "SYNTHETIC_national.csv"
    write_bulk_dossiers(landed, rows, MONTH, reference=REFERENCE)
    print(
        f"\n{rows:,} dossiers of {MONTH}, {landed.stat().st_size / 1e6:,.0f} MB of CSV: de06 run and plain pandas, {rounds} times each"
    )
    product, plain, floor = [], [], []
    _read_once(landed.parent)
    for _ in range(rounds):
        product.append(_run_product(folder, landed.parents[2]))
        _print("de06 run", product[-1])
        plain.append(_run_plain(folder, landed, reader))
        _print("plain pandas", plain[-1])
        floor.append(
            measure([sys.executable, "-m", "benchmarks.floor", str(landed), str(folder / "floor")])
        )
        _print("DuckDB floor", floor[-1])
    ours, theirs = (
        _product_counts(folder / "home" / "warehouse.sqlite"),
        json.loads(plain[-1].stdout.splitlines()[-1]),
    )
    print("  counts:", ours)
    if ours != theirs:
        raise SystemExit(f"plain pandas counted otherwise: {theirs}")
    for what, number in _agreement(
        folder / "home" / "warehouse.sqlite", folder / "plain" / "figures.sqlite"
    ).items():
        print(f"  {what} of both, all equal: {number:,}")
    ours, script, engine = least(product), least(plain), least(floor)
    print("  de06 run against plain pandas:", ours.against(script))
    ratios = {
        "wall against the plain script": ours.wall_s / script.wall_s,
        "CPU against the plain script": ours.cpu_s / script.cpu_s,
        "CPU against the DuckDB floor": ours.cpu_s / engine.cpu_s,
        "memory against the plain script": ours.peak_mib / script.peak_mib,
    }
    runs = {"product": ours, "plain script": script, "DuckDB floor": engine}
    _keep(f"national, {rows:,} dossiers", runs, ratios)
    return ratios


def compare_suppliers(folder: Path, rows: int, rounds: int) -> Numbers:
    """The same dossiers as one national export and as one small delivery a province."""
    export = folder / "one" / "dvc_dossiers" / str(MONTH) / "SYNTHETIC_national.csv"
    write_bulk_dossiers(export, rows, MONTH, reference=REFERENCE)
    suppliers = cut_by_supplier(export, folder / "many", "dvc_dossiers", MONTH, REFERENCE)
    print(f"\n{rows:,} dossiers of {MONTH} as one file and as {suppliers} deliveries")
    _read_once(folder / "one")
    _read_once(folder / "many")
    whole, many = [], []
    for _ in range(rounds):
        whole.append(_run_product(folder, folder / "one"))
        _print("one file", whole[-1])
        many.append(_run_product(folder, folder / "many"))
        _print(f"{suppliers} suppliers", many[-1])
    ratios = {"CPU of all suppliers against one file": least(many).cpu_s / least(whole).cpu_s}
    print("  ", ratios)
    _keep(
        f"{suppliers} suppliers, {rows:,} dossiers",
        {"one file": least(whole), "suppliers": least(many)},
        ratios,
    )
    return ratios


def run_country_month(folder: Path) -> None:
    """A month of the country in small files: every dataset that provinces deliver, from each
    supplier.
    """
    whole, parts = folder / "whole", folder / "parts"
    write_national_year(whole, [MONTH])
    files = 0
    for export in sorted(whole.rglob("*.csv")):
        dataset = export.relative_to(whole).parts[0]
        files += cut_by_supplier(export, parts, dataset, MONTH, REFERENCE)
    environment = _environment(folder / "home", parts)
    measure([*DE06, "init"], environment)
    print(f"\nThe country in {files} small files, {MONTH}")
    run = measure([*DE06, "run", "--no-reports", str(MONTH)], environment)
    _print("de06 run", run)
    _keep(f"country, {files} small files", {"de06 run": run}, {})


def run_country_year(folder: Path) -> None:
    """National exports of every dataset: what the sixth month of a year costs against the first,
    each in a process of its own.
    """
    months = month_range("2024-01..2024-06")
    write_national_year(folder / "landing", months)
    environment = _environment(folder / "home", folder / "landing")
    measure([*DE06, "init"], environment)
    run = [*DE06, "run", "--no-reports"]
    first = measure([*run, str(months[0])], environment)
    measure([*run, f"{months[1]}..{months[-2]}"], environment)
    sixth = measure([*run, str(months[-1])], environment)
    print(f"\nThe country in national exports, {months[0]} and {months[-1]}")
    _print("first month", first)
    _print("sixth month", sixth)
    _keep(
        "country, sixth month",
        {"first month": first, "sixth month": sixth},
        {"CPU of the sixth month against the first": sixth.cpu_s / first.cpu_s},
    )


def compare_backfill(folder: Path) -> None:
    """Nine sample months, one after another and two side by side."""
    months = f"{Month(2024, 1)}..{Month(2024, 9)}"
    write_samples(folder / "landing", month_range(months), reference=REFERENCE)
    runs = {}
    for jobs in (1, 2):
        environment = _environment(folder / f"home-{jobs}", folder / "landing")
        measure([*DE06, "init"], environment)
        runs[f"{jobs} jobs"] = measure(
            [*DE06, "run", "--no-reports", months, "--jobs", str(jobs)], environment
        )
        _print(f"{jobs} jobs", runs[f"{jobs} jobs"])
    ratios = {"wall of 2 jobs against 1": runs["2 jobs"].wall_s / runs["1 jobs"].wall_s}
    _keep("backfill of 9 sample months", runs, ratios)


def correct_oldest_month(folder: Path) -> None:
    """Thirty sample months, then a corrected file in the oldest."""
    months = month_range(f"{Month(2022, 7)}..{Month(2024, 12)}")
    landing = folder / "landing"
    write_samples(landing, months, reference=REFERENCE)
    environment = _environment(folder / "home", landing)
    measure([*DE06, "init"], environment)
    first = measure([*DE06, "run", "--no-reports", str(months[0])], environment)
    measure([*DE06, "run", "--no-reports", f"{months[1]}..{months[-1]}"], environment)
    corrected = next((landing / "dvc_dossiers" / str(months[0])).rglob("*.csv"))
    lines = corrected.read_bytes().split(b"\n")
    corrected.write_bytes(b"\n".join(lines[:-3] + lines[-1:]))
    again = measure(
        [*DE06, "run", "--no-reports", str(months[0]), "--dataset", "dvc_dossiers"], environment
    )
    print("\nA corrected file in the oldest of 30 sample months")
    _print("first run", first)
    _print("corrected", again)
    ratios = {"CPU of the correction against the first run": again.cpu_s / first.cpu_s}
    _keep(
        "correction of the oldest of 30 months", {"first run": first, "correction": again}, ratios
    )


def _read_once(landing: Path) -> None:
    """Write out what the system still holds back of new files, and read them once: whoever came first
    would wait for that, and work beside it, while the others find the files in memory.
    """
    os.sync()
    for path in landing.rglob("*.csv"):
        with path.open("rb") as file:
            while file.read(1 << 20):
                pass


def _keep(name: str, runs: Mapping[str, Measured], ratios: Numbers) -> None:
    keep(name, {what: numbers(run) for what, run in runs.items()}, ratios)


def _run_product(folder: Path, landing: Path) -> Measured:
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    environment = _environment(home, landing)
    measure([*DE06, "init"], environment)
    return measure(
        [*DE06, "run", "--no-reports", str(MONTH), "--dataset", "dvc_dossiers"], environment
    )


def _run_plain(folder: Path, csv: Path, reader: str) -> Measured:
    out = folder / "plain"
    shutil.rmtree(out, ignore_errors=True)
    script = [sys.executable, "-W", "ignore", "-m", "benchmarks.plain_pandas"]
    return measure([*script, str(csv), str(REFERENCE), str(MONTH), str(out), "--reader", reader])


def _product_counts(warehouse: Path) -> dict[str, int]:
    with closing(sqlite3.connect(warehouse)) as con:
        rows = con.execute(
            "SELECT sum(rows_read), sum(rows_accepted), sum(rows_quarantined), sum(rows_superseded) FROM delivery"
        ).fetchone()
        totals = con.execute("""
            SELECT replace(indicator_code, 'dvc.', ''), CAST(numerator AS INTEGER) FROM indicator_monthly
            WHERE area_level = 'country' AND breakdown = '' AND period_type = 'month' AND time_window = 'month'
              AND indicator_code IN ('dvc.received', 'dvc.finished', 'dvc.pending')""").fetchall()
    figures = dict(totals)
    counts = dict(zip(("read", "accepted", "quarantined", "superseded"), rows, strict=True))
    return counts | {name: figures[name] for name in ("received", "finished", "pending")}


def _agreement(warehouse: Path, plain: Path) -> dict[str, int]:
    """How many rule counts and figures the two have, all the same.

    Raises:
        SystemExit: one of them differs, or only one side has it.
    """
    # The catalogue's indicators are the product's alone: nobody delivers a catalogue here.
    theirs_of = {
        "rule counts": "SELECT rule_id, evaluated, failed FROM plain.rule",
        "figures": "SELECT period_type, time_window, indicator, breakdown, area_id, numerator, denominator, status, "
        "areas_expected, areas_reported FROM plain.figure",
    }
    status = " ".join(f"WHEN {number} THEN '{name}'" for number, name in enumerate(STATUSES))
    ours_of = {
        "rule counts": "SELECT rule_id, evaluated, failed FROM quality_result "
        "WHERE dataset = 'dvc_dossiers' AND rule_id NOT LIKE 'dvc_dossiers.delivery.%'",
        "figures": "SELECT period_type, time_window, indicator_code, breakdown, area_id, numerator, denominator, "
        f"CASE status {status} END, areas_expected, areas_reported FROM figure JOIN series USING (series_id) "
        "WHERE indicator_code IN (SELECT indicator FROM plain.figure)",
    }
    numbers = {}
    with closing(sqlite3.connect(warehouse)) as con:
        con.execute("ATTACH ? AS plain", (str(plain),))
        for what, ours in ours_of.items():
            theirs = theirs_of[what]
            for counted, other, only in (
                (ours, theirs, "de06 run"),
                (theirs, ours, "plain pandas"),
            ):
                if different := con.execute(f"{counted} EXCEPT {other} LIMIT 3").fetchall():
                    raise SystemExit(f"{what} of {only} alone: {different}")
            numbers[what] = con.execute(f"SELECT count(*) FROM ({ours})").fetchone()[0]
    return numbers


def run_sample_month(folder: Path) -> None:
    """One month of sample exports, all datasets, through Dagster in a fresh home; and the same in a
    process that has run the month before.
    """
    months = (Month.parse(SAMPLE_MONTH).plus(-1), Month.parse(SAMPLE_MONTH))
    files = write_samples(folder / "landing", months, reference=REFERENCE)
    own = [file for file in files if file.month == months[1]]
    print(
        f"\nSample month {SAMPLE_MONTH}: {len(own)} files, {sum(f.rows for f in own):,} rows, all datasets through Dagster"
    )
    runs = {}
    for home, wanted in (("alone", SAMPLE_MONTH), ("warm", f"{months[0]}..{months[1]}")):
        environment = _environment(folder / home, folder / "landing")
        measure([*DE06, "init"], environment)
        runs[home] = measure([*DE06, "run", "--no-reports", wanted], environment)
    _print("de06 run", runs["alone"])
    said = re.search(rf"{SAMPLE_MONTH}: took ([0-9.]+) s", runs["warm"].stdout)
    assert said
    print(f"  behind {months[0]} in one process: {said[1]} s wall")
    _keep(
        "sample month",
        {"de06 run": runs["alone"]},
        {"wall of the month in a warm process, s": float(said[1])},
    )


def compare_reading(folder: Path, rounds: int) -> None:
    """Reading of one workbook and one CSV into records, next to calamine and to Arrow's CSV reader
    that do nothing with what they read.
    """
    export = folder / "SYNTHETIC_dossiers.csv"
    write_bulk_dossiers(export, WORKBOOK_ROWS, MONTH, reference=REFERENCE)
    workbook = folder / "SYNTHETIC_dossiers.xlsx"
    write_workbook(export, workbook)
    for file in (workbook, export):
        print(
            f"\nReading {file.suffix[1:]}, {WORKBOOK_ROWS:,} rows of 30 columns, {file.stat().st_size / 1e6:,.0f} MB, {rounds} times each"
        )
        seconds: dict[str, list[float]] = {reader: [] for reader in READERS}
        for _ in range(rounds):
            for reader, taken in seconds.items():
                printed = measure(
                    [sys.executable, "-m", "benchmarks.reading", reader, str(file)]
                ).stdout
                taken.append(float(printed.split()[-2]))
        least_of = {reader: min(taken) for reader, taken in seconds.items()}
        for reader, taken_s in least_of.items():
            print(f"  {reader:14} {taken_s:8.1f} s CPU")
        print(f"  ours takes {least_of['ours'] / least_of['bare']:.2f} times the bare library")


def compare_imports(rounds: int) -> None:
    """The import of the definitions next to that of Dagster alone; without pandas and Great
    Expectations.
    """
    check = "import sys, de06_pipeline.definitions; sys.exit(sum(m in sys.modules for m in ('pandas', 'great_expectations')))"
    ours, dagster = [], []
    for _ in range(rounds + 1):
        ours.append(measure([sys.executable, "-c", check]))
        dagster.append(measure([sys.executable, "-c", "import dagster"]))
    print("\nImport in a fresh process, without pandas and Great Expectations")
    _print("definitions", least(ours))
    _print("dagster alone", least(dagster))
    print(f"  the definitions add {least(ours).cpu_s - least(dagster).cpu_s:.2f} s of CPU")


def _environment(home: Path, landing: Path) -> Mapping[str, str]:
    return {
        "DE06_HOME": str(home),
        "DE06_LANDING": str(landing),
        "DAGSTER_HOME": str(home / "dagster"),
        "DE06_WAREHOUSE_URL": "",
        "DE06_LAKE": "",
        "GX_ANALYTICS_ENABLED": "false",
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }


def _print(what: str, run: Measured) -> None:
    print(
        f"  {what:14} {run.wall_s:8.1f} s wall {run.cpu_s:8.1f} s CPU {run.peak_mib:8,.0f} MiB at the peak",
        flush=True,
    )


if __name__ == "__main__":
    os.chdir(REPOSITORY)
    main()
