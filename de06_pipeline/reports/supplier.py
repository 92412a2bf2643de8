"""The report on one delivery for the office that sent it: a page for people and a CSV for machines,
from the same findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from de06_pipeline.contracts.model import Contract, Message
from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.interruption import end_if_interrupted
from de06_pipeline.quality.rules import evaluated_columns
from de06_pipeline.reports.finding_tables import findings_database, in_sets
from de06_pipeline.reports.findings import Findings, findings_of
from de06_pipeline.reports.page import Occasion, render_page
from de06_pipeline.reports.places import ReportFiles
from de06_pipeline.reports.whole import whole_file
from de06_pipeline.reports.wording import two_parts

if TYPE_CHECKING:
    import duckdb

WriteReport = Callable[[DeliveryOutcome, Occasion, ReportFiles], None]


@contextmanager
def report_writer(
    contract: Contract, outcomes: Sequence[DeliveryOutcome], workdir: Path, duck: DuckSettings
) -> Iterator[WriteReport]:
    """Opens one database for the reports on any number of deliveries; gives what writes both files
    of one of them.

    The same delivery, contract and occasion give the same bytes, whatever the others are, and no
    reader ever sees half a file. Called while the outcome's quarantine and remarks are still there,
    it raises AccountingError where there is a finding without a text, and OSError where the report
    cannot be written.

    Args:
        workdir: a scratch folder.
    """
    with findings_database(contract, workdir, duck) as con:
        sets = _Sets(con, contract, outcomes)

        def write(outcome: DeliveryOutcome, occasion: Occasion, files: ReportFiles) -> None:
            findings = sets.findings(outcome)
            with whole_file(files.csv) as part:
                findings.write_csv(part)
            with whole_file(files.html) as part:
                part.write_text(
                    render_page(contract, outcome, findings, occasion, files.csv.name),
                    encoding="utf-8",
                    newline="\n",
                )

        yield write


class _Sets:
    """The findings of deliveries that are reported on one after another, put together set by set:
    to plan a dozen statements over few lines costs the same for one delivery as for sixty.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        contract: Contract,
        outcomes: Sequence[DeliveryOutcome],
    ) -> None:
        self._con = con
        self._contract = contract
        self._sets = {
            outcome.delivery.supplier: together
            for together in in_sets(outcomes)
            for outcome in together
        }
        self._findings: dict[str, Findings] = {}

    def findings(self, outcome: DeliveryOutcome) -> Findings:
        """Those of one delivery, until the next set's are asked for."""
        supplier = outcome.delivery.supplier
        while supplier not in self._findings:
            self._put_together(self._sets[supplier])
        return self._findings[supplier]

    def _put_together(self, outcomes: Sequence[DeliveryOutcome]) -> None:
        """Put a set's findings together, or part the set: what is the matter with one of its
        deliveries costs the others nothing.
        """
        suppliers = [outcome.delivery.supplier for outcome in outcomes]
        self._findings = {}
        try:
            put_together = findings_of(self._con, self._contract, outcomes)
        except Exception:
            end_if_interrupted()
            if len(outcomes) == 1:
                raise
            self._sets |= {
                supplier: [outcome] for supplier, outcome in zip(suppliers, outcomes, strict=True)
            }
            return
        self._findings = dict(zip(suppliers, put_together, strict=True))


def write_supplier_report(
    contract: Contract,
    outcome: DeliveryOutcome,
    occasion: Occasion,
    files: ReportFiles,
    workdir: Path,
    duck: DuckSettings,
) -> None:
    """Write both files of one delivery; see :func:`report_writer`."""
    with report_writer(contract, [outcome], workdir, duck) as write:
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
