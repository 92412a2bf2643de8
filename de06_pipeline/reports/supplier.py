"""The report on one delivery for the office that sent it: a page for people and a CSV for machines,
from the same findings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from de06_pipeline.contracts.model import Contract, Message
from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.quality.rules import evaluated_columns
from de06_pipeline.reports.findings import open_findings
from de06_pipeline.reports.page import Occasion, render_page
from de06_pipeline.reports.places import ReportFiles
from de06_pipeline.reports.whole import whole_file
from de06_pipeline.reports.wording import two_parts


def write_supplier_report(
    contract: Contract,
    outcome: DeliveryOutcome,
    occasion: Occasion,
    files: ReportFiles,
    workdir: Path,
    duck: DuckSettings,
) -> None:
    """Write both files; the same delivery, contract and occasion give the same bytes, and no reader
    ever sees half a file.

    Args:
        workdir: a scratch folder; the outcome's own, while its quarantine and remarks are still
            there.

    Raises:
        AccountingError: there is a finding without a text.
        OSError: the report cannot be written.
    """
    files.html.parent.mkdir(parents=True, exist_ok=True)
    with open_findings(contract, outcome, workdir, duck) as findings:
        with whole_file(files.csv) as part:
            findings.write_csv(part)
        with whole_file(files.html) as part:
            part.write_text(
                render_page(contract, outcome, findings, occasion, files.csv.name),
                encoding="utf-8",
                newline="\n",
            )


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
