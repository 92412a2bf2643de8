"""All deliveries of one dataset and month: work on them in batches, record each in its own
transaction, say what stands afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from de06_pipeline.areas.suppliers import SupplierBook
from de06_pipeline.contracts.model import Contract
from de06_pipeline.duck.scratch import scratch_folder
from de06_pipeline.errors import ContractError
from de06_pipeline.ingest.batches import batches
from de06_pipeline.ingest.context import IngestContext
from de06_pipeline.ingest.deliver import ingest_batch
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.interruption import end_if_interrupted
from de06_pipeline.landing.discover import Delivery, find_deliveries
from de06_pipeline.monthly.check_across_months import (
    compare_months,
    cross_month_findings,
    cross_month_path,
)
from de06_pipeline.monthly.columns_known import column_context, columns_gone, what_is_lost
from de06_pipeline.monthly.due_day import due_on
from de06_pipeline.monthly.find_gaps import note_ingest
from de06_pipeline.monthly.find_vanished import check_share, find_vanished
from de06_pipeline.monthly.in_force import accepted_for
from de06_pipeline.monthly.records import delivery_record
from de06_pipeline.monthly.report_store import share_or_say
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month, vietnam_today
from de06_pipeline.quality.checks import Arrival, CheckOutcome, month_checks
from de06_pipeline.reports.page import Occasion
from de06_pipeline.reports.places import ReportFiles, supplier_report
from de06_pipeline.reports.supplier import report_writer, unchecked_rules
from de06_pipeline.warehouse.deliveries.record import confirm_missing, record_delivery
from de06_pipeline.warehouse.deliveries.records import AcceptedPointer

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
        source_stands: accepted rows of another dataset of the source are in force for the month, so
            that it has figures without this one.
        checks: the eight checks over all deliveries.
        records_at_odds: lists of the records that do not fit between this month and the one before,
            one a supplier that has some.
    """

    dataset: str
    month: Month
    is_snapshot: bool
    deliveries: tuple[DeliveryOutcome, ...]
    reports: tuple[ReportFiles, ...]
    vanished: tuple[str, ...]
    in_force: tuple[AcceptedPointer, ...]
    source_stands: bool
    checks: tuple[CheckOutcome, ...]
    records_at_odds: tuple[Path, ...] = ()

    @property
    def refused(self) -> tuple[DeliveryOutcome, ...]:
        return tuple(d for d in self.deliveries if d.refused)

    @property
    def stops_downstream(self) -> bool:
        """Whether the month has nothing to go on with: something was refused and no accepted rows
        stand, of this dataset or another of its source.

        Without the dossiers the catalogue's figures are still published, and the others say
        ``not_reported``. A refused snapshot never stops anything.
        """
        nothing = not (self.in_force or self.source_stands or self.is_snapshot)
        return bool(self.refused) and nothing


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
        LandingError: the landing zone cannot be listed, or is empty though files were delivered.
        SchemaError: the warehouse has not been created.
    """
    warehouse = workspace.warehouse
    deliveries = find_deliveries(workspace.settings.landing, contract.dataset, month)
    if not deliveries:
        check_share(warehouse, workspace.settings.landing, contract.dataset, month)
    vanished = find_vanished(warehouse, contract.dataset, month, deliveries, run_id)
    if accept_missing:
        for supplier in vanished:
            if supplier not in {d.supplier for d in deliveries}:
                confirm_missing(warehouse, contract.dataset, month, supplier, run_id)
                log(
                    f"{contract.dataset} {month} {supplier}: confirmed as gone; its rows are out of force"
                )
        vanished = ()
    outcomes = tuple(
        _ingest_and_record(
            workspace, contract, [d for d in deliveries if d.supplier not in vanished], run_id, log
        )
    )
    compare_months(workspace, contract, month, run_id)
    at_odds = (*cross_month_findings(workspace.warehouse, contract, month), *columns_gone(outcomes))
    checks = month_checks(
        contract,
        [o.count for o in outcomes],
        _arrival(workspace.suppliers, contract, month, [d.supplier for d in deliveries], vanished),
        at_odds,
    )
    lists = (
        cross_month_path(workspace.settings.reports, contract.dataset, month, supplier)
        for supplier in sorted({f.supplier for f in at_odds})
    )
    share_or_say(workspace.settings, f"suppliers/{contract.dataset}/{month}", log)
    note_ingest(workspace.warehouse, contract.dataset, month, run_id)
    return MonthIngest(
        dataset=contract.dataset,
        month=month,
        is_snapshot=contract.snapshot,
        deliveries=outcomes,
        reports=tuple(_report_files(workspace.settings.reports, o.delivery) for o in outcomes),
        vanished=vanished,
        in_force=accepted_for(workspace.warehouse, workspace.suppliers, contract, month),
        source_stands=_source_stands(workspace, contract, month),
        checks=checks,
        records_at_odds=tuple(path for path in lists if path.exists()),
    )


def _source_stands(workspace: Workspace, contract: Contract, month: Month) -> bool:
    """Whether rows of another dataset of the contract's source are in force for a month."""
    if contract.source not in workspace.registry.sources:
        return False
    return any(
        accepted_for(workspace.warehouse, workspace.suppliers, other, month)
        for other in workspace.own_contracts(contract.source)
        if other.dataset != contract.dataset
    )


def _ingest_and_record(
    workspace: Workspace, contract: Contract, deliveries: Sequence[Delivery], run_id: str, log: Log
) -> Iterator[DeliveryOutcome]:
    """Work on the deliveries batch by batch and record each alone.

    Where a batch fails its deliveries are worked on one by one, so that what is the matter with one
    costs the others nothing.

    Raises:
        Exception: what the first delivery that could not be worked on or recorded raised; by then
        all others are recorded. A contract that cannot be used is everyone's matter and comes at
        once.
    """
    failures: list[Exception] = []
    for batch in batches(deliveries):
        try:
            yield from _ingest_batch(workspace, contract, batch, run_id, log, failures)
        except ContractError:
            raise
        except Exception as error:
            end_if_interrupted()
            if len(batch) == 1:
                failures.append(error)
                continue
            log(
                f"{contract.dataset} {batch[0].month}: {len(batch)} deliveries could not be worked on "
                f"together ({type(error).__name__}); now one by one"
            )
            for delivery in batch:
                try:
                    yield from _ingest_batch(workspace, contract, [delivery], run_id, log, failures)
                except Exception as own:
                    end_if_interrupted()
                    failures.append(own)
    if failures:
        raise failures[0]


def _ingest_batch(
    workspace: Workspace,
    contract: Contract,
    batch: Sequence[Delivery],
    run_id: str,
    log: Log,
    failures: list[Exception],
) -> list[DeliveryOutcome]:
    """The outcomes of a batch, each reported on and recorded in its own transaction.

    A delivery that cannot be reported on or recorded is added to ``failures`` and left out.
    """
    # Each batch has its own scratch folder, gone as soon as it is recorded: personal data lie
    # there no longer than needed.
    with scratch_folder(workspace.settings.scratch) as workdir:
        month = batch[0].month
        lookups = _lookups(workspace, contract, month)
        follows = what_is_lost(workspace, contract, month)
        context = IngestContext(
            areas=workspace.areas,
            suppliers=workspace.suppliers,
            lake=workspace.lake,
            workdir=workdir,
            lookups=lookups,
            duck=workspace.duck(),
            columns=lambda supplier: column_context(
                workspace, contract, month, supplier, follows, has_history=True
            ),
        )
        recorded = []
        outcomes = ingest_batch(batch, contract, context)
        with report_writer(contract, outcomes, workdir, workspace.duck()) as write_report:
            for outcome in outcomes:
                try:
                    supplier = workspace.suppliers.get(outcome.delivery.supplier, month)
                    occasion = Occasion(
                        supplier.title if supplier else outcome.delivery.supplier,
                        unchecked=unchecked_rules(contract, lookups),
                    )
                    # A report says what was recorded, so it comes after.
                    record = delivery_record(outcome, contract, run_id, workspace.lake_files)
                    record_delivery(workspace.warehouse, record)
                    write_report(
                        outcome,
                        occasion,
                        _report_files(workspace.settings.reports, outcome.delivery),
                    )
                except Exception as error:
                    end_if_interrupted()
                    failures.append(error)
                    continue
                recorded.append(outcome)
                log(_line(outcome))
    return recorded


def _report_files(reports: Path, delivery: Delivery) -> ReportFiles:
    return supplier_report(reports, delivery.dataset, delivery.month, delivery.supplier)


def _lookups(
    workspace: Workspace, contract: Contract, month: Month
) -> dict[tuple[str, str], Sequence[str]]:
    """Accepted rows of the other datasets that the contract's flags look into, as they stand for
    the month, and the reference tables beside them.
    """
    lookups: dict[tuple[str, str], Sequence[str]] = {}
    for lookup in (f.lookup for f in contract.fields if f.lookup):
        for dataset, field in lookup.places:
            pointers = accepted_for(
                workspace.warehouse, workspace.suppliers, workspace.contract(dataset), month
            )
            lookups[dataset, field] = [workspace.lake_files.rows(p) for p in pointers]
        if also := lookup.also:
            table = workspace.reference / also.table
            if not table.is_file():
                raise ContractError(f"{table}: is missing; {contract.path} looks into it.")
            lookups[also.dataset, also.field] = [*lookups[also.dataset, also.field], str(table)]
    return lookups


def _arrival(
    suppliers: SupplierBook,
    contract: Contract,
    month: Month,
    arrived: Sequence[str],
    vanished: Sequence[str],
) -> Arrival:
    return Arrival(
        # A dataset without areas is the whole country's: no province owes it.
        expected=tuple(s.name for s in suppliers.in_force(month) if contract.area_fields),
        arrived=tuple(arrived),
        vanished=tuple(vanished),
        due=due_on(contract, month),
        today=vietnam_today(),
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
