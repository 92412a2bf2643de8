"""The report on one delivery for the office that sent it: a page for people and a CSV for machines,
from the same findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from de06_pipeline.contracts.model import Contract, Message
from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.quality.rules import evaluated_columns
from de06_pipeline.reports.finding_tables import findings_database
from de06_pipeline.reports.findings import Findings
from de06_pipeline.reports.page import Occasion, render_page
from de06_pipeline.reports.places import ReportFiles
from de06_pipeline.reports.whole import whole_file
from de06_pipeline.reports.wording import two_parts

WriteReport = Callable[[DeliveryOutcome, Occasion, ReportFiles], None]


@contextmanager
def report_writer(contract: Contract, workdir: Path, duck: DuckSettings) -> Iterator[WriteReport]:
    """Opens one database for the reports on any number of deliveries; gives what writes both files
    of one.

    The same delivery, contract and occasion give the same bytes, and no reader ever sees half a
    file. Called while the outcome's quarantine and remarks are still there, it raises
    AccountingError where there is a finding without a text, and OSError where the report cannot be
    written.

    Args:
        workdir: a scratch folder.
    """

    with findings_database(contract, workdir, duck) as con:

        def write(outcome: DeliveryOutcome, occasion: Occasion, files: ReportFiles) -> None:
            findings = Findings(con, contract, outcome)
            with whole_file(files.csv) as part:
                findings.write_csv(part)
            with whole_file(files.html) as part:
                part.write_text(
                    render_page(contract, outcome, findings, occasion, files.csv.name),
                    encoding="utf-8",
                    newline="\n",
                )

        yield write


def write_supplier_report(
    contract: Contract,
    outcome: DeliveryOutcome,
    occasion: Occasion,
    files: ReportFiles,
    workdir: Path,
    duck: DuckSettings,
) -> None:
    """Write both files of one delivery; see :func:`report_writer`."""
    with report_writer(contract, workdir, duck) as write:
        write(outcome, occasion, files)


def unchecked_rules(
    contract: Contract, lookups: Mapping[tuple[str, str], Sequence[str]]
) -> tuple[Message, ...]:
    """What the rules say that look into another dataset of which there are no rows, so that they
    have evaluated nothing.
    """
    blind = {
        f.name
        for f in contract.fields
        if f.lookup and not lookups.get((f.lookup.dataset, f.lookup.field))
    }
    return tuple(
        two_parts(rule.message)[0]
        for rule in contract.rules
        if blind.intersection(evaluated_columns(rule))
    )
