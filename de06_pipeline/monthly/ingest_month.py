"""All deliveries of one dataset and month: ingest each alone, record each in its own transaction,
say what stands afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from de06_pipeline.contracts.model import Contract
from de06_pipeline.duck.scratch import scratch_folder
from de06_pipeline.ingest.deliver import IngestContext, ingest
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.landing.discover import Delivery, find_deliveries
from de06_pipeline.monthly.check_across_months import (
    compare_months,
    cross_month_findings,
    cross_month_path,
)
from de06_pipeline.monthly.columns_known import column_context, columns_gone
from de06_pipeline.monthly.due_day import due_on
from de06_pipeline.monthly.find_gaps import note_ingest
from de06_pipeline.monthly.find_vanished import find_vanished
from de06_pipeline.monthly.in_force import accepted_for
from de06_pipeline.monthly.publish_quality import publish_quality
from de06_pipeline.monthly.records import delivery_record
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import TIMEZONE, Month
from de06_pipeline.quality.checks import Arrival, CheckOutcome, month_checks
from de06_pipeline.reports.page import Occasion
from de06_pipeline.reports.places import ReportFiles, supplier_report
from de06_pipeline.reports.supplier import unchecked_rules, write_supplier_report
from de06_pipeline.warehouse.deliveries.record import confirm_missing, record_delivery
from de06_pipeline.warehouse.deliveries.records import AcceptedPointer
from de06_pipeline.warehouse.figures.publish import PublicationResult

Log = Callable[[str], None]

ACCEPT_MISSING_TAG = "de06/accept_missing"
"""Run tag with which a person confirms that vanished files are gone for good; kept with the run as
the record of it.
"""


@dataclass(frozen=True, slots=True)
class MonthIngest:
    """What became of a dataset's month.

    Attributes:
        deliveries: every delivery found and read, by supplier.
        vanished: suppliers with files that were there before and are gone, unconfirmed; not read
            again.
        reports: the report of each delivery, in the same order.
        in_force: the accepted rows the month's figures will be made from, carried snapshots
            included.
        checks: the eight checks over all deliveries.
        records_at_odds: lists of the records that do not fit between this month and the one before,
            one a supplier that has some.
        quality: the publication of the month's delivery rates; None where the registry has none.
    """

    dataset: str
    month: Month
    is_snapshot: bool
    deliveries: tuple[DeliveryOutcome, ...]
    reports: tuple[ReportFiles, ...]
    vanished: tuple[str, ...]
    in_force: tuple[AcceptedPointer, ...]
    checks: tuple[CheckOutcome, ...]
    records_at_odds: tuple[Path, ...] = ()
    quality: PublicationResult | None = None

    @property
    def refused(self) -> tuple[DeliveryOutcome, ...]:
        return tuple(d for d in self.deliveries if d.refused)

    @property
    def stops_downstream(self) -> bool:
        """Whether the month has nothing to go on with: something was refused and no accepted rows
        stand.

        A refused snapshot never stops anything: figures that need it say that it is missing.
        """
        return bool(self.refused) and not self.in_force and not self.is_snapshot


def ingest_month(
    workspace: Workspace,
    contract: Contract,
    month: Month,
    run_id: str,
    *,
    accept_missing: bool = False,
    log: Log = lambda _: None,
) -> MonthIngest:
    """Ingest and record every delivery of a dataset and month.

    Args:
        contract: the version in force in the month.
        accept_missing: a person has confirmed that files which disappeared are gone for good.
        log: told one line a delivery; file names, counts and rule ids only.

    Raises:
        LandingError: the landing zone cannot be listed.
        SchemaError: the warehouse has not been created.
    """
    warehouse = workspace.warehouse
    found = find_deliveries(workspace.settings.landing, contract.dataset, month)
    vanished = find_vanished(warehouse, contract.dataset, month, found, run_id)
    if accept_missing:
        for supplier in vanished:
            if supplier not in {d.supplier for d in found}:
                confirm_missing(warehouse, contract.dataset, month, supplier, run_id)
                log(
                    f"{contract.dataset} {month} {supplier}: confirmed as gone; its rows are out of force"
                )
        vanished = ()
    outcomes = tuple(
        _ingest_and_record(workspace, contract, d, run_id, log)
        for d in found
        if d.supplier not in vanished
    )
    compare_months(workspace, contract, month, run_id)
    quality = publish_quality(workspace, month, run_id)
    at_odds = (*cross_month_findings(workspace, contract, month), *columns_gone(outcomes))
    checks = month_checks(
        contract,
        [o.count for o in outcomes],
        _arrival(workspace, contract, month, [d.supplier for d in found], vanished),
        at_odds,
    )
    lists = (
        cross_month_path(workspace, contract.dataset, month, supplier)
        for supplier in sorted({f.supplier for f in at_odds})
    )
    note_ingest(workspace, contract.dataset, month, run_id)
    return MonthIngest(
        dataset=contract.dataset,
        month=month,
        is_snapshot=contract.snapshot,
        deliveries=outcomes,
        reports=tuple(_report_files(workspace, o.delivery) for o in outcomes),
        vanished=vanished,
        in_force=accepted_for(workspace, contract, month),
        checks=checks,
        records_at_odds=tuple(path for path in lists if path.exists()),
        quality=quality,
    )


def _ingest_and_record(
    workspace: Workspace, contract: Contract, delivery: Delivery, run_id: str, log: Log
) -> DeliveryOutcome:
    # Each delivery has its own scratch folder, gone as soon as it is recorded: personal data lie
    # there no longer than needed.
    with scratch_folder(workspace.settings.scratch) as workdir:
        lookups = _lookups(workspace, contract, delivery.month)
        context = IngestContext(
            areas=workspace.areas,
            suppliers=workspace.suppliers,
            lake=workspace.lake,
            workdir=workdir,
            lookups=lookups,
            duck=workspace.duck(),
            columns=column_context(
                workspace, contract, delivery.month, delivery.supplier, has_history=True
            ),
        )
        outcome = ingest(delivery, contract, context)
        supplier = workspace.suppliers.get(delivery.supplier, delivery.month)
        occasion = Occasion(
            supplier.title if supplier else delivery.supplier,
            unchecked=unchecked_rules(contract, lookups),
        )
        write_supplier_report(
            contract,
            outcome,
            occasion,
            _report_files(workspace, delivery),
            workdir,
            workspace.duck(),
        )
        record_delivery(
            workspace.warehouse, delivery_record(outcome, contract, run_id, workspace.lake_files)
        )
    log(_line(outcome))
    return outcome


def _report_files(workspace: Workspace, delivery: Delivery) -> ReportFiles:
    return supplier_report(
        workspace.settings.reports, delivery.dataset, delivery.month, delivery.supplier
    )


def _lookups(
    workspace: Workspace, contract: Contract, month: Month
) -> dict[tuple[str, str], Sequence[str]]:
    """Accepted rows of the other datasets that the contract's flags look into, as they stand for
    the month.
    """
    return {
        (f.lookup.dataset, f.lookup.field): [
            workspace.lake_files.rows(p)
            for p in accepted_for(workspace, workspace.contract(f.lookup.dataset), month)
        ]
        for f in contract.fields
        if f.lookup
    }


def _arrival(
    workspace: Workspace,
    contract: Contract,
    month: Month,
    arrived: Sequence[str],
    vanished: Sequence[str],
) -> Arrival:
    return Arrival(
        expected=tuple(s.name for s in workspace.suppliers.in_force(month)),
        arrived=tuple(arrived),
        vanished=tuple(vanished),
        due=due_on(contract, month),
        today=datetime.now(ZoneInfo(TIMEZONE)).date(),
    )


def _line(outcome: DeliveryOutcome) -> str:
    delivery = outcome.delivery
    verdict = (
        "refused: " + " ".join(r.en for r in outcome.reasons) if outcome.refused else "accepted"
    )
    counts = ", ".join(
        f"{outcome.total(f'rows_{name}')} {name}"
        for name in ("read", "accepted", "quarantined", "superseded")
    )
    return f"{delivery.dataset} {delivery.month} {delivery.supplier}: {counts}, {outcome.warnings} warnings; {verdict}"
