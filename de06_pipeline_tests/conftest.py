"""What holds for all tests: how Hypothesis runs, and which tests come first."""

from __future__ import annotations

import pytest
from hypothesis import settings

# Nothing is timed: a busy machine must not make a law look broken.
settings.register_profile("de06", deadline=None, print_blob=True)
settings.load_profile("de06")

FORKING = "test_landing_parts_laws.py"
"""A fork costs what its process has grown to, and this file forks hundreds of times: it runs before
anything large has been imported.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name != FORKING)
