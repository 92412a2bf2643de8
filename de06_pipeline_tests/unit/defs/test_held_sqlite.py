"""Dagster's SQLite files are held open, and stay Dagster's own: either storage reads the other's."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy
import yaml
from dagster._core.events import (
    AssetMaterializationPlannedData,
    DagsterEvent,
    DagsterEventType,
    StepMaterializationData,
)
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage

from de06_pipeline.defs.held_sqlite import (
    HeldEngines,
    HeldEventLog,
    HeldRuns,
    HeldSqliteStorage,
)
from de06_pipeline.defs.instance import create_instance, open_instance
from de06_pipeline.settings import Settings

ASSET = dg.AssetKey("rows")


def _materialized(run_id: str, partition: str | None = None) -> dg.EventLogEntry:
    event = DagsterEvent(
        DagsterEventType.ASSET_MATERIALIZATION.value,
        "monthly",
        event_specific_data=StepMaterializationData(
            dg.AssetMaterialization(ASSET, partition=partition)
        ),
    )
    return _entry(run_id, event)


def _planned(run_id: str, name: str) -> dg.EventLogEntry:
    event = DagsterEvent(
        DagsterEventType.ASSET_MATERIALIZATION_PLANNED.value,
        "monthly",
        event_specific_data=AssetMaterializationPlannedData(dg.AssetKey(name)),
    )
    return _entry(run_id, event)


def _entry(run_id: str, event: DagsterEvent) -> dg.EventLogEntry:
    return dg.EventLogEntry(
        error_info=None,
        user_message="",
        level=20,
        run_id=run_id,
        timestamp=time.time(),
        dagster_event=event,
    )


def _created(storage: DagsterSqliteStorage) -> DagsterSqliteStorage:
    """A storage that knows an instance, which some reads ask."""
    storage.register_instance(dg.DagsterInstance.ephemeral())
    return storage


def _number(storage: DagsterSqliteStorage, run_id: str) -> int:
    return len(storage.event_log_storage.get_logs_for_run(run_id))


def test_dagsters_own_storage_and_this_one_read_what_the_other_wrote(tmp_path: Path) -> None:
    held = _created(HeldSqliteStorage.from_local(str(tmp_path)))
    own = _created(DagsterSqliteStorage.from_local(str(tmp_path)))
    for storage in (held, own, held, own):
        storage.event_log_storage.store_event(_materialized("a"))
    assert (_number(held, "a"), _number(own, "a")) == (4, 4)
    for storage in (held, own):
        records = storage.event_log_storage.fetch_materializations(ASSET, limit=9).records
        assert len(records) == 4
    held.run_storage.add_run(dg.DagsterRun("monthly", run_id="a"))
    assert own.run_storage.has_run("a")
    held.dispose()


def test_a_file_is_opened_once_however_much_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    create_engine = sqlalchemy.create_engine

    def counted(url: str, **options: Any) -> sqlalchemy.Engine:
        opened.append(Path(url).name)
        return create_engine(url, **options)

    monkeypatch.setattr(sqlalchemy, "create_engine", counted)
    held = _created(HeldSqliteStorage.from_local(str(tmp_path)))
    for _ in range(5):
        held.event_log_storage.store_event(_materialized("a"))
        _number(held, "a")
    assert sorted(opened) == ["a.db", "index.db", "runs.db"]
    held.dispose()


def test_a_file_that_was_wiped_is_not_written_into_any_more(tmp_path: Path) -> None:
    held = _created(HeldSqliteStorage.from_local(str(tmp_path)))
    own = _created(DagsterSqliteStorage.from_local(str(tmp_path)))
    held.event_log_storage.store_event(_materialized("a"))
    own.event_log_storage.wipe()
    held.event_log_storage.store_event(_materialized("a"))
    assert (_number(held, "a"), _number(own, "a")) == (1, 1)
    held.dispose()


def _rows(folder: Path, name: str, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "history" / "runs" / f"{name}.db")) as connection:
        return connection.execute(query).fetchall()


TABLES = "SELECT type, name, sql FROM sqlite_master ORDER BY name"
EVENTS = "SELECT run_id, dagster_event_type, asset_key, event FROM event_logs ORDER BY id"
ASSETS = "SELECT asset_key, last_run_id FROM asset_keys ORDER BY asset_key"


def test_what_a_run_plans_is_stored_as_dagster_stores_it(tmp_path: Path) -> None:
    events = [_planned("a", name) for name in ("rows", "figures", "rows")]
    for folder, kind in (("held", HeldSqliteStorage), ("own", DagsterSqliteStorage)):
        storage = _created(kind.from_local(str(tmp_path / folder)))
        storage.event_log_storage.store_event_batch(events)
    for name, query in (("a", EVENTS), ("index", EVENTS), ("index", ASSETS)):
        held, own = (_rows(tmp_path / folder, name, query) for folder in ("held", "own"))
        assert held == own
        assert held


def test_a_plan_is_stored_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = _created(HeldSqliteStorage.from_local(str(tmp_path)))
    held.event_log_storage.store_event(_planned("a", "rows"))
    plan = [_planned("a", name) for name in ("figures", "cells")]

    def full(_self: Any, _connection: Any, event: dg.EventLogEntry, _number: int) -> None:
        if event is plan[1]:
            raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(HeldEventLog, "_store_asset_event", full)
        with pytest.raises(OSError, match="disk is full"):
            held.event_log_storage.store_event_batch(plan)
    assert _number(held, "a") == 1
    held.event_log_storage.store_event_batch(plan)
    assert _number(held, "a") == 3
    assert len(_rows(tmp_path, "index", EVENTS)) == 3


def test_the_file_of_a_run_is_dagsters_own_though_copied(tmp_path: Path) -> None:
    held = _created(HeldSqliteStorage.from_local(str(tmp_path / "held")))
    own = _created(DagsterSqliteStorage.from_local(str(tmp_path / "own")))
    for storage, runs in ((held, "abc"), (own, "a")):
        for run_id in runs:
            storage.event_log_storage.store_event(_materialized(run_id))
    for name in "abc":
        assert _rows(tmp_path / "held", name, TABLES) == _rows(tmp_path / "own", "a", TABLES)
        version = "SELECT version_num FROM alembic_version"
        assert _rows(tmp_path / "held", name, version) == _rows(tmp_path / "own", "a", version)
        assert _rows(tmp_path / "held", name, "PRAGMA journal_mode") == [("wal",)]
        assert _number(held, name) == 1
    left = {path.suffix for path in (tmp_path / "held" / "history" / "runs").iterdir()}
    assert left <= {".db", ".db-wal", ".db-shm"}


@pytest.mark.parametrize("damage", [0, 1, 4096, 80_000])
def test_the_empty_file_of_a_run_is_kept_with_the_home_and_made_anew_where_it_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: int
) -> None:
    monkeypatch.setattr(HeldEventLog, "_empty", None)
    HeldSqliteStorage.from_local(str(tmp_path)).dispose()
    [kept] = (tmp_path / "history").glob("run_without_events_*.sqlite")
    whole = kept.read_bytes()
    monkeypatch.setattr(HeldEventLog, "_empty", None)
    held = _created(HeldSqliteStorage.from_local(str(tmp_path)))
    kept.write_bytes(whole[:damage])
    held.event_log_storage.store_event(_materialized("a"))
    assert _number(held, "a") == 1
    assert len(kept.read_bytes()) == len(whole)
    held.dispose()


def test_a_home_that_is_there_needs_neither_migrations_nor_daemons(tmp_path: Path) -> None:
    code = (
        "import sys; from de06_pipeline.defs.held_sqlite import HeldSqliteStorage\n"
        "storage = HeldSqliteStorage.from_local(sys.argv[1])\n"
        "storage.event_log_storage.get_logs_for_run('a' * 8)\n"
        "names = ('alembic', 'mako', 'structlog', 'dagster._daemon.controller')\n"
        "print([name for name in names if name in sys.modules])\n"
        "from dagster._daemon import DagsterDaemonController as controller\n"
        "print(storage.run_storage.alembic_version() is not None, controller.__name__)"
    )
    command = [sys.executable, "-W", "ignore", "-c", code, str(tmp_path)]
    lines = [
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        for _ in range(2)
    ]
    assert lines[1] == ["[]", "True DagsterDaemonController"]
    assert "alembic" in lines[0][0], "a new home has its files from Dagster"


def _newest(storage: DagsterSqliteStorage, partition: str) -> int | None:
    wanted = dg.AssetRecordsFilter(asset_key=ASSET, asset_partitions=[partition])
    records = storage.event_log_storage.fetch_materializations(wanted, limit=1).records
    return records[0].storage_id if records else None


def test_the_newest_record_of_an_asset_is_always_the_newest(tmp_path: Path) -> None:
    held = _created(HeldSqliteStorage.from_local(str(tmp_path)))
    own = _created(DagsterSqliteStorage.from_local(str(tmp_path)))
    assert _newest(held, "may") is None
    for number, storage in enumerate((held, own, own, held), start=1):
        storage.event_log_storage.store_event(_materialized("a", "may"))
        assert _newest(held, "may") == _newest(held, "may") == _newest(own, "may") == number
        assert _newest(held, "june") is None
    held.event_log_storage.wipe_asset(ASSET)
    assert _newest(held, "may") is None


def test_the_newest_record_is_read_once_for_all_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = _created(HeldSqliteStorage.from_local(str(tmp_path)))
    held.event_log_storage.store_event(_materialized("a", "may"))
    asked: list[Any] = []
    fetch = SqliteEventLogStorage.fetch_materializations

    def counted(self: Any, *arguments: Any) -> dg.EventRecordsResult:
        asked.append(arguments)
        return fetch(self, *arguments)

    monkeypatch.setattr(SqliteEventLogStorage, "fetch_materializations", counted)
    for _ in range(8):
        assert _newest(held, "may") == 1
    assert len(asked) == 1


def test_few_files_stay_open_and_none_crosses_a_fork(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = HeldEngines(files=2)
    paths = [str(tmp_path / name) for name in ("a", "b", "c")]
    for path in paths:
        Path(path).touch()
    first = engines.get(paths[0])
    assert engines.get(paths[0]) is first
    engines.get(paths[1])
    engines.get(paths[2])
    assert engines.get(paths[0]) is not first, "the least recently used one was let go"
    parents = engines.get(paths[0])
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert engines.get(paths[0]) is not parents
    engines.close()


def test_an_instance_of_a_home_uses_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    settings = Settings(home=tmp_path)
    with create_instance(settings) as instance:
        assert isinstance(instance.event_log_storage, HeldEventLog)
        assert isinstance(instance.run_storage, HeldRuns)
        assert (tmp_path / "dagster" / "history" / "runs" / "index.db").exists()
    config = yaml.safe_load((tmp_path / "dagster" / "dagster.yaml").read_text())
    assert str(tmp_path) not in str(config["storage"]), "a home may be moved"


def test_a_command_opens_its_instance_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    settings, other = Settings(home=tmp_path), Settings(home=tmp_path, dagster_home=tmp_path / "b")
    with open_instance(settings) as instance:
        with open_instance(settings) as inner, open_instance(other) as others:
            assert inner is instance
            assert others is not instance
        assert instance.get_runs(limit=1) == [], "still open"
    with open_instance(settings) as later:
        assert later is not instance
