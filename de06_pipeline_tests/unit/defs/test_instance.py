"""``dagster.yaml`` follows the settings, keeps what its owner wrote, and holds no password."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from de06_pipeline.commands.init import initialise
from de06_pipeline.defs.instance import check_servers, config_text, write_config
from de06_pipeline.errors import UsageError
from de06_pipeline.settings import Settings

POSTGRES = "postgresql+psycopg2://de06:secret@db/dagster"
BROKER = "redis://:secret@broker/0"


def _settings(tmp_path: Path, **values: Any) -> Settings:
    return Settings(home=tmp_path, **values)


def test_the_settings_choose_storage_and_launcher(tmp_path: Path) -> None:
    plain = yaml.safe_load(config_text(_settings(tmp_path)))
    assert plain["storage"]["custom"]["class"] == "HeldSqliteStorage"
    assert "run_launcher" not in plain
    assert plain["concurrency"]["runs"]["max_concurrent_runs"] == 2
    text = config_text(
        _settings(tmp_path, dagster_url=POSTGRES, celery_broker=BROKER, concurrent_runs=7)
    )
    chosen = yaml.safe_load(text)
    assert chosen["storage"] == {"postgres": {"postgres_url": {"env": "DE06_DAGSTER_URL"}}}
    assert chosen["run_launcher"]["config"]["broker"] == {"env": "DE06_CELERY_BROKER"}
    assert chosen["concurrency"]["runs"]["max_concurrent_runs"] == 7
    assert chosen["run_monitoring"]["start_timeout_seconds"] == 21600, "a run may wait for a worker"
    source = chosen["run_launcher"]["config"]["config_source"]
    assert source["broker_connection_max_retries"] is None, "a worker does not give the broker up"
    assert "secret" not in text


def test_a_file_of_ours_follows_the_settings_and_an_edited_one_stays(tmp_path: Path) -> None:
    config = tmp_path / "dagster.yaml"
    write_config(_settings(tmp_path), config)
    write_config(_settings(tmp_path, dagster_url=POSTGRES), config)
    assert "postgres_url" in config.read_text()
    edited = config.read_text().replace("max_retries: 2", "max_retries: 5")
    config.write_text(edited)
    write_config(_settings(tmp_path), config)
    assert config.read_text() == edited
    with pytest.raises(UsageError, match=r"run_launcher .*DE06_CELERY_BROKER.*de06 init"):
        write_config(_settings(tmp_path, dagster_url=POSTGRES, celery_broker=BROKER), config)


@pytest.mark.parametrize(
    ("setting", "servers"),
    [
        ("DE06_DAGSTER_URL", {"dagster_url": POSTGRES}),
        ("DE06_WAREHOUSE_URL", {"warehouse_url": "postgresql+psycopg://de06@db/de06"}),
    ],
)
def test_a_command_without_the_servers_of_its_home_is_refused(
    tmp_path: Path, setting: str, servers: dict[str, str]
) -> None:
    """Typed by hand, without the services' file of settings: it made a second warehouse there."""
    config = tmp_path / "dagster" / "dagster.yaml"
    config.parent.mkdir()
    write_config(_settings(tmp_path, **servers), config)
    made = config.read_text("utf-8")
    with pytest.raises(UsageError, match=f"{setting}, which this command was not given"):
        initialise(_settings(tmp_path))
    assert config.read_text("utf-8") == made
    assert list(tmp_path.iterdir()) == [config.parent]
    check_servers(_settings(tmp_path, **servers))


@pytest.mark.parametrize(
    ("field", "value", "remedy"),
    [
        ("dagster_url", "postgresql://db/dagster", "psycopg2"),
        ("celery_broker", "amqp://broker", "redis://"),
    ],
)
def test_a_url_that_dagster_could_not_use_is_refused(
    tmp_path: Path, field: str, value: str, remedy: str
) -> None:
    with pytest.raises(UsageError, match=remedy):
        _settings(tmp_path, **{field: value})


def test_the_warehouse_and_dagster_do_not_share_a_database(tmp_path: Path) -> None:
    """Both keep a table ``alembic_version``; the second one would not start."""
    same = "postgresql+psycopg://other@db:5432/dagster"
    with pytest.raises(UsageError, match="same database"):
        _settings(tmp_path, dagster_url=POSTGRES, warehouse_url=same)
    other = same.replace("/dagster", "/de06")
    assert _settings(tmp_path, dagster_url=POSTGRES, warehouse_url=other).dagster_url


def test_a_file_of_the_helm_chart_has_a_storage_in_three_parts(tmp_path: Path) -> None:
    config = tmp_path / "dagster.yaml"
    config.write_text("run_storage: {module: dagster_postgres.run_storage}\n", encoding="utf-8")
    write_config(_settings(tmp_path, dagster_url=POSTGRES), config)
    assert config.read_text("utf-8").startswith("run_storage")
