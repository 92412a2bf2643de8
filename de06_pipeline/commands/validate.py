"""``de06 validate``: what a supplier runs before sending.

The same rules, one file, no warehouse and no Dagster.
"""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.markup import escape
from rich.table import Table

from de06_pipeline.areas.suppliers import NATIONAL, SupplierBook
from de06_pipeline.commands.console import console
from de06_pipeline.commands.names import supplier_named
from de06_pipeline.commands.progress import progress_line
from de06_pipeline.contracts.load import contract_of
from de06_pipeline.contracts.model import Contract, Message, Severity
from de06_pipeline.duck.scratch import scratch_folder
from de06_pipeline.errors import UsageError, no_values_leave
from de06_pipeline.ingest.deliver import IngestContext, ingest
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.landing.discover import Delivery, LandedFile
from de06_pipeline.monthly.columns_known import column_context, what_is_lost
from de06_pipeline.monthly.preview import Preview, PreviewFigure, preview
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.reports.findings import open_findings
from de06_pipeline.reports.page import Occasion
from de06_pipeline.reports.places import ReportFiles, file_stem
from de06_pipeline.reports.summary import SHOWN_ROWS, Say, in_language, summary_lines
from de06_pipeline.reports.supplier import unchecked_rules, write_supplier_report
from de06_pipeline.reports.wording import SEVERITY, number
from de06_pipeline.settings import Settings

Answer = TypeVar("Answer")

EXIT_CLEAN, EXIT_ROWS_TO_FIX, EXIT_UNREADABLE = 0, 1, 2
REPORT_FOLDER = "ket-qua-kiem-tra"
"""Where reports lie beside the checked file: a folder of their own, so that nobody sends them along
with it.
"""

_MONTH_FOLDER = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_VERSION_FOLDER = re.compile(r"v\d+", re.IGNORECASE)
_STAGES = {
    "read": Message("đọc tệp", "reading"),
    "parse": Message("đọc giá trị", "parsing"),
    "judge": Message("xét quy tắc", "judging"),
    "write": Message("ghi kết quả", "writing"),
}


class Language(StrEnum):
    """The languages a supplier can be answered in."""

    VI = "vi"
    EN = "en"


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
        if folders[place] in known and _MONTH_FOLDER.fullmatch(folders[place + 1]):
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
            if _in_landing(path, settings)
            else path.parent / REPORT_FOLDER
        )
        files = ReportFiles(folder / f"{stem}.html", folder / f"{stem}.csv")
    elif chosen.is_dir() or not chosen.suffix:
        files = ReportFiles(chosen / f"{stem}.html", chosen / f"{stem}.csv")
    elif chosen.suffix.lower() == ".csv":
        files = ReportFiles(chosen.with_suffix(".html"), chosen)
    else:
        files = ReportFiles(chosen, chosen.with_suffix(".csv"))
    if _in_landing(files.html, settings) or files.csv.resolve() == path.resolve():
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
def _nothing_left(settings: Settings) -> Iterator[None]:
    """Take the folder of the work away at the end where there is no home and nobody else works."""
    try:
        yield
    finally:
        if not settings.home.is_dir():
            with suppress(OSError):
                scratch_root(settings).rmdir()


def _in_landing(path: Path, settings: Settings) -> bool:
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


def validate(
    workspace: Workspace,
    contract: Contract,
    delivery: Delivery,
    supplier_title: str,
    files: ReportFiles,
    language: str,
) -> DeliveryOutcome:
    """Judge a delivery of one file, write the report on it and print a summary.

    On a supplier's own computer wrong values are shown as written, where their field is not
    personal; of a file that has arrived in the landing zone, as masked as in any other report.
    """
    say = in_language(language)
    occasion = Occasion(
        supplier_title,
        before_sending=True,
        language=language,
        unchecked=unchecked_rules(contract, lookups={}),
    )
    title = say(
        Message(f"Đang kiểm tra {delivery.files[0].name}", f"Checking {delivery.files[0].name}")
    )
    with (
        _nothing_left(workspace.settings),
        scratch_folder(scratch_root(workspace.settings)) as scratch,
        progress_line(title, done=say(Message("xong sau", "done in"))) as advance,
    ):
        workdir = Path(scratch) / "work"
        workdir.mkdir(mode=0o700)
        context = IngestContext(
            areas=workspace.areas,
            suppliers=workspace.suppliers,
            lake=Path(scratch) / "lake",
            workdir=workdir,
            duck=workspace.duck(),
            progress=lambda stage, share: advance(say(_STAGES[stage.partition(" ")[0]]), share),
            columns=lambda supplier: column_context(
                workspace,
                contract,
                delivery.month,
                supplier,
                what_is_lost(workspace, contract, delivery.month),
                has_history=workspace.has_warehouse,
            ),
            own_values=not _in_landing(Path(delivery.files[0].url), workspace.settings),
        )
        with no_values_leave(f"validate {contract.dataset} {delivery.month}"):
            outcome = ingest(delivery, contract, context)
            write_supplier_report(contract, outcome, occasion, files, workdir, workspace.duck())
            with open_findings(
                contract, outcome, workdir / "summary", workspace.duck()
            ) as findings:
                shown = preview(workspace, contract, outcome, Path(scratch) / "preview")
                lines = summary_lines(contract, outcome, findings.groups(SHOWN_ROWS), occasion)
    for line in lines:
        console.print(escape(line), soft_wrap=True)
    if shown:
        _print_preview(shown, delivery.month, say)
    console.print()
    console.print(
        escape(
            say(
                Message(
                    f"Báo cáo để đọc: {files.html.resolve()}",
                    f"Report to read: {files.html.resolve()}",
                )
            )
        ),
        soft_wrap=True,
    )
    console.print(
        escape(
            say(
                Message(
                    f"Mở bằng Excel:  {files.csv.resolve()}",
                    f"For Excel:      {files.csv.resolve()}",
                )
            )
        ),
        soft_wrap=True,
    )
    return outcome


def _print_preview(shown: Preview, month: Month, say: Say) -> None:
    """The figures the file would publish, beside those of the last month, and what to look at."""
    title = Message(f"Tệp này sẽ công bố cho {month}", f"This file would publish for {month}")
    if shown.month_before:
        title = Message(
            f"{title.vi} (trong ngoặc: {shown.month_before})",
            f"{title.en} (in brackets: {shown.month_before})",
        )
    table = Table(title=say(title), title_justify="left")
    table.add_column(say(Message("Địa bàn", "Area")))
    for indicator in shown.indicators:
        table.add_column(say(Message(indicator.name_vi, indicator.name_en)), justify="right")
    for area_id, name in shown.areas:
        cells = [
            _preview_cell(shown, (area_id, indicator.code), say) for indicator in shown.indicators
        ]
        table.add_row(escape(name), *cells)
    console.print()
    console.print(table)
    for warning in shown.warnings:
        console.print(
            f"[bold yellow]{say(SEVERITY['warning'])}:[/] {escape(say(warning))}", soft_wrap=True
        )


def _preview_cell(shown: Preview, key: tuple[int, str], say: Say) -> str:
    is_rate = next(
        indicator for indicator in shown.indicators if indicator.code == key[1]
    ).is_quotient

    def text(figure: PreviewFigure | None) -> str:
        if figure is None or figure.value is None:
            return "–"
        if is_rate:
            share = f"{figure.value:.1f}"
            return say(Message(share.replace(".", ","), share)) + " %"
        return number(round(figure.value))

    now = text(shown.now.get(key))
    return f"{now} ({text(shown.before.get(key))})" if shown.before else now


def exit_code(outcome: DeliveryOutcome) -> int:
    """0 clean, 1 rows to fix, 2 the file cannot be read or has the wrong columns."""
    if any(file.problem for file in outcome.files):
        return EXIT_UNREADABLE
    broken = any(
        count.failed for count in outcome.rules if count.rule.severity is Severity.CRITICAL
    )
    return (
        EXIT_ROWS_TO_FIX
        if outcome.refused or outcome.total("rows_quarantined") or broken
        else EXIT_CLEAN
    )


def _needed(value: str, option: str, vi: str, en: str) -> str:
    if not value:
        raise UsageError.in_two_languages(f"Thiếu {option}: {vi}", f"{option} is missing: {en}")
    return value


def command(
    file: Annotated[
        Path | None, typer.Argument(help="The file to check; without it everything is asked for.")
    ] = None,
    dataset: Annotated[
        str,
        typer.Option(
            help="Which dataset it is, for example dvc_dossiers; else as the file's folders say."
        ),
    ] = "",
    month: Annotated[
        str, typer.Option(help="The reporting month, YYYY-MM; else as the file's folders say.")
    ] = "",
    supplier: Annotated[
        str,
        typer.Option(
            help="The supplier's folder name, to check which areas it covers; else as the folders say."
        ),
    ] = "",
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            "--out",
            help=f"Folder or .html file for the report; by default {REPORT_FOLDER} beside the file.",
        ),
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the answer.")] = Language.VI,
) -> None:
    """Check a file before sending it. Without a file, asks for it and for what it is.

    Exit code 0: clean; 1: rows to fix; 2: the file cannot be read.
    """
    workspace = Workspace(Settings())
    given = Subject(dataset, month, supplier)
    try:
        if file is None:
            file, given = ask_subject(
                workspace.contracts, workspace.suppliers, given, in_language(lang.value)
            )
        code = _checked(workspace, file, given, report, lang)
    except UsageError as error:
        raise UsageError(error.en if lang is Language.EN else error.vi) from None
    raise typer.Exit(code)


def _checked(
    workspace: Workspace, file: Path, given: Subject, report: Path | None, lang: Language
) -> int:
    """Check a file as what is given or, where nothing is, as its folders say; returns the exit code."""
    if not file.is_file():
        raise UsageError.in_two_languages(f"Không có tệp {file}.", f"There is no file {file}.")
    said = said_by_path(file, workspace.contracts)
    titles = ", ".join(f"{c.dataset} ({c.title.vi})" for c in workspace.contracts.values())
    subject = Subject(
        _needed(
            given.dataset or said.dataset,
            "--dataset",
            f"bộ dữ liệu nào? {titles}.",
            "which dataset is it?",
        ),
        _needed(
            given.month or said.month,
            "--month",
            "tháng báo cáo, dạng YYYY-MM.",
            "the reporting month, YYYY-MM.",
        ),
        given.supplier or said.supplier or NATIONAL,
    )
    parsed = Month.parse(subject.month)
    contract = workspace.contract(subject.dataset).in_force(parsed)
    known = supplier_named(workspace.suppliers, subject.supplier, parsed)
    files = report_files(file, report, workspace.settings)
    delivery = one_file(file, subject, parsed)
    return exit_code(validate(workspace, contract, delivery, known.title, files, lang.value))


def ask_subject(
    contracts: Mapping[str, Contract], suppliers: SupplierBook, given: Subject, say: Say
) -> tuple[Path, Subject]:
    """Ask for a file and for what neither an option nor its folders say; a wrong answer is told and
    asked again.
    """

    def path_of(answer: str) -> Path:
        # A file dragged into a console comes in quotes.
        path = Path(answer.strip().strip("'\"")).expanduser()
        if not path.is_file():
            raise UsageError.in_two_languages(f"Không có tệp {path}.", f"There is no file {path}.")
        return path

    def dataset_of(answer: str) -> str:
        chosen = answer.strip()
        if chosen.isdigit() and 1 <= int(chosen) <= len(datasets):
            return datasets[int(chosen) - 1]
        return contract_of(contracts, chosen).dataset

    path = _asked(Message("Tệp cần kiểm tra", "File to check"), path_of, say)
    said, datasets = said_by_path(path, contracts), sorted(contracts)
    dataset = given.dataset or said.dataset
    if not dataset:
        for number_shown, name in enumerate(datasets, start=1):
            console.print(f"{number_shown:3} {name}: {escape(say(contracts[name].title))}")
        dataset = _asked(
            Message("Bộ dữ liệu (số hoặc tên)", "Dataset (number or name)"), dataset_of, say
        )
    month = (
        given.month
        or said.month
        or str(
            _asked(
                Message("Tháng báo cáo (YYYY-MM)", "Reporting month (YYYY-MM)"), Month.parse, say
            )
        )
    )
    supplier = given.supplier or said.supplier
    if not supplier:
        offices = suppliers.in_force(Month.parse(month))
        console.print(
            ", ".join([*(escape(office.name) for office in offices), NATIONAL]), soft_wrap=True
        )
        supplier = _asked(
            Message("Đơn vị gửi (tên thư mục)", "Supplier (name of its folder)"),
            lambda answer: supplier_named(suppliers, answer.strip(), Month.parse(month)).name,
            say,
        )
    return path, Subject(dataset, month, supplier)


def _asked(question: Message, read: Callable[[str], Answer], say: Say) -> Answer:
    while True:
        answer = typer.prompt(say(question))
        try:
            return read(answer)
        except UsageError as error:
            console.print(escape(say(Message(error.vi, error.en))), soft_wrap=True)
