"""Which deliveries of a dataset and month are worked on together.

The unit of acceptance stays the delivery. Working on it alone costs half a second of processor time
before its first row (a database, forty functions, statements of two hundred columns to plan), which
a province's small delivery does not take to judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from de06_pipeline.landing.discover import Delivery

BATCH_BYTES = 64 << 20
"""What the deliveries of a batch hold together, at most; a larger delivery is a batch of its own."""
BATCH_FILES = 1_000
"""Files of a batch: all of them are open to one statement."""
_PACKED = (".xlsx", ".xlsm", ".xlsb", ".ods", ".parquet")
_TIMES_UNPACKED = 8


def batches(
    deliveries: Sequence[Delivery], most_bytes: int = BATCH_BYTES, most_files: int = BATCH_FILES
) -> Iterator[list[Delivery]]:
    """The deliveries in their order, put together up to the bounds."""
    batch: list[Delivery] = []
    size = files = 0
    for delivery in deliveries:
        own = _bytes_of_text(delivery)
        if batch and (size + own > most_bytes or files + len(delivery.files) > most_files):
            yield batch
            batch, size, files = [], 0, 0
        batch.append(delivery)
        size += own
        files += len(delivery.files)
    if batch:
        yield batch


def _bytes_of_text(delivery: Delivery) -> int:
    """About how large the delivery is as text."""
    return sum(
        file.bytes * (_TIMES_UNPACKED if PurePosixPath(file.name).suffix.lower() in _PACKED else 1)
        for file in delivery.files
    )
