"""``de06 validate``: what a supplier runs before sending.

The same rules, one file, no warehouse and no Dagster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.markup import escape
from rich.table import Table

from de06_pipeline.areas.suppliers import NATIONAL, SupplierBook
from de06_pipeline.commands.console import console
from de06_pipeline.commands.file_check import (
    REPORT_FOLDER,
    STAGES,
    CheckedFile,
    Subject,
    check_file,
    one_file,
    report_files,
    said_by_path,
)
from de06_pipeline.commands.names import supplier_named
from de06_pipeline.commands.progress import progress_line
from de06_pipeline.contracts.load import contract_of
from de06_pipeline.contracts.model import Contract, Message
from de06_pipeline.errors import UsageError
from de06_pipeline.landing.discover import Delivery
from de06_pipeline.monthly.preview import Preview, PreviewFigure
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.reports.places import ReportFiles
from de06_pipeline.reports.summary import Say, in_language
from de06_pipeline.reports.wording import SEVERITY, number
from de06_pipeline.settings import Settings

Answer = TypeVar("Answer")


class Language(StrEnum):
    """The languages a supplier can be answered in."""

    VI = "vi"
    EN = "en"


def validate(
    workspace: Workspace,
    contract: Contract,
    delivery: Delivery,
    supplier_title: str,
    files: ReportFiles,
    language: str,
    *,
    mark: bool = False,
) -> CheckedFile:
    """Check a file and print a summary and where the report lies."""
    say = in_language(language)
    title = say(
        Message(f"Đang kiểm tra {delivery.files[0].name}", f"Checking {delivery.files[0].name}")
    )
    with progress_line(title, took=say(Message("xong sau", "done in"))) as advance:
        checked = check_file(
            workspace,
            contract,
            delivery,
            supplier_title,
            files,
            language,
            lambda stage, share: advance(say(STAGES[stage]), share),
            mark=mark,
        )
    for line in checked.lines:
        console.print(escape(line), soft_wrap=True)
    if checked.figures:
        _print_preview(checked.figures, delivery.month, say)
    console.print()
    written = [
        (Message("Báo cáo để đọc:", "Report to read:"), files.html),
        (Message("Mở bằng Excel:", "For Excel:"), files.csv),
    ]
    if checked.marked:
        written.append((Message("Tệp đã đánh dấu:", "File, marked:"), checked.marked))
    for name, path in written:
        console.print(escape(f"{say(name):<16} {path.resolve()}"), soft_wrap=True)
    return checked


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
    mark: Annotated[
        bool,
        typer.Option(
            help="Also give the file back as a workbook with its wrong cells marked. It holds all that the file holds: keep it here."
        ),
    ] = False,
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
            mark = True
        code = _checked(workspace, file, given, report, lang, mark=mark)
    except UsageError as error:
        raise UsageError(error.en if lang is Language.EN else error.vi) from None
    raise typer.Exit(code)


def _checked(
    workspace: Workspace,
    file: Path,
    given: Subject,
    report: Path | None,
    lang: Language,
    *,
    mark: bool,
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
    checked = validate(workspace, contract, delivery, known.title, files, lang.value, mark=mark)
    return checked.exit_code


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
