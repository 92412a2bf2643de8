"""By when a delivery is expected."""

from __future__ import annotations

from datetime import date

from de06_pipeline.contracts.model import Contract
from de06_pipeline.periods import Month


def due_on(contract: Contract, month: Month) -> date:
    """The day by which a month's delivery is expected: the contract's due day of the following
    month.
    """
    return month.plus(1).first_day.replace(day=contract.due_day)
