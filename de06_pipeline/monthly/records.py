"""From what ingest returns to what the warehouse stores. The two do not know each other."""

from __future__ import annotations

from dataclasses import replace

from de06_pipeline.contracts.model import Contract
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.landing.discover import Delivery
from de06_pipeline.landing.store import TROUBLES
from de06_pipeline.monthly.lake import Lake
from de06_pipeline.quality.checks import delivery_checks
from de06_pipeline.warehouse.deliveries.records import (
    AcceptedRowsRecord,
    DeliveryRecord,
    FileRecord,
    InformationRecord,
    RuleRecord,
)


def delivery_record(
    outcome: DeliveryOutcome, contract: Contract, run_id: str, lake: Lake
) -> DeliveryRecord:
    """One delivery as the warehouse records it: its files, every rule, and the blocking checks as
    rules of their own. Its accepted rows are kept in the lake first.
    """
    delivery = outcome.delivery
    files = [
        FileRecord(
            name=f.name,
            version=delivery.version,
            bytes=f.bytes,
            received_at=f.modified_at,
            sha256=f.sha256 or None,
            format=f.format or None,
            encoding=f.encoding or None,
            rows_read=f.rows_read,
            rows_accepted=f.rows_accepted,
            rows_quarantined=f.rows_quarantined,
            rows_superseded=f.rows_superseded,
        )
        for f in outcome.files
    ]
    files += [
        FileRecord(f.name, version=0, bytes=f.bytes, received_at=f.modified_at, is_replaced=True)
        for f in delivery.replaced
    ]
    return DeliveryRecord(
        dataset=delivery.dataset,
        month=delivery.month,
        supplier=delivery.supplier,
        fingerprint=_as_read(outcome).fingerprint,
        contract_version=outcome.contract_version,
        run_id=run_id,
        files=tuple(files),
        rules=(*_check_records(outcome, contract), *_rule_records(outcome)),
        information=tuple(
            InformationRecord(name, note.code, note.count, note.words.vi, note.words.en)
            for name, note in outcome.information
        ),
        accepted=AcceptedRowsRecord(
            lake.keep(outcome.accepted.path),
            outcome.accepted.content_hash,
            outcome.accepted.row_count,
            outcome.absent_fields,
        )
        if outcome.accepted
        else None,
        quarantine=outcome.quarantine,
    )


def _as_read(outcome: DeliveryOutcome) -> Delivery:
    """The delivery with what kept its files from being read, also where nothing was known against
    them when they were listed: once the disk or share is well again, that is news.
    """
    delivery = outcome.delivery
    met = {f.name: f.problem.code for f in outcome.files if f.problem}
    files = (
        replace(file, trouble=met[file.name]) if met.get(file.name) in TROUBLES else file
        for file in delivery.files
    )
    return replace(delivery, files=tuple(files))


def _rule_records(outcome: DeliveryOutcome) -> list[RuleRecord]:
    return [
        RuleRecord(c.rule.id, c.rule.severity.value, c.evaluated, c.failed, c.failed == 0)
        for c in outcome.rules
    ]


def _check_records(outcome: DeliveryOutcome, contract: Contract) -> list[RuleRecord]:
    """The delivery rules. ``evaluated`` and ``failed`` count files, or rows for ``tolerance``."""
    count = outcome.count
    files = len(count.files)
    numbers = {
        "readable": (files, sum(f.unreadable is not None for f in count.files), None),
        "headers": (files, sum(f.wrong_header is not None for f in count.files), None),
        "accounting": (files, sum(f.unaccounted != 0 for f in count.files), None),
        "tolerance": (count.judged, count.quarantined, contract.tolerance),
    }
    passed = {check.name: check.passed for check in delivery_checks(contract, count)}
    return [
        RuleRecord(
            f"{contract.dataset}.delivery.{name}",
            "critical",
            evaluated,
            failed,
            passed[name],
            tolerance,
        )
        for name, (evaluated, failed, tolerance) in numbers.items()
    ]
