"""Let a test process keep what Dagster's SQLite storages make anew for every statement.

A short-lived process does not notice; tests start hundreds of runs in one process, and a third of
what Dagster itself costs them is making the same things again. What is kept holds no connection and
no data: an engine without a pool, with the statements it has compiled, and the list of Dagster's own
migrations.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import sqlalchemy
from alembic.config import Config
from alembic.script import ScriptDirectory


def keep_engines_and_migrations() -> None:
    """Do it for the rest of this process; a second call does nothing."""
    from dagster._core.storage.event_log.sqlite import sqlite_event_log
    from dagster._core.storage.runs.sqlite import sqlite_run_storage
    from dagster._core.storage.schedules.sqlite import sqlite_schedule_storage

    for storage in (sqlite_event_log, sqlite_run_storage, sqlite_schedule_storage):
        setattr(storage, "create_engine", _engine)  # noqa: B010  not exported, says mypy
    setattr(ScriptDirectory, "from_config", _directory)  # noqa: B010


def _engine(url: str, poolclass: Any, connect_args: dict[str, float] | None = None) -> Any:
    return _kept_engine(url, poolclass, tuple((connect_args or {}).items()))


@lru_cache(maxsize=64)
def _kept_engine(url: str, poolclass: Any, arguments: tuple[tuple[str, float], ...]) -> Any:
    assert poolclass is sqlalchemy.NullPool, "a pool would keep files open"
    return sqlalchemy.create_engine(url, poolclass=poolclass, connect_args=dict(arguments))


_read_directory = ScriptDirectory.from_config


def _directory(config: Config) -> ScriptDirectory:
    location = config.get_main_option("script_location") or ""
    return _dagsters() if location == _DAGSTERS else _read_directory(config)


_DAGSTERS = "dagster:_core/storage/alembic"


@cache
def _dagsters() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", _DAGSTERS)
    return _read_directory(config)
