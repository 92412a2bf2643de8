"""Wrong files of many kinds through the whole of ingest: accepted or refused with a reason,
accounted for, in bounded memory.

A sample; all of them, the large ones too: ``python -m benchmarks.fuzz``.
"""

from __future__ import annotations

import random
import sys

import pytest

from benchmarks.fuzz import run_case, warm_up
from benchmarks.mutations import FORMATS, MUTATIONS

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="forks, and reads the memory of what it forked"
)

SEED = 7
CASES = 8
"""Of each format."""
LARGE = (
    "csv: a quoted cell of a million lines",
    "csv: a million blank lines",
    "csv: 60,000 named columns",
    "csv: 50,000 headers",
    "csv: one long line",
    "csv: 10 million columns",
    "xlsx: bomb",
    "xlsx: bomb of shared strings",
    "xlsx: a long text everywhere",
    "parquet: long texts",
    "parquet: 20,000 columns",
)
"""Files that take seconds to make or to read; the benchmark has them."""


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """Load what every case needs once, before processes are forked."""
    warm_up()


@pytest.mark.parametrize("extension", FORMATS)
def test_wrong_files_are_judged_and_end_nothing(extension: str) -> None:
    """A verdict that fails names the mutation; with the seed it makes the file again."""
    kinds = [
        name for name in MUTATIONS if name.startswith(f"{extension[1:]}: ") and name not in LARGE
    ]
    results = [run_case(name, SEED) for name in random.Random(SEED).sample(kinds, CASES)]
    assert [f"{result.mutation}: {result.verdict}" for result in results if result.failed] == []


def test_a_cell_at_the_far_end_is_refused_with_what_to_do() -> None:
    """Its reader asks for seventeen thousand million cells and ends its own process."""
    assert run_case("xlsx: a cell at the far end", 1).verdict == "refused: cannot_be_opened"
