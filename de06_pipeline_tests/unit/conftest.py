"""What holds for all unit tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from de06_pipeline.settings import Settings

SETTINGS = {"DAGSTER_HOME", *(f"DE06_{name.upper()}" for name in Settings.model_fields)}


@pytest.fixture(autouse=True)
def no_settings() -> Iterator[None]:
    """Neither of whoever runs the tests, nor of an instance that a test before opened: Dagster has
    its folder from the environment.
    """
    others = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    with patch.dict(os.environ, others, clear=True):
        yield
