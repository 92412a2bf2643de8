"""Refused deliveries as a run shows them: a tag to find runs by, and its last words.

A refusal is no failure: figures of other suppliers are published, and the run ends green. Who looks
at runs, backfills or the timeline must still see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from de06_pipeline.quality.checks import delivery_checks

if TYPE_CHECKING:
    from de06_pipeline.contracts.model import Contract
    from de06_pipeline.monthly.ingest_month import MonthIngest

REFUSED_TAG = "de06/refused"
_TAGGED = 3
"""Deliveries named in the tag: the UI shows a tag in one line."""


def refusals_of(contract: Contract, outcome: MonthIngest) -> list[str]:
    """``dataset/supplier: checks`` of each refused delivery."""
    lines = []
    for delivery in outcome.refused:
        failed = [
            check.name
            for check in delivery_checks(contract, delivery.count)
            if check.blocking and not check.passed
        ]
        lines.append(f"{outcome.dataset}/{delivery.delivery.supplier}: {', '.join(failed)}")
    return lines


def tag_value(refused: Sequence[str]) -> str:
    """The first ones and how many more."""
    more = len(refused) - _TAGGED
    return "; ".join(refused[:_TAGGED]) + (f"; + {more}" if more > 0 else "")


def last_words(refused: Sequence[str]) -> Iterator[str]:
    """One line a refused delivery."""
    for line in refused:
        yield f"REFUSED {line}"
