"""Checking one file before it is sent: what ``de06 validate`` and the page of ``de06 check`` share.

The same rules, one file, no warehouse and no Dagster. What is printed or shown is theirs.
"""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from de06_pipeline.areas.suppliers import NATIONAL
from de06_pipeline.contracts.model import Contract, Message, Severity
from de06_pipeline.duck.scratch import scratch_folder
from de06_pipeline.errors import UsageError, no_values_leave
from de06_pipeline.ingest.context import IngestContext
from de06_pipeline.ingest.deliver import ingest
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.landing.discover import Delivery, LandedFile, month_of_folder
from de06_pipeline.monthly.columns_known import column_context, what_is_lost
from de06_pipeline.monthly.preview import Preview, preview
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.reports.findings import open_findings
from de06_pipeline.reports.marked import is_markable, write_marked
from de06_pipeline.reports.page import Occasion
from de06_pipeline.reports.places import ReportFiles, file_stem
from de06_pipeline.reports.summary import SHOWN_ROWS, summary_lines
from de06_pipeline.reports.supplier import unchecked_rules, write_supplier_report
from de06_pipeline.settings import Settings

EXIT_CLEAN, EXIT_ROWS_TO_FIX, EXIT_UNREADABLE = 0, 1, 2
MARKED = ".danh-dau"
"""Added to the name of a file that is given back marked."""
REPORT_FOLDER = "ket-qua-kiem-tra"
"""Where reports lie beside the checked file: a folder of their own, so that nobody sends them along
with it.
"""

_VERSION_FOLDER = re.compile(r"v[0-9]+", re.IGNORECASE)
STAGES = {
    "read": Message("đọc tệp", "reading"),
    "parse": Message("đọc giá trị", "parsing"),
    "judge": Message("xét quy tắc", "judging"),
    "write": Message("ghi kết quả", "writing"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a file is to be checked as."""

    dataset: str
    month: str
    supplier: str


def said_by_path(path: Path, datasets: Iterable[str]) -> Subject:
    """What ``…/<dataset>/<YYYY-MM>/<supplier>/…`` says about a file; '' for what it does not say."""
    folders = [unicodedata.normalize("NFC", part) for part in path.resolve().parent.parts]
    known = set(datasets)
    for place in range(len(folders) - 2, -1, -1):
        if folders[place] in known and month_of_folder(folders[place + 1]):
            below = folders[place + 2 :]
            supplier = below[0] if below and not _VERSION_FOLDER.fullmatch(below[0]) else NATIONAL
            return Subject(folders[place], folders[place + 1], supplier)
    return Subject("", "", "")


def report_files(path: Path, chosen: Path | None, settings: Settings) -> ReportFiles:
    """Where the report on a file goes; made sure of before a large file is read.

    Args:
        chosen: a folder (one that is there, or a name without an extension), or the name of one of
            the two files.

    Raises:
        UsageError: the place lies in the landing zone, where a report would count as delivered, or
        cannot be written.
    """
    stem = file_stem(path.stem)
    if chosen is None:
        folder = (
            settings.reports / "validate"
            if in_landing(path, settings)
            else path.parent / REPORT_FOLDER
        )
        files = ReportFiles(folder / f"{stem}.html", folder / f"{stem}.csv")
    elif chosen.is_dir() or not chosen.suffix:
        files = ReportFiles(chosen / f"{stem}.html", chosen / f"{stem}.csv")
    elif chosen.suffix.lower() == ".csv":
        files = ReportFiles(chosen.with_suffix(".html"), chosen)
    else:
        files = ReportFiles(chosen, chosen.with_suffix(".csv"))
    if in_landing(files.html, settings) or files.csv.resolve() == path.resolve():
        raise UsageError.in_two_languages(
            f"Không ghi kết quả vào {files.html.parent}: ở đó tệp kết quả sẽ bị coi là số liệu. Chọn nơi khác bằng --report.",
            f"The report must not be written to {files.html.parent}, where it would count as data. Choose another place with --report.",
        )
    try:
        files.html.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=files.html.parent).close()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError.in_two_languages(
            f"Không ghi được kết quả vào {files.html.parent} ({reason}). Chọn nơi khác bằng --report.",
            f"The report cannot be written to {files.html.parent} ({reason}). Choose another place with --report.",
        ) from None
    return files


def scratch_root(settings: Settings) -> Path:
    """Where the work lies: in the home, or where there is none, in a folder of this user's own; each
    is swept by whoever comes next.
    """
    if settings.home.is_dir():
        return settings.scratch
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    return Path(tempfile.gettempdir()) / f"de06-{owner}"


@contextmanager
def nothing_left(settings: Settings) -> Iterator[None]:
    """Take the folder of the work away at the end where there is no home and nobody else works."""
    try:
        yield
    finally:
        if not settings.home.is_dir():
            with suppress(OSError):
                scratch_root(settings).rmdir()


def in_landing(path: Path, settings: Settings) -> bool:
    return "://" not in settings.landing and path.resolve().is_relative_to(
        Path(settings.landing).resolve()
    )


def one_file(path: Path, subject: Subject, month: Month) -> Delivery:
    """A file on its own as a delivery."""
    stat = path.stat()
    name = unicodedata.normalize(
        "NFC", path.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    )
    landed = LandedFile(name, str(path), stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))
    return Delivery(
        subject.dataset, month, subject.supplier, version=0, files=(landed,), replaced=()
    )


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What came of checking a file.

    Attributes:
        lines: a summary for a console.
        figures: what the file would publish; None where it is not known.
        marked: the file given back with its wrong cells marked, where that was asked for and it has
            any.
    """

    outcome: DeliveryOutcome
    lines: list[str]
    figures: Preview | None
    marked: Path | None

    @property
    def exit_code(self) -> int:
        """0 clean, 1 rows to fix, 2 the file cannot be read or has the wrong columns."""
        if any(file.problem for file in self.outcome.files):
            return EXIT_UNREADABLE
        broken = any(
            count.failed for count in self.outcome.rules if count.rule.severity is Severity.CRITICAL
        )
        return (
            EXIT_ROWS_TO_FIX
            if self.outcome.refused or self.outcome.total("rows_quarantined") or broken
            else EXIT_CLEAN
        )


def check_file(
    workspace: Workspace,
    contract: Contract,
    delivery: Delivery,
    supplier_title: str,
    files: ReportFiles,
    language: str,
    progress: Callable[[str, float], None],
    *,
    mark: bool,
) -> CheckedFile:
    """Judge a delivery of one file and write the report on it.

    On a supplier's own computer wrong values are shown as written, where their field is not
    personal; of a file that has arrived in the landing zone, as masked as in any other report.

    Args:
        progress: called with a key of :data:`STAGES` and the share done.
        mark: also give the file back with its wrong cells marked, where it has any and does not lie
            in the landing zone.
    """
    occasion = Occasion(
        supplier_title,
        before_sending=True,
        language=language,
        unchecked=unchecked_rules(contract, lookups={}),
    )
    with (
        nothing_left(workspace.settings),
        scratch_folder(scratch_root(workspace.settings)) as scratch,
    ):
        workdir = Path(scratch) / "work"
        workdir.mkdir(mode=0o700)
        context = IngestContext(
            areas=workspace.areas,
            suppliers=workspace.suppliers,
            lake=Path(scratch) / "lake",
            workdir=workdir,
            duck=workspace.duck(),
            progress=lambda stage, share: progress(stage.partition(" ")[0], share),
            columns=lambda supplier: column_context(
                workspace,
                contract,
                delivery.month,
                supplier,
                what_is_lost(workspace, contract, delivery.month),
                has_history=workspace.has_warehouse,
            ),
            own_values=not in_landing(Path(delivery.files[0].url), workspace.settings),
        )
        with no_values_leave(f"validate {contract.dataset} {delivery.month}"):
            outcome = ingest(delivery, contract, context)
            write_supplier_report(contract, outcome, occasion, files, workdir, workspace.duck())
            with open_findings(
                contract, outcome, workdir / "summary", workspace.duck()
            ) as findings:
                figures = preview(workspace, contract, outcome, Path(scratch) / "preview")
                groups = findings.groups(SHOWN_ROWS)
                lines = summary_lines(contract, outcome, groups, occasion)
                marked = None
                if mark and groups and context.own_values and is_markable(outcome):
                    marked = write_marked(
                        files.html.with_name(f"{files.html.stem}{MARKED}"),
                        contract,
                        outcome,
                        findings,
                        language,
                        workdir,
                    )
    return CheckedFile(outcome, list(lines), figures, marked)
