"""The registry as rows of ``dim_indicator``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from de06_pipeline.registry.boundaries import boundary_rule

if TYPE_CHECKING:
    from de06_pipeline.registry.model import Indicator


def dim_rows(indicators: Iterable[Indicator]) -> list[dict[str, Any]]:
    """One mapping an indicator, ordered by code.

    The value of a figure is ``numerator * value_multiplier / (denominator * value_divisor)`` where
    ``is_quotient``, else ``numerator * value_multiplier / value_divisor``.
    """
    return [
        _row(indicator) for indicator in sorted(indicators, key=lambda indicator: indicator.code)
    ]


def _row(indicator: Indicator) -> dict[str, Any]:
    return {
        "code": indicator.code,
        "source": indicator.source,
        "name_vi": indicator.name_vi,
        "name_en": indicator.name_en,
        "unit": indicator.unit,
        "kind": indicator.kind.value,
        "formula": indicator.formula,
        "legal_basis": indicator.legal_basis,
        "direction": indicator.direction,
        "target": None if indicator.target is None else f"{indicator.target:g}",
        "thresholds": json.dumps(list(indicator.thresholds)),
        "valid_from": indicator.valid_from,
        "valid_to": indicator.valid_to,
        "disclosure_class": indicator.disclosure,
        "breakdowns": ", ".join(indicator.breakdowns),
        "value_multiplier": indicator.value_multiplier,
        "value_divisor": indicator.per,
        "is_quotient": indicator.is_quotient,
        "over_space": boundary_rule(indicator).way,
        "over_space_reason": boundary_rule(indicator).reason or None,
    }
