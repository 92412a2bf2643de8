"""An S3 server of our own for tests: moto's, on a free port of the loopback address.

Use with ``pytest_plugins``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import fsspec
import pytest


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """Address of the server; the process and those it starts find it by their environment."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    access = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "tests",
        "AWS_SECRET_ACCESS_KEY": "tests",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    try:
        with patch.dict("os.environ", access):
            yield access["AWS_ENDPOINT_URL"]
    finally:
        server.stop()


def stored_files() -> Any:
    """The server's files, as they are now."""
    files = fsspec.filesystem("s3")
    files.invalidate_cache()
    return files


@pytest.fixture
def bucket(s3_endpoint: str, request: pytest.FixtureRequest) -> str:
    """An empty bucket's address."""
    name = f"bucket-{abs(hash(request.node.nodeid))}"
    stored_files().mkdir(name)
    return f"s3://{name}/de06"
