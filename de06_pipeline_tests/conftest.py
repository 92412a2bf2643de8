"""What holds for all tests: how Hypothesis runs, and which tests come first."""

from __future__ import annotations

import gc
from collections.abc import Generator

import pytest
from hypothesis import settings

from de06_pipeline.collector import loading
from de06_pipeline_tests.laws import examples

# Nothing is timed: a busy machine must not make a law look broken.
settings.register_profile("de06", deadline=None, print_blob=True, max_examples=examples(100))
settings.load_profile("de06")

# A tenth of the processor time went into looking for circles among what lasts.
gc.set_threshold(10_000, 20, 20)

FORKING = ("parts_laws", "workbook")
"""Words in the names of files whose tests fork hundreds of times. A fork costs what its process has
grown to, so they run before anything large has been imported or made.
"""

LONG = (
    "test_workers.py",
    "test_ui_browser.py",
    "test_dagster_order.py",
    "test_run_state.py",
    "test_interrupted_work.py",
    "test_dagster_refusals.py",
    "test_lake_s3.py",
    "test_analysts.py",
)
"""Files that take longest, mostly waiting for processes that they start: what begins last ends last."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Forking tests first; then long files, so that all processes end together; then short ones."""
    items.sort(key=_rank)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What importing all tests makes lives until the end: the garbage collector does not look at it
    again, neither here nor in the hundreds of processes that are forked from this one.
    """
    with loading():
        return (yield)


def _rank(item: pytest.Item) -> tuple[int, int]:
    name = item.path.name
    if any(word in name for word in FORKING):
        return 0, 0
    if name in LONG:
        return 1, LONG.index(name)
    return {"integration": 2, "samples": 3}.get(item.path.parent.name, 4), 0
