"""The columns a transform, a row condition or a rule may read (``docs/architecture.md``, the step
database).
"""

from __future__ import annotations

from de06_pipeline.contracts.model import Contract, Field, FieldType

FIELD_STATES = frozenset({"ok", "empty", "bad", "padded", "serial"})
AREA_STATES = frozenset({"ok", "empty", "carried", "dropped", "unknown", "contradicts", "outside"})
MONTH_NAMES = frozenset({"month_start", "month_end", "month_last_day"})
"""What a transform may call the reporting month's bounds."""


def delivered_columns(contract: Contract) -> frozenset[str]:
    """Columns that parsing and areas make of the delivered fields, with the names of the month's
    bounds.

    The text as delivered (``_raw``, ``_text``) is for messages and not among them.
    """
    return MONTH_NAMES.union(*(_columns(field) for field in contract.delivered_fields))


def made_column(field: Field) -> frozenset[str]:
    """The column a derived field adds."""
    return frozenset({field.name}) if field.derived else frozenset()


def states(contract: Contract, column: str) -> frozenset[str]:
    """The states a ``<field>_state`` column can have; empty for any other column."""
    for field in contract.delivered_fields:
        if column == f"{field.name}_state":
            return AREA_STATES if field.is_area else FIELD_STATES
    return frozenset()


def _columns(field: Field) -> frozenset[str]:
    columns = {f"{field.name}_state", f"{field.name}_id" if field.is_area else field.name}
    if field.type is FieldType.TIMESTAMP:
        columns.add(f"{field.name}_has_time")
    if field.type is FieldType.STATED:
        columns |= {f"{field.name}_bound", f"{field.name}_unit"}
    if field.strip_suffix:
        columns.add(f"{field.name}_suffix")
    return frozenset(columns)
