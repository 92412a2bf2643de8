"""A PostgreSQL server of our own for tests: a cluster in a temporary folder, reached through a Unix
socket only.

Use with ``pytest_plugins = ["de06_pipeline_tests.integration.postgres"]``. Without the server's
programs the tests are skipped; with ``DE06_REQUIRE_ALL=1`` they fail instead, so that a complete
run cannot quietly leave them out.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from de06_pipeline_tests.unit.warehouse_samples import sqlite_url

_SUPERUSER = "de06"


def server_programs() -> Path | None:
    """The folder with ``initdb`` and ``postgres``: from ``pg_config``, or the newest of Debian's
    folders.
    """
    candidates = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda path: int(path.parent.name),
        reverse=True,
    )
    if pg_config := shutil.which("pg_config"):
        folder = subprocess.run(
            [pg_config, "--bindir"], capture_output=True, text=True, check=False
        ).stdout.strip()
        candidates.insert(0, Path(folder))
    return next(
        (
            path
            for path in candidates
            if (path / "initdb").exists() and (path / "postgres").exists()
        ),
        None,
    )


def as_server_user() -> tuple[list[str], int | None]:
    """Command prefix and user id under which the server may run: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return [], None
    names = {entry.pw_name for entry in pwd.getpwall()}
    name = "postgres" if "postgres" in names else "nobody"
    user = pwd.getpwnam(name)
    return [
        "setpriv",
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--clear-groups",
    ], user.pw_uid


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Path]:
    """The folder of a running server's socket."""
    programs = server_programs()
    prefix, user_id = as_server_user()
    if programs is None or (prefix and not shutil.which(prefix[0])):
        reason = "PostgreSQL's server programs (initdb, postgres) or setpriv are not installed"
        if os.environ.get("DE06_REQUIRE_ALL") == "1":
            pytest.fail(f"{reason}, and DE06_REQUIRE_ALL=1")
        pytest.skip(reason)
    # Not under pytest's own folder: the path of a socket holds 107 bytes, and the server's user
    # must be able to enter.
    folder = Path(tempfile.mkdtemp(prefix="de06pg"))
    if user_id is not None:
        os.chown(folder, user_id, -1)
    data, log = folder / "data", folder / "log"

    def run(*command: str | Path) -> None:
        done = subprocess.run(
            [*prefix, *map(str, command)], cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.fail(f"{command[0]}: {done.stdout}{done.stderr}")

    settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c max_connections=100"
    try:
        run(
            programs / "initdb",
            "--no-sync",
            "--auth=trust",
            f"--username={_SUPERUSER}",
            "--encoding=UTF8",
            "--locale=C",
            "-D",
            data,
        )
        run(programs / "pg_ctl", "start", "--wait", "-D", data, "-l", log, "-o", settings)
        yield folder
        run(programs / "pg_ctl", "stop", "--wait", "--mode=immediate", "-D", data)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of an empty database, dropped afterwards."""
    with _database(postgres_server, f"test_{os.getpid()}_{abs(hash(request.node.nodeid))}") as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database, on SQLite and on PostgreSQL in turn."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def dagster_url(postgres_server: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a second empty database, with the driver that Dagster's storage takes."""
    name = f"dagster_{os.getpid()}_{abs(hash(request.node.nodeid))}"
    with _database(postgres_server, name) as url:
        yield url.replace("+psycopg:", "+psycopg2:")


@contextmanager
def _database(server: Path, name: str) -> Iterator[str]:
    import psycopg

    administration = f"host={server} user={_SUPERUSER} dbname=postgres"
    with psycopg.connect(administration, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    # A connection of its own at the end: a test may restart the server.
    yield f"postgresql+psycopg://{_SUPERUSER}@/{name}?host={server}"
    with psycopg.connect(administration, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
