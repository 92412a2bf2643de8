"""The Dagster instance of a home folder, configured by the settings.

``dagster.yaml`` names environment variables, never their values: a database's password stands in no
file of ours.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import yaml
from filelock import FileLock

from de06_pipeline.collector import loading
from de06_pipeline.errors import UsageError
from de06_pipeline.settings import Settings

TEMPLATE = Path(__file__).with_name("dagster.yaml")

CELERY_SOURCE: dict[str, Any] = {
    # A month waits in the queue until a worker is free: one that a busy worker holds would wait for
    # that worker, while others have nothing to do.
    "worker_prefetch_multiplier": 1,
    "worker_disable_prefetch": True,
    # Redis hands a task to a second worker when the first has not finished it in this time; no run
    # may take so long (run_monitoring in dagster.yaml).
    "broker_transport_options": {"visibility_timeout": 86_400, "max_retries": 3},
    "result_expires": 604_800,
    "broker_connection_retry_on_startup": True,
    # Celery's own 100 tries are over after three quarters of an hour, and its worker then ends as if
    # it had been asked to: nobody starts it again.
    "broker_connection_max_retries": None,
}
"""What launcher and workers agree on."""

HELD_SQLITE: dict[str, Any] = {
    "module": "de06_pipeline.defs.held_sqlite",
    "class": "HeldSqliteStorage",
    "config": {"base_dir": {"env": "DAGSTER_HOME"}},
}
"""SQLite where Dagster itself would keep it, with its files held open."""

_MADE = "# made by de06 from its settings, remade while nobody edits it: "


_OPEN: dict[tuple[Path | None, int], dg.DagsterInstance] = {}


@contextmanager
def open_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The instance, created if it is not there. Inside another use of it in this process it is the
    same one: a command runs several jobs, and to open it takes a fifth of what a small job takes.

    Raises:
        UsageError: as :func:`create_instance`.
    """
    # Connections do not cross a fork.
    key = settings.dagster_home, os.getpid()
    if key in _OPEN:
        yield _OPEN[key]
        return
    with create_instance(settings) as instance:
        _OPEN[key] = instance
        try:
            yield instance
        finally:
            del _OPEN[key]


def create_instance(settings: Settings) -> dg.DagsterInstance:
    """Create the instance in ``settings.dagster_home`` if it is not there, and open it.

    SQLite storages that several processes create at the same moment break for good, so creation
    happens once, under a lock.

    Raises:
        UsageError: as :func:`check_servers`, or the settings ask for another storage or launcher
            than a ``dagster.yaml`` that its owner has edited.
    """
    check_servers(settings)
    dagster_home = settings.dagster_home
    assert dagster_home is not None
    dagster_home.mkdir(parents=True, exist_ok=True)
    os.environ["DAGSTER_HOME"] = str(dagster_home)
    if not settings.dagster_url:
        # What a run plans comes together to :class:`HeldEventLog`, which stores it in one go.
        os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "1000")
        if HELD_SQLITE["module"] not in sys.modules:
            with loading():
                importlib.import_module(HELD_SQLITE["module"])
    with FileLock(str(dagster_home / ".create.lock")):
        write_config(settings, dagster_home / "dagster.yaml")
        # A .env file may hold them; Dagster looks in the environment alone.
        for name, value in (
            ("DE06_DAGSTER_URL", settings.dagster_url),
            ("DE06_CELERY_BROKER", settings.celery_broker),
        ):
            if value:
                os.environ[name] = value
        instance = dg.DagsterInstance.get()
        # Touch each storage once: this is what creates its tables.
        instance.get_run_records(limit=1)
        instance.all_asset_keys()
        instance.all_instigator_state()
    return instance


def check_servers(settings: Settings) -> None:
    """See that the settings name the servers that the home was made with.

    Raises:
        UsageError: one is not set. A command typed beside the services, without their file of
            settings, would make a second warehouse here and write its reports over those in force.
    """
    assert settings.dagster_home is not None
    config = settings.dagster_home / "dagster.yaml"
    text = config.read_text(encoding="utf-8") if config.exists() else ""
    lacking = [
        setting
        for setting, is_set in (
            ("DE06_WAREHOUSE_URL", not settings.warehouse_url.startswith("sqlite")),
            ("DE06_DAGSTER_URL", bool(settings.dagster_url)),
        )
        if not is_set and f"env: {setting}\n" in text
    ]
    if lacking and _is_ours(text):
        raise UsageError(
            f"The home {settings.home} was made with {' and '.join(lacking)}, which this command was "
            "not given. Read the settings of its services first, for example: "
            "set -a; . /etc/de06/de06.env; set +a. To do without from now on, move "
            f"{config} away and run de06 init."
        )


def write_config(settings: Settings, config: Path) -> None:
    """Write ``dagster.yaml`` unless it already says what the settings ask for.

    A file that somebody edited is left alone (its first line no longer fits the rest).

    Raises:
        UsageError: an edited file lacks the storage or the launcher that the settings ask for.
    """
    wanted = config_text(settings)
    if config.exists():
        present = config.read_text(encoding="utf-8")
        if present == wanted:
            return
        if not _is_ours(present):
            _check_edited(settings, present, config)
            return
    partial = config.with_suffix(f".{os.getpid()}.part")
    partial.write_text(wanted, encoding="utf-8")
    partial.replace(config)


def config_text(settings: Settings) -> str:
    """The whole ``dagster.yaml`` for some settings, with a first line by which it is known."""
    parts = [TEMPLATE.read_text(encoding="utf-8").rstrip()]
    values: dict[str, Any] = {"storage": {"custom": HELD_SQLITE}}
    if settings.dagster_url:
        values["storage"] = {"postgres": {"postgres_url": {"env": "DE06_DAGSTER_URL"}}}
    if settings.celery_broker:
        values["run_launcher"] = {
            "module": "de06_pipeline.defs.celery_launcher",
            "class": "WorkerAwareLauncher",
            "config": {
                "broker": {"env": "DE06_CELERY_BROKER"},
                "backend": {"env": "DE06_CELERY_BROKER"},
                "config_source": CELERY_SOURCE,
                "lost_after_seconds": 60.0,
            },
        }
    text = "\n\n".join(parts) + "\n"
    text = text.replace(
        "max_concurrent_runs: 2", f"max_concurrent_runs: {settings.concurrent_runs}"
    )
    if settings.celery_broker:
        # A run counts as starting while it waits for a free worker, which may take hours.
        text = text.replace("start_timeout_seconds: 180", "start_timeout_seconds: 21600")
    if settings.log_json:
        handler = {
            "class": "de06_pipeline.defs.json_log.JsonLog",
            # Dagster logs its own events (a step ended, a run failed) as DEBUG.
            "level": "DEBUG",
            "folder": str(settings.logs),
        }
        values["python_logs"] = {"dagster_handler_config": {"handlers": {"json": handler}}}
    text += "\n" + yaml.safe_dump(values, sort_keys=False)
    if not settings.warehouse_url.startswith("sqlite"):
        text += "\n# Nothing of Dagster's: the warehouse is named by env: DE06_WAREHOUSE_URL\n"
    return f"{_MADE}{_digest(text)}\n{text}"


def _is_ours(text: str) -> bool:
    first, _, rest = text.partition("\n")
    return first == _MADE + _digest(rest)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _check_edited(settings: Settings, text: str, config: Path) -> None:
    edited = yaml.safe_load(text) or {}
    if "run_storage" in edited:  # as Dagster's Helm chart writes it, in three parts
        edited["storage"] = edited["run_storage"]
    lacking = [
        f"{key} (asked for by {setting})"
        for key, setting, value in (
            ("storage", "DE06_DAGSTER_URL", settings.dagster_url),
            ("run_launcher", "DE06_CELERY_BROKER", settings.celery_broker),
            ("python_logs", "DE06_LOG_JSON", settings.log_json),
        )
        if value and key not in edited
    ]
    if lacking:
        raise UsageError(
            f"{config} was edited by hand and has no {' and no '.join(lacking)}. Add it, or move "
            "the file away and run de06 init, which writes it anew."
        )
