"""``de06 validate``: what a supplier runs before sending. The same rules, one file, no warehouse and no Dagster."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from de06_pipeline.areas.suppliers import NATIONAL
from de06_pipeline.commands.console import console, number
from de06_pipeline.commands.progress import progress_line
from de06_pipeline.contracts.model import Contract, Severity
from de06_pipeline.errors import UsageError, no_values_leave
from de06_pipeline.ingest.deliver import IngestContext, ingest
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.landing.discover import Delivery, LandedFile
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.reports.findings import finding_lines, summary_lines, write_report
from de06_pipeline.settings import Settings

EXIT_CLEAN, EXIT_ROWS_TO_FIX, EXIT_UNREADABLE = 0, 1, 2
SHOWN = 20
"""Lines of problems on the screen; the report file has all of them."""


def one_file(path: Path, contract: Contract, month: Month, supplier: str) -> Delivery:
    """A file on its own as a delivery."""
    stat = path.stat()
    landed = LandedFile(path.name, str(path), stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))
    return Delivery(contract.dataset, month, supplier, version=0, files=(landed,), replaced=())


def validate(workspace: Workspace, path: Path, contract: Contract, month: Month, supplier: str, report: Path | None) -> DeliveryOutcome:
    """Judge one file as a delivery; writes the text report if asked to and prints a summary."""
    with tempfile.TemporaryDirectory(prefix="de06-") as scratch, progress_line(f"Checking {path.name}") as advance:
        workdir = Path(scratch)
        context = IngestContext(
            workspace.areas, workspace.suppliers, workdir / "lake", workdir / "work", resources=workspace.resources, progress=advance
        )
        context.workdir.mkdir(mode=0o700)
        with no_values_leave(f"validate {contract.dataset} {month}"):
            outcome = ingest(one_file(path, contract, month, supplier), contract, context)
            total = 0
            first: list[str] = []
            for total, line in enumerate(finding_lines(contract, outcome), start=1):
                if total <= SHOWN:
                    first.append(line)
            if report:
                write_report(contract, outcome, report)
    for line in summary_lines(contract, outcome):
        console.print(escape(line))
    console.print(_rule_table(outcome))
    for line in first:
        console.print(escape(line))
    if total > SHOWN:
        where = f"see {report}" if report else "write them all with --report FILE"
        console.print(f"… {number(total - SHOWN)} more; {where}")
    return outcome


def _rule_table(outcome: DeliveryOutcome) -> Table:
    table = Table(title="Quy tắc không đạt / rules broken", title_justify="left")
    for name in ("rule", "severity", "rows", "message"):
        table.add_column(name, justify="right" if name == "rows" else "left")
    for count in outcome.rules:
        if count.failed:
            table.add_row(count.rule.id, count.rule.severity.value, number(count.failed), escape(count.rule.message.vi))
    return table


def exit_code(outcome: DeliveryOutcome) -> int:
    """0 clean, 1 rows to fix, 2 the file cannot be read or has the wrong columns."""
    if any(file.problem for file in outcome.files):
        return EXIT_UNREADABLE
    to_fix = (
        outcome.refused or outcome.total("rows_quarantined") or any(c.failed for c in outcome.rules if c.rule.severity is Severity.CRITICAL)
    )
    return EXIT_ROWS_TO_FIX if to_fix else EXIT_CLEAN


def command(
    file: Annotated[Path, typer.Argument(help="The file to check.", exists=True, dir_okay=False)],
    dataset: Annotated[str, typer.Option(help="Which dataset it is, for example dvc_dossiers.")],
    month: Annotated[str, typer.Option(help="The reporting month, YYYY-MM.")],
    supplier: Annotated[str, typer.Option(help="The supplier's folder name, to check which areas it covers.")] = NATIONAL,
    report: Annotated[Path | None, typer.Option(help="Write every problem to this text file.")] = None,
) -> None:
    """Check a file before sending it. Exit code 0: clean; 1: rows to fix; 2: the file cannot be read."""
    workspace = Workspace(Settings())
    parsed = Month.parse(month)
    if workspace.suppliers.get(supplier, parsed) is None:
        raise UsageError(f"'{supplier}' is not a supplier in {parsed}; see data_contracts/reference/suppliers.csv.")
    raise typer.Exit(exit_code(validate(workspace, file, workspace.contract(dataset), parsed, supplier, report)))
