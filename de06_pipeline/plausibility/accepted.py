"""The reviewed list of figures that look odd and are right:
``data_contracts/reference/accepted_outliers.csv``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from de06_pipeline.areas.tables import csv_rows
from de06_pipeline.errors import ContractError, UsageError
from de06_pipeline.periods import Month

FILE = "accepted_outliers.csv"
_COLUMNS = (
    "rule_id",
    "indicator_code",
    "area_code",
    "month",
    "breakdown",
    "value",
    "accepted_by",
    "accepted_on",
    "reason",
)


class FindingKey(NamedTuple):
    """What a finding is about, as the list names it. ``area_code``: ``VN`` for the country."""

    rule_id: str
    indicator_code: str
    area_code: str
    month: Month
    breakdown: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who found a figure right, when and why.

    ``value``: the figure they saw; another one is not accepted by it.
    """

    value: int
    accepted_by: str
    accepted_on: date
    reason: str


def load_accepted(reference: Path) -> Mapping[FindingKey, Acceptance]:
    """The list by what is accepted.

    Raises:
        ContractError: the table or one of its lines cannot be read, gives no name or reason, or
        repeats another; with its line.
    """
    acceptances: dict[FindingKey, Acceptance] = {}
    for line, row in csv_rows(reference / FILE, _COLUMNS):
        place = f"{FILE}:{line}"
        if missing := [name for name in _COLUMNS if name != "breakdown" and not row[name].strip()]:
            raise ContractError(
                f"{place}: {missing[0]} is empty; say who accepted which figure, when and why."
            )
        try:
            key = FindingKey(
                row["rule_id"],
                row["indicator_code"],
                row["area_code"],
                Month.parse(row["month"]),
                row["breakdown"],
            )
            acceptance = Acceptance(
                int(row["value"]),
                row["accepted_by"],
                date.fromisoformat(row["accepted_on"]),
                row["reason"],
            )
        except (UsageError, ValueError):
            raise ContractError(
                f"{place}: month must be YYYY-MM, value a whole number without separators, and accepted_on YYYY-MM-DD."
            ) from None
        if key in acceptances:
            raise ContractError(
                f"{place}: the same figure is accepted in an earlier line; keep one."
            )
        acceptances[key] = acceptance
    return acceptances
