"""Debian's Chromium for tests. Without the program the tests are skipped; with ``DE06_REQUIRE_ALL``
they fail instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def needed() -> str:
    """The program; without it the test ends here."""
    program = shutil.which("chromium")
    if program is None:
        reason = "Debian's chromium is not installed"
        if os.environ.get("DE06_REQUIRE_ALL"):
            pytest.fail(f"{reason}, and DE06_REQUIRE_ALL asks for every test")
        pytest.skip(reason)
    return program


@contextmanager
def opened() -> Iterator[Any]:
    """A browser, closed at the end."""
    program = needed()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield browser
        browser.close()
