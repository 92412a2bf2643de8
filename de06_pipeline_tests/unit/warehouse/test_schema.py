"""The schema comes to be once, is recognised, and is the one documented."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, inspect
from sqlalchemy.pool import QueuePool

from de06_pipeline.errors import UsageError
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.settings import Settings
from de06_pipeline.warehouse import rebased_schema
from de06_pipeline.warehouse.migrate import HEAD, alembic_config, check_schema, downgrade, migrate
from de06_pipeline.warehouse.schema import metadata
from de06_pipeline.warehouse.store import SchemaError, Warehouse
from de06_pipeline.warehouse.views import tables
from de06_pipeline_tests.unit.warehouse_samples import sqlite_url

MONTHLY = [
    "month",
    "period_type",
    "time_window",
    "area_level",
    "province_code",
    "province_name",
    "district_code",
    "district_name",
    "commune_code",
    "commune_name",
    "indicator_code",
    "breakdown",
    "numerator",
    "denominator",
    "value",
    "unit",
    "status",
    "areas_expected",
    "areas_reported",
    "bound",
    "revision",
    "computed_at",
    "run_id",
    "basis",
]
DELIVERY = [
    "dataset",
    "month",
    "supplier",
    "version",
    "file_name",
    "sha256",
    "bytes",
    "received_at",
    "format",
    "encoding",
    "contract_version",
    "rows_read",
    "rows_accepted",
    "rows_quarantined",
    "rows_superseded",
    "status",
    "run_id",
]
QUALITY = [
    "dataset",
    "month",
    "supplier",
    "rule_id",
    "severity",
    "evaluated",
    "failed",
    "tolerance",
    "success",
    "contract_version",
    "run_id",
    "checked_at",
]
QUARANTINE = [
    "dataset",
    "month",
    "supplier",
    "file_name",
    "row_number",
    "field",
    "rule_id",
    "masked_value",
    "run_id",
]
AREA = [
    "area_id",
    "level",
    "code",
    "name",
    "province_code",
    "parent_id",
    "valid_from",
    "valid_to",
    "successor",
]


@pytest.fixture
def empty(tmp_path: Path) -> Warehouse:
    return Warehouse.open(sqlite_url(tmp_path))


def _definitions(engine_or_warehouse: Engine | Warehouse) -> dict[str, object]:
    """What each table is, whatever the order of its columns: a later migration adds its own at the
    end.
    """
    engine: Any = getattr(engine_or_warehouse, "engine", engine_or_warehouse)
    inspector = inspect(engine)
    with engine.connect() as connection:
        texts = dict(
            connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
            ).all()
        )
    return {
        name: (
            sorted(
                (c["name"], str(c["type"]), c["nullable"], c["default"], c["primary_key"])
                for c in inspector.get_columns(name)
            ),
            inspector.get_pk_constraint(name),
            sorted(map(repr, inspector.get_foreign_keys(name))),
            sorted(map(repr, inspector.get_unique_constraints(name))),
            sorted(map(repr, inspector.get_indexes(name))),
            "WITHOUT ROWID" in texts[name],
        )
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }


def test_migrated_schema_is_the_metadata(empty: Warehouse) -> None:
    migrate(empty)
    from_metadata = create_engine("sqlite://")
    assert rebased_schema.boundaries.metadata is metadata
    metadata.create_all(from_metadata)
    assert _definitions(empty) == _definitions(from_metadata)


def test_head_is_the_newest_migration(empty: Warehouse) -> None:
    from alembic.script import ScriptDirectory

    with empty.writing() as connection:
        assert ScriptDirectory.from_config(alembic_config(connection)).get_current_head() == HEAD


def test_documented_columns(empty: Warehouse) -> None:
    migrate(empty)
    with empty.reading() as connection:

        def columns(name: str) -> list[str]:
            return list(connection.exec_driver_sql(f"SELECT * FROM {name}").keys())

        assert columns("indicator_monthly") == MONTHLY == tables.indicator_monthly.c.keys()
        for name in ("indicator_on_boundaries", "indicator_rebased", "indicator_former_district"):
            assert (
                columns(name)
                == ["boundaries", *MONTHLY, "is_estimated"]
                == getattr(tables, name).c.keys()
            )
        assert (
            columns("indicator_history")
            == [*MONTHLY, "superseded_at"]
            == tables.indicator_history.c.keys()
        )
        for table, documented in {
            "delivery": DELIVERY,
            "quality_result": QUALITY,
            "quarantine": QUARANTINE,
            "dim_area": AREA,
        }.items():
            assert set(documented) <= set(columns(table))
        assert {
            "dim_indicator",
            "dim_month",
            "publication",
            "series",
            "figure",
            "figure_past",
        } <= set(metadata.tables)


def test_check_says_what_to_do(empty: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"does not exist yet.*de06 init"):
        check_schema(empty)
    with empty.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE something_else (x INTEGER)")
    with pytest.raises(SchemaError, match=r"no tables yet.*de06 init"):
        check_schema(empty)
    assert migrate(empty)
    check_schema(empty)
    slip = tmp_path / "hmoe"
    with pytest.raises(SchemaError, match=r"hmoe/de06\.sqlite. Is DE06_HOME right"):
        check_schema(Warehouse.open(f"sqlite:///{slip / 'de06.sqlite'}"))
    assert not slip.exists(), "asking makes nothing"
    for revision, remedy in (("0000", "de06 init"), ("9999", "install the newer de06")):
        with empty.writing() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = ?", (revision,))
        with pytest.raises(SchemaError, match=remedy):
            check_schema(empty)
    with pytest.raises(SchemaError, match="install the newer de06"):
        migrate(empty)  # de06 init and de06 run, after the program alone was put back


@pytest.mark.parametrize("use", [check_schema, migrate])
def test_what_cannot_be_opened(tmp_path: Path, use: Callable[[Warehouse], object]) -> None:
    (tmp_path / "notes.txt").write_text("This is no database. " * 500)
    with pytest.raises(SchemaError, match="DE06_WAREHOUSE_URL") as caught:
        use(Warehouse.open(f"sqlite:///{tmp_path / 'notes.txt'}"))
    assert caught.value.__cause__ is None
    with pytest.raises(SchemaError, match="the server runs") as caught:
        use(Warehouse.open(f"postgresql+psycopg://de06:matkhau@/de06?host={tmp_path}"))
    assert "matkhau" not in str(caught.value)


def test_a_check_creates_nothing(tmp_path: Path, empty: Warehouse) -> None:
    with pytest.raises(SchemaError):
        check_schema(empty)
    assert not Path(str(empty.url.database)).exists()


def test_sqlite_is_set_up_for_several_processes(empty: Warehouse) -> None:
    migrate(empty)
    assert not migrate(empty)
    with empty.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() >= 60_000


def test_a_closed_workspace_keeps_no_connection_and_can_be_used_again(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    migrate(Warehouse.open(url))
    workspace = Workspace(Settings(home=tmp_path, warehouse_url=url))
    workspace.close()  # nothing has been opened yet
    check_schema(workspace.warehouse)
    assert _kept(workspace.warehouse) == 1
    workspace.close()
    assert _kept(workspace.warehouse) == 0
    check_schema(workspace.warehouse)


def _kept(warehouse: Warehouse) -> int:
    """How many connections it has open that nobody uses."""
    pool = warehouse.engine.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedin()


def test_several_processes_migrate_at_once(empty: Warehouse) -> None:
    url = empty.url.render_as_string()
    program = f"""
from de06_pipeline.warehouse.migrate import check_schema, migrate
from de06_pipeline.warehouse.store import Warehouse
warehouse = Warehouse.open({url!r})
print(migrate(warehouse))
check_schema(warehouse)"""
    processes = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    outputs = [process.communicate()[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(outputs) == ["False", "True"]


@pytest.mark.parametrize(
    "url",
    ["", "sqlite://", "sqlite:///:memory:", "mysql://de06:matkhau@host/de06", "no url, matkhau"],
)
def test_unusable_urls(url: str) -> None:
    with pytest.raises(UsageError, match="DE06_WAREHOUSE_URL") as caught:
        Warehouse.open(url)
    assert "matkhau" not in str(caught.value)


def test_passwords_are_not_shown() -> None:
    warehouse = Warehouse.open("postgresql://de06:matkhau@host/de06")
    assert warehouse.display_url == "postgresql+psycopg://de06:***@host/de06"
    assert "matkhau" not in repr(warehouse)
    in_the_query = Warehouse.open(
        "postgresql://de06@/de06?host=db&password=matkhau&sslpassword=matkhau&sslmode=require"
    )
    assert "matkhau" not in in_the_query.display_url
    assert "host=db" in in_the_query.display_url
    assert "sslmode=require" in in_the_query.display_url


def test_every_migration_has_a_way_back(empty: Warehouse) -> None:
    """Up, step by step down and up again: each revision has the tables it had on the way up."""
    from alembic import command
    from alembic.script import ScriptDirectory

    with empty.writing() as connection:
        revisions = [
            migration.revision
            for migration in ScriptDirectory.from_config(
                alembic_config(connection)
            ).walk_revisions()
        ][::-1]
    seen = {}
    for revision in revisions:
        with empty.writing() as connection:
            command.upgrade(alembic_config(connection), revision)
        seen[revision] = _definitions(empty)
    for revision in [*revisions[-2::-1]]:
        downgrade(empty, revision)
        assert _definitions(empty) == seen[revision], revision
        with empty.reading() as connection:
            for name in inspect(connection).get_view_names():
                connection.exec_driver_sql(f"SELECT * FROM {name} LIMIT 0")
    downgrade(empty, "base")
    assert _definitions(empty) == {}
    assert migrate(empty)
    assert _definitions(empty) == seen[HEAD]
