"""A Redis server of our own for tests, on a free port of the loopback address.

Use with ``pytest_plugins``. Without the program the tests are skipped; with ``DE06_REQUIRE_ALL=1``
they fail instead.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """URL of an empty server."""
    program = shutil.which("redis-server")
    if program is None:
        reason = "redis-server is not installed"
        if os.environ.get("DE06_REQUIRE_ALL") == "1":
            pytest.fail(f"{reason}, and DE06_REQUIRE_ALL=1")
        pytest.skip(reason)
    port = free_port()
    server = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    """A port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("redis-server did not start")
