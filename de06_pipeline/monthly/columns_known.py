"""What is known about a supplier's columns before its file is read: those its last deliveries had,
and which figures an absent one costs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from de06_pipeline.contracts.model import Contract, Field, Message
from de06_pipeline.indicators.cells.accepted_rows import unit_level
from de06_pipeline.indicators.needed_fields import fields_needed
from de06_pipeline.ingest.columns import GONE, ColumnContext, what_follows
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.quality.checks import CrossMonthFinding
from de06_pipeline.registry.model import TOTAL
from de06_pipeline.warehouse.deliveries.accepted import accepted_history

NOTHING_LOST = Message("không chỉ tiêu nào cần cột này", "no figure needs it")

_DELIVERIES_COMPARED = 3
_NAMED = 4
"""Figures named one by one; a missing date costs twenty."""


def column_context(
    workspace: Workspace,
    contract: Contract,
    month: Month,
    supplier: str,
    follows: Callable[[Field], Message],
    *,
    has_history: bool,
) -> ColumnContext:
    """What is known of a supplier's columns for a month.

    Args:
        follows: what follows from an absent column, of :func:`what_is_lost`.
        has_history: the warehouse can be asked for earlier deliveries.
    """
    before: set[str] = set()
    if has_history:
        history = accepted_history(workspace.warehouse, contract.dataset, supplier, month)
        told = [p for p in history if p.absent_fields is not None and p.row_count]
        for pointer in told[-_DELIVERIES_COMPARED:]:
            before |= {
                f.name
                for f in contract.optional_fields
                if f.name not in (pointer.absent_fields or ())
            }
    return ColumnContext(frozenset(before), follows)


def what_is_lost(
    workspace: Workspace, contract: Contract, month: Month
) -> Callable[[Field], Message]:
    """What follows from an absent column, looked up once a field for all suppliers of a month."""
    known: dict[str, Message] = {}

    def follows(field: Field) -> Message:
        if field.name not in known:
            known[field.name] = _figures_lost(workspace, contract, month, field)
        return known[field.name]

    return follows


def _figures_lost(workspace: Workspace, contract: Contract, month: Month, field: Field) -> Message:
    """What follows from an absent column: the contract's words, or the figures that need it."""
    if field.absent.is_value:
        return what_follows(field)
    if field.is_area:
        if field.type.value != unit_level(workspace.areas, month):
            return NOTHING_LOST
        return Message(
            f"không có số liệu theo {_UNITS[field.type.value]}", f"no figures by {field.type.value}"
        )
    totals: list[Message] = []
    breakdowns: set[str] = set()
    for source in workspace.registry.sources.values():
        for indicator in source.indicators.values():
            if not {contract.dataset} & {
                *indicator.datasets,
                *(lookup.dataset for lookup in source.lookups.values()),
            }:
                continue
            wanted = (contract.dataset, field.name)
            if wanted in fields_needed(source, workspace.contracts, indicator):
                totals.append(Message(indicator.name_vi, indicator.name_en))
                continue
            breakdowns |= {
                breakdown
                for breakdown in indicator.breakdowns
                if breakdown != TOTAL
                and wanted in fields_needed(source, workspace.contracts, indicator, breakdown)
            }
    if totals:
        return Message(
            f"không có số liệu: {_listed([total.vi for total in totals], 'chỉ tiêu khác')}",
            f"not reported: {_listed([total.en for total in totals], 'others')}",
        )
    if breakdowns:
        names = ", ".join(
            sorted({name for breakdown in breakdowns for name in breakdown.split(";")})
        )
        return Message(
            f"không có phân tổ theo cột này ({names})", f"no breakdown by this column ({names})"
        )
    return NOTHING_LOST


def columns_gone(outcomes: Sequence[DeliveryOutcome]) -> tuple[CrossMonthFinding, ...]:
    """Columns that suppliers' last deliveries had and these have not, for the check of the months."""
    return tuple(
        CrossMonthFinding(
            outcome.delivery.supplier,
            f"{outcome.delivery.dataset}.{note.code}",
            Message(f"{name}: {note.words.vi}", f"{name}: {note.words.en}"),
        )
        for outcome in outcomes
        for name, note in outcome.information
        if note.code.endswith(f".{GONE}")
    )


_UNITS = {"district": "quận/huyện", "commune": "phường/xã"}


def _listed(names: Sequence[str], others: str) -> str:
    shown = "; ".join(names[:_NAMED])
    rest = len(names) - _NAMED
    return f"{shown} (+{rest} {others})" if rest > 0 else shown
