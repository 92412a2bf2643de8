"""Versions of one dataset's contract, each in force from a month on.

``<dataset>.odcs.yaml`` holds from the beginning. ``<dataset>@<YYYY-MM>.odcs.yaml`` beside it holds
from that month until the next one: a new version is a new file, and the months before it keep the
rules that they were delivered under.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from de06_pipeline.contracts.model import Contract, Field
from de06_pipeline.errors import ContractError
from de06_pipeline.periods import FIRST_MONTH, Month


def file_stem(contract: Contract) -> str:
    """The name that a contract's file has before its suffix."""
    return f"{contract.dataset}@{contract.valid_from}" if contract.valid_from else contract.dataset


def joined(versions: Sequence[Contract]) -> Contract:
    """The newest of a dataset's versions, which knows the earlier ones.

    Every version also knows the stored fields that only others have, so that formulas may name them
    in any month: they are empty there.

    Raises:
        ContractError: two versions begin in the same month, or none holds from the beginning.
    """
    ordered = sorted(
        versions,
        key=lambda version: (
            version.valid_from is not None,
            version.valid_from or Month.parse(FIRST_MONTH),
        ),
    )
    if ordered[0].valid_from is not None:
        raise ContractError(
            f"{ordered[0].path}: there is no version of '{ordered[0].dataset}' for the months before {ordered[0].valid_from}; "
            f"keep the first one as {ordered[0].dataset}.odcs.yaml, without 'validFrom'."
        )
    for before, after in pairwise(ordered):
        if before.valid_from == after.valid_from:
            raise ContractError(
                f"{after.path}: the dataset '{after.dataset}' already has {before.path} from the same month; keep one."
            )
    stored: dict[str, Field] = {
        field.name: field for version in ordered for field in version.stored_fields
    }
    completed = [_with_other_fields(version, stored.values()) for version in ordered]
    return replace(completed[-1], earlier=tuple(reversed(completed[:-1])))


def _with_other_fields(version: Contract, stored: Iterable[Field]) -> Contract:
    own = {field.name for field in version.stored_fields}
    return replace(version, other_fields=tuple(field for field in stored if field.name not in own))
