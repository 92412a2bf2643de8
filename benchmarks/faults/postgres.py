"""A PostgreSQL server of the trials' own, which can be restarted under the night."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.faults.night import DATASET, MONTHS, corrected_file, night
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.postgres import as_server_user
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM


class Postgres:
    """A server of our own in a temporary folder, with a database that trials are copied from."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._prefix, user = as_server_user()
        self._programs, self._folder = programs, folder
        if user is not None:
            os.chown(folder, user, -1)
        self._run(programs / "initdb", "--no-sync", "--auth=trust", "--username=de06",
                  "--encoding=UTF8", "--locale=C", "-D", folder / "data")  # fmt: skip
        self._ctl("start")

    def _run(self, *command: object) -> None:
        subprocess.run(
            [*self._prefix, *map(str, command)],
            cwd=self._folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _ctl(self, what: str) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self._folder} -c fsync=off"
        self._run(self._programs / "pg_ctl", what, "--wait", "--mode=immediate", "-D",
                  self._folder / "data", "-l", self._folder / "log", "-o", options)  # fmt: skip

    def stop(self) -> None:
        self._run(self._programs / "pg_ctl", "stop", "--wait", "--mode=immediate", "-D",
                  self._folder / "data")  # fmt: skip

    @contextmanager
    def database(self, home: Home) -> Iterator[Callable[[], None]]:
        """The home with its warehouse on this server; gives what restarts the server."""
        import psycopg

        name = "de06"
        administration = f"host={self._folder} user=de06 dbname=postgres"
        with psycopg.connect(administration, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
        url = f"postgresql+psycopg://de06@/{name}?host={self._folder}"
        (home.path / "warehouse.url").write_text(url, encoding="ascii")
        _published_there(home)
        yield lambda: self._ctl("restart")


def _published_there(home: Home) -> None:
    """Publish both months in an empty database, as they stood before the correction."""
    path = corrected_file(home)
    corrected = path.read_bytes()
    home.deliver(DATASET, MONTHS[0], QUANG_NAM)
    for month in MONTHS:
        ended = night(home, month, datasets=(DATASET, "opening_balances"))
        assert not ended.failures, ended.failures
    path.write_bytes(corrected)
