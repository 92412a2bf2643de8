"""What ingest may look at besides the deliveries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.suppliers import SupplierBook
from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.ingest.columns import NOTHING_KNOWN, ColumnContext
from de06_pipeline.quality.lines import LISTED_ROWS

Progress = Callable[[str, float], None]
"""Told what is being done and how far it is, 0 to 1."""


@dataclass(frozen=True, slots=True)
class IngestContext:
    """What ingest may look at besides the delivery.

    Attributes:
        lookups: paths of accepted rows (Parquet) and of reference tables (CSV), by (dataset, field),
            for the contract's lookup flags.
        lake: folder of the lake.
        columns: supplier → what is known of the columns of its last deliveries.
        workdir: an empty scratch folder; the quarantine file is left there for the caller.
        own_values: what is found is told to the supplier alone, who sees wrong values of fields that
            are not personal as written.
        listed_rows: how many rows of a rule are listed for a delivery; the others are counted.
    """

    areas: AreaBook
    suppliers: SupplierBook
    lake: Path
    workdir: Path
    lookups: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    columns: Callable[[str], ColumnContext] = lambda _supplier: NOTHING_KNOWN
    duck: DuckSettings = field(default_factory=DuckSettings)
    progress: Progress = lambda _what, _share: None
    own_values: bool = False
    listed_rows: int = LISTED_ROWS
