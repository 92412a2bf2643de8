"""What holds for all tests: how Hypothesis runs, and which tests come first."""

from __future__ import annotations

import pytest
from hypothesis import settings

# Nothing is timed: a busy machine must not make a law look broken.
settings.register_profile("de06", deadline=None, print_blob=True)
settings.load_profile("de06")

FORKING = ("parts_laws", "workbook")
"""Words in the names of files whose tests fork hundreds of times. A fork costs what its process has
grown to, so they run before anything large has been imported or made.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Forking tests first; then long files, so that two processes end together; then short ones."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    if any(word in item.path.name for word in FORKING):
        return 0
    return {"integration": 1, "samples": 2}.get(item.path.parent.name, 3)
