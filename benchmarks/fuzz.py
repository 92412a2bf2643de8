"""``python -m benchmarks.fuzz --cases N --seed S``: wrong files through the whole of ``ingest``,
each in a process of its own.

A case passes when the delivery is accepted or refused with a reason in both languages, every file's
rows are accounted for, nothing is raised, and the process keeps below the bound of memory. Seeds
make every case again: ``--only "xlsx: bomb" --seed 7 --cases 1``.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.mutations import MUTATIONS, Case, Rows, make_case
from de06_pipeline.landing.process.limited import MOST_MEMORY_GIB
from de06_pipeline.periods import Month
from de06_pipeline.settings import REPOSITORY

if TYPE_CHECKING:
    from de06_pipeline.ingest.outcome import DeliveryOutcome

BOUND_MIB = (MOST_MEMORY_GIB << 10) + 1024
"""Largest resident memory of a process that ingests one file, however wrong: what opening it may
take, and a gigabyte for the rest.
"""
LONGEST_SECONDS = 600

DATASET, SUPPLIER, MONTH = "eid_accounts", "quang-nam", Month(2024, 6)
MARK = "Nguyễn Thị Dấu Vết"
"""Stands where names stand; no message may say it."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a case. ``verdict``: ``accepted``, ``refused: <code>`` or ``FAILED: <why>``."""

    mutation: str
    seed: int
    verdict: str
    peak_mib: float
    seconds: float

    @property
    def failed(self) -> bool:
        return self.verdict.startswith("FAILED")


def good_rows(count: int = 40) -> Rows:
    """A clean export of e-ID accounts with a name in a column that nobody knows."""
    header = [
        "Mã hồ sơ",
        "Số định danh",
        "Ngày sinh",
        "Mức độ",
        "Tỉnh/Thành phố",
        "Quận/Huyện",
        "Ngày thu nhận",
        "Ngày tạo lập",
    ]
    header += ["Ngày kích hoạt", "Trạng thái", "Họ tên"]
    rows = [
        [
            f"DD202406{number:04d}",
            f"0490990{number:05d}",
            "01/02/1999",
            str(1 + number % 2),
            "Quảng Nam",
            ("Tam Kỳ", "Hội An")[number % 2],
            f"{2 + number % 10:02d}/06/2024",
            f"{14 + number % 5:02d}/06/2024",
            "",
            "Đã tạo lập",
            MARK,
        ]
        for number in range(count)
    ]
    return [header, *rows]


def ingest_in(folder: Path) -> str:
    """Ingest the one delivery of a folder's landing zone in this process; the verdict."""
    from de06_pipeline.areas.book import AreaBook
    from de06_pipeline.areas.suppliers import SupplierBook
    from de06_pipeline.contracts.load import load_contracts
    from de06_pipeline.duck.connection import DuckSettings
    from de06_pipeline.errors import De06Error
    from de06_pipeline.ingest.context import IngestContext
    from de06_pipeline.ingest.deliver import ingest
    from de06_pipeline.landing.discover import find_deliveries

    reference = REPOSITORY / "data_contracts" / "reference"
    areas = AreaBook.load(reference)
    contract = load_contracts(REPOSITORY / "data_contracts" / "sources")[DATASET]
    (folder / "work").mkdir(mode=0o700)
    context = IngestContext(
        areas,
        SupplierBook.load(reference, areas),
        folder / "lake",
        folder / "work",
        duck=DuckSettings("512MB", 1),
    )
    try:
        (delivery,) = find_deliveries(str(folder / "landing"), DATASET, MONTH)
        outcome = ingest(delivery, contract, context)
    except De06Error as error:
        return f"FAILED: raised {type(error).__name__}: {error}"
    except Exception as error:
        place = error.__traceback__
        while place and place.tb_next:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
        return f"FAILED: raised {type(error).__name__} at {where}"
    return _verdict(outcome)


def _verdict(outcome: DeliveryOutcome) -> str:
    (file,) = outcome.files
    messages = [*outcome.reasons, *([file.problem.message] if file.problem else [])]
    if any(MARK in text for message in messages for text in (message.vi, message.en)):
        return "FAILED: a message says a name"
    if file.rows_read != file.rows_accepted + file.rows_quarantined + file.rows_superseded:
        return "FAILED: rows are not accounted for"
    if not outcome.refused:
        return "accepted"
    if not messages or not all(message.vi and message.en for message in messages):
        return "FAILED: refused without a reason"
    return f"refused: {file.problem.code if file.problem else 'tolerance'}"


def run_case(mutation: str, seed: int) -> Result:
    """Make the file in one forked process and ingest it in another, whose memory and end are its
    own.
    """
    folder = Path(tempfile.mkdtemp(prefix="de06-fuzz-"))
    try:
        _forked(lambda: _write(make_case(mutation, seed, good_rows()), folder))
        started = time.perf_counter()
        verdict, peak = _forked(lambda: ingest_in(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if peak > BOUND_MIB and not verdict.startswith("FAILED"):
        verdict = f"FAILED: {peak:.0f} MiB"
    return Result(mutation, seed, verdict, peak, time.perf_counter() - started)


def _write(case: Case, folder: Path) -> str:
    landed = folder / "landing" / DATASET / str(MONTH) / SUPPLIER / case.file_name
    landed.parent.mkdir(parents=True)
    landed.write_bytes(case.content)
    return case.file_name


def _forked(work: Callable[[], str]) -> tuple[str, float]:
    """What the work answers in a process of its own, and the largest resident memory of that
    process or one of its own, MiB.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        signal.alarm(LONGEST_SECONDS)
        try:
            answer = work()
        except BaseException as error:
            answer = f"FAILED: raised {type(error).__name__}"
        children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        os.write(writing, f"{children} {answer}".encode()[:4000])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read().decode()
    _, status, usage = os.wait4(child, 0)
    largest_child, _, answer = answer.partition(" ")
    peak = max(usage.ru_maxrss, int(largest_child or 0)) / 1024
    return answer or f"FAILED: the process ended with {os.waitstatus_to_exitcode(status)}", peak


def chosen_cases(count: int, seed: int, only: str | None = None) -> Iterator[tuple[str, int]]:
    """Every mutation in turn, with one seed after the other."""
    kinds = [only] if only else MUTATIONS
    for number in range(count):
        yield kinds[number % len(kinds)], seed + number // len(kinds)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument(
        "--cases", type=int, default=len(MUTATIONS), help="how many; by default every mutation once"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only",
        choices=MUTATIONS,
        metavar="MUTATION",
        help="one mutation, for example 'xlsx: bomb'",
    )
    parser.add_argument(
        "--verbose", action="store_true", help="print every case, not only those that fail"
    )
    parser.add_argument("--json", type=Path, help="write every result here too")
    chosen = parser.parse_args(arguments)
    warm_up()
    results = []
    for mutation, seed in chosen_cases(chosen.cases, chosen.seed, chosen.only):
        result = run_case(mutation, seed)
        results.append(result)
        if result.failed or chosen.only or chosen.verbose:
            print(
                f"{mutation} seed {seed}: {result.verdict}, {result.peak_mib:.0f} MiB, {result.seconds:.1f} s",
                flush=True,
            )
    _print_summary(results)
    if chosen.json:
        chosen.json.write_text(
            json.dumps([asdict(result) for result in results], indent=1, ensure_ascii=False),
            encoding="utf-8",
        )
    return int(any(result.failed for result in results))


def warm_up() -> None:
    """Load what every case loads, so that forked processes have it already."""
    for module in ("great_expectations", "pyarrow.parquet", "python_calamine"):
        importlib.import_module(module)
    with tempfile.TemporaryDirectory(prefix="de06-fuzz-") as folder:
        _write(make_case("csv: extreme values", 0, good_rows()), Path(folder))
        ingest_in(Path(folder))


def _print_summary(results: Sequence[Result]) -> None:
    worst, slowest = max(results, key=lambda r: r.peak_mib), max(results, key=lambda r: r.seconds)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{len(results)} cases of {len({r.mutation for r in results})} kinds, {sum(r.failed for r in results)} failed"
    )
    for verdict, count in Counter(r.verdict for r in results).most_common():
        print(f"  {count:5} {verdict}")
    print(
        f"worst memory {worst.peak_mib:.0f} MiB ({worst.mutation}, seed {worst.seed}); {own:.0f} MiB of it before any file"
    )
    print(f"slowest {slowest.seconds:.1f} s ({slowest.mutation}, seed {slowest.seed})")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
