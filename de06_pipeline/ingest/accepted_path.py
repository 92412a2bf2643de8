"""Where accepted rows lie in the lake: under the name of their content, so that those of earlier
deliveries stay beside those in force.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from de06_pipeline.periods import Month


def accepted_path(dataset: str, month: Month, supplier: str, content_hash: str) -> PurePosixPath:
    """The Parquet file of a delivery's accepted rows, below the lake."""
    folder = PurePosixPath("accepted", dataset, str(month), supplier, content_hash[:16])
    return folder / "rows.parquet"
