"""Dagster's SQLite files are held open, and stay Dagster's own: either storage reads the other's."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy
import yaml
from dagster._core.events import DagsterEvent, DagsterEventType, StepMaterializationData
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage

from de06_pipeline.defs.held_sqlite import (
    HeldEngines,
    HeldEventLog,
    HeldRuns,
    HeldSqliteStorage,
)
from de06_pipeline.defs.instance import create_instance
from de06_pipeline.settings import Settings

ASSET = dg.AssetKey("rows")


def _materialized(run_id: str) -> dg.EventLogEntry:
    event = DagsterEvent(
        DagsterEventType.ASSET_MATERIALIZATION.value,
        "monthly",
        event_specific_data=StepMaterializationData(dg.AssetMaterialization(ASSET)),
    )
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
    held = _created(HeldSqliteStorage.from_local(str(tmp_path)))
    opened: list[str] = []
    create_engine = sqlalchemy.create_engine

    def counted(url: str, **options: Any) -> sqlalchemy.Engine:
        opened.append(Path(url).name)
        return create_engine(url, **options)

    monkeypatch.setattr(sqlalchemy, "create_engine", counted)
    for _ in range(5):
        held.event_log_storage.store_event(_materialized("a"))
        _number(held, "a")
    assert sorted(opened) == ["a.db", "index.db"]
    held.dispose()


def test_a_file_that_was_wiped_is_not_written_into_any_more(tmp_path: Path) -> None:
    held = _created(HeldSqliteStorage.from_local(str(tmp_path)))
    own = _created(DagsterSqliteStorage.from_local(str(tmp_path)))
    held.event_log_storage.store_event(_materialized("a"))
    own.event_log_storage.wipe()
    held.event_log_storage.store_event(_materialized("a"))
    assert (_number(held, "a"), _number(own, "a")) == (1, 1)
    held.dispose()


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
