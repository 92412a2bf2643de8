"""One step a dataset and month: landing → delivery → accepted, with the dataset's eight checks."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import dagster as dg

from de06_pipeline.contracts.model import Contract, Severity
from de06_pipeline.defs import delivery_metadata
from de06_pipeline.defs.keys import accepted_key, delivery_key, group_of, landing_key, owner_of
from de06_pipeline.defs.links import ReportLinks, report_links
from de06_pipeline.defs.markdown import plain
from de06_pipeline.defs.partitions import MONTHS, month_of
from de06_pipeline.defs.presentation import (
    column_lineage,
    column_schema,
    contract_link,
    lineage_markdown,
)
from de06_pipeline.defs.refusals import refusals_of
from de06_pipeline.defs.workspace import WorkspaceResource
from de06_pipeline.errors import no_values_leave
from de06_pipeline.quality.checks import CHECKS

if TYPE_CHECKING:
    from de06_pipeline.monthly.ingest_month import MonthIngest


def ingest_assets(contract: Contract, snapshots: Sequence[str] = ()) -> dg.AssetsDefinition:
    """The ingest step of one dataset, after the datasets its flags look into and the snapshots of
    its source.

    A refusal is a failed blocking check, not an exception: it is recorded with its partition and
    not retried. Where nothing of the dataset stands for the month after a refusal, the check has
    severity ERROR and stops what is downstream. Where another supplier's delivery, or an earlier
    good one, stands, it has severity WARN: one office's bad file must not hide another's figures.

    A month in which a delivery was refused is observed, not materialized: the run's last step fails
    (``defs/verdict.py``), and its partition of ``delivery`` is red. ``accepted`` does not depend on
    ``delivery``, since a backfill asks for nothing downstream of what failed.
    """
    dataset = contract.dataset
    common: dict[str, Any] = {
        "group_name": group_of(contract.source),
        "owners": [owner_of(contract)],
        "code_version": contract.version,
        "skippable": True,
    }
    first = sorted(
        ({d for f in contract.fields if f.lookup for d, _ in f.lookup.places} | set(snapshots))
        - {dataset}
        if not contract.snapshot
        else ()
    )
    delivery = dg.AssetSpec(
        key=delivery_key(dataset),
        deps=[landing_key(dataset), *(accepted_key(d) for d in first)],
        kinds={"duckdb"},
        description=(
            f"Deliveries of {contract.title.en} ({contract.title.vi}): files of each supplier found, fingerprinted, read and counted. "
            "rows read = accepted + quarantined + superseded, for every file."
        ),
        **common,
    )
    accepted = dg.AssetSpec(
        key=accepted_key(dataset),
        deps=[landing_key(dataset), *(accepted_key(d) for d in first)],
        kinds={"duckdb", "greatexpectations", "parquet"},
        description=f"{contract.description}\n\nRows that passed every critical rule, without personal data.",
        metadata={
            "dagster/column_schema": column_schema(contract),
            "dagster/column_lineage": column_lineage(contract),
            "lineage": lineage_markdown(contract),
            "contract": contract_link(contract),
        },
        **common,
    )

    @dg.multi_asset(
        name=f"ingest_{dataset}",
        specs=[delivery, accepted],
        partitions_def=MONTHS,
        check_specs=[
            dg.AssetCheckSpec(
                check.name,
                asset=accepted_key(dataset),
                blocking=check.blocking,
                description=check.description,
                partitions_def=MONTHS,
            )
            for check in CHECKS
        ],
    )
    def _ingest(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        from de06_pipeline.monthly.ingest_month import ACCEPT_MISSING_TAG, ingest_month
        from de06_pipeline.warehouse.restarts import again_after_restart

        month = month_of(context)
        with no_values_leave(f"ingest {dataset} {month}"):
            opened = workspace.open()
            confirmed = context.run.tags.get(ACCEPT_MISSING_TAG) == "true"
            version = opened.contract(dataset).in_force(month)
            outcome = again_after_restart(
                opened.warehouse,
                lambda: ingest_month(
                    opened,
                    version,
                    month,
                    context.run.run_id,
                    accept_missing=confirmed,
                    log=context.log.info,
                ),
            )
        workspace.refuse(context.instance, context.run.run_id, refusals_of(version, outcome))
        yield dg.AssetObservation(
            landing_key(dataset),
            partition=context.partition_key,
            metadata=delivery_metadata.landing(outcome),
        )
        links = report_links(opened.settings)
        # What is delivered once a year and stands is not missing in the other months.
        if outcome.refused:
            yield dg.AssetObservation(
                delivery_key(dataset),
                partition=context.partition_key,
                metadata=delivery_metadata.deliveries(outcome, links),
            )
        elif outcome.deliveries or (contract.snapshot and outcome.in_force):
            yield dg.MaterializeResult(
                asset_key=delivery_key(dataset),
                metadata=delivery_metadata.deliveries(outcome, links),
            )
        results = check_results(version, outcome, links)
        if outcome.stops_downstream:
            yield from results
        else:
            yield dg.MaterializeResult(
                asset_key=accepted_key(dataset),
                metadata=delivery_metadata.accepted(outcome),
                check_results=results,
            )

    return _ingest


_RULE_CHECKS = {"critical_rules": Severity.CRITICAL, "warning_rules": Severity.WARNING}


def is_information(contract: Contract, outcome: "MonthIngest", check: str) -> bool:
    """Whether what a check counted is the ordinary share of wrong rows, which nobody needs to look
    at: no rule is broken by more of a delivery's rows than the contract tolerates.
    """
    severity = _RULE_CHECKS.get(check)
    if severity is None:
        return False
    limit = Decimal(str(contract.tolerance))
    return not any(
        rule.failed > limit * delivery.count.judged
        for delivery in outcome.deliveries
        for rule in delivery.rules
        if rule.rule.severity is severity
    )


def check_results(
    contract: Contract, outcome: "MonthIngest", links: ReportLinks
) -> list[dg.AssetCheckResult]:
    """Turn check outcomes into Dagster's, every declared one and no other.

    Raises:
        dagster.Failure: a declared check has no outcome. A check that is missing must not look like
        one that passed.
    """
    declared = {check.name for check in CHECKS}
    emitted = {check.name for check in outcome.checks}
    if declared != emitted:
        raise dg.Failure(
            f"{contract.dataset}: checks declared and emitted differ: {sorted(declared ^ emitted)}",
            allow_retries=False,
        )
    return [
        dg.AssetCheckResult(
            asset_key=accepted_key(contract.dataset),
            check_name=check.name,
            passed=check.passed or is_information(contract, outcome, check.name),
            severity=dg.AssetCheckSeverity.ERROR
            if check.blocking and outcome.stops_downstream
            else dg.AssetCheckSeverity.WARN,
            description=f"{plain(check.summary.vi)}\n\n{plain(check.summary.en)}",
            metadata={
                "month": str(outcome.month),
                "rules": dg.MetadataValue.md(check.rules_markdown or "–"),
                "contract": contract_link(contract),
                **({} if check.passed else delivery_metadata.reports(outcome, links)),
                **(
                    delivery_metadata.records_at_odds(outcome, links)
                    if check.name == "cross_month"
                    else {}
                ),
            },
        )
        for check in outcome.checks
    ]
