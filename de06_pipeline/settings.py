"""Settings: environment variables, or a ``.env`` file in the working directory.

Read when a command or step needs them, never at import time.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from de06_pipeline.errors import UsageError

REPOSITORY = Path(__file__).resolve().parent.parent
"""The checkout (or installed tree) that holds ``data_contracts/`` beside this package."""

_MEGABYTES = {"": 1e-6, "K": 1e-3, "M": 1, "G": 1e3, "T": 1e6}
_LONGEST_PATH = 3000
"""Bytes; Linux takes 4095, and what is written below a home needs some."""


class Settings(BaseSettings):
    """Where things are. The names are fixed by the documented interface."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        env_prefix="DE06_",
        # A setting that is there and empty, as in a file of settings with places to fill in, is not
        # set: an empty home would be the working directory.
        env_ignore_empty=True,
        use_attribute_docstrings=True,
    )

    home: Path = Path("data")
    """Everything that is not set otherwise lies below it. Default: ``./data``."""
    landing: str = ""
    """Where offices' files arrive: a folder or any fsspec URL. Default: ``$DE06_HOME/landing``."""
    lake: str = ""
    """Accepted rows and cells: a folder or any fsspec URL. Default: ``$DE06_HOME/lake``."""
    warehouse_url: str = ""
    """SQLAlchemy URL; in production ``postgresql+psycopg://…``. Default: SQLite at
    ``$DE06_HOME/warehouse.sqlite``.
    """
    dagster_home: Path | None = Field(default=None, validation_alias="DAGSTER_HOME")
    """Dagster's instance: runs, events, schedules. Default: ``$DE06_HOME/dagster``."""
    dagster_url: str = ""
    """PostgreSQL for Dagster's own storage, ``postgresql+psycopg2://…``; SQLite in ``DAGSTER_HOME``
    where empty.
    """
    celery_broker: str = ""
    """Redis that hands runs to ``de06 worker`` processes, ``redis://…``; runs stay on this machine
    where empty.
    """
    concurrent_runs: int = Field(default=2, ge=1, le=10_000)
    """Months that may run side by side: with Celery, the places of all workers together."""
    contracts: Path = REPOSITORY / "data_contracts"
    """Contracts, registry and reference data. Default: ``data_contracts`` beside the package."""
    memory_limit: str = "1GB"
    """DuckDB's own limit in a step; beyond it DuckDB spills to the step's temporary folder. Publishing
    a month of more than 400,000 rows has two databases with this limit.
    """
    threads: int = Field(default=0, ge=0, le=1024)
    """DuckDB threads; 0 means one for each core."""
    warehouse_readers: str = ""
    """Roles of PostgreSQL, separated by commas, that may read the views, dimensions and deliveries;
    ``de06 init`` gives them their rights.
    """
    group_readable: bool = False
    """Whether the files' group may read lake, reports, warehouse and logs: modes 0750 and 0640
    instead of 0700 and 0600.
    """
    reports_store: str = ""
    """A folder of an object store (``s3://…``) through which machines share ``$DE06_HOME/reports``;
    empty: reports stay where they are written.
    """
    reports_url: str = ""
    """Address under which ``$DE06_HOME/reports`` is served, so that reports are links in the UI;
    ``de06 ui`` itself serves ``http://127.0.0.1:<port>``, to this machine alone. Empty: the UI
    names paths.
    """
    quiet_minutes: int = Field(default=0, ge=0, le=100_000)
    """Minutes without a change after which landed files of a month are taken by day (sensor
    ``landed_files``); 0: they wait for the night.
    """
    ui_url: str = ""
    """Address under which people reach the Dagster UI, for links in alerts; empty: alerts name the
    run only.
    """
    alert_webhook: str = ""
    """Alerts about failed runs and refused deliveries are POSTed here as JSON, with dataset,
    supplier, reason and links; empty means they only go to the log.
    """
    log_json: bool = False
    """Whether everything Dagster logs about runs also goes to ``$DE06_HOME/logs`` as lines of JSON, a
    file a day.
    """
    keep_landing_months: int = Field(default=0, ge=0, le=1200)
    """How many months the job ``landing_retention`` leaves in the landing zone, counted back from
    this one; 0: all of them.
    """
    keep_runs_days: int = Field(default=400, ge=30, le=36_500)
    """How long ``de06 tidy`` keeps Dagster's runs with their events, and JSON logs. The last
    successful run of every month stays.
    """

    def __init__(self, **values: Any) -> None:
        """Raises: UsageError: a setting cannot be understood; names each, never with a URL's value."""
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise UsageError("; ".join(map(_in_words, error.errors()))) from None

    @field_validator("memory_limit")
    @classmethod
    def _check_memory_limit(cls, value: str) -> str:
        size = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMGT]?)(i?B)", value, re.IGNORECASE)
        if not size:
            raise ValueError("must be a number with a unit, for example 1GB or 512MB")
        if not 64 <= float(size[1]) * _MEGABYTES[size[2].upper()] <= 64_000_000:
            raise ValueError("must be between 64MB and 64TB")
        return value

    @field_validator("alert_webhook")
    @classmethod
    def _check_webhook(cls, value: str) -> str:
        if value and not (re.match("https?://", value) and _is_address(value)):
            raise ValueError("must be an address such as https://chat.example/hooks/1")
        return value

    @field_validator("reports_url", "ui_url")
    @classmethod
    def _check_address(cls, value: str) -> str:
        if value and not (
            re.fullmatch(r"https?://[^\s?#@()<>\[\]|`]+", value) and _is_address(value)
        ):
            raise ValueError(
                "must be an address without user, query or fragment, for example http://127.0.0.1:3001"
            )
        return value.rstrip("/")

    @model_validator(mode="after")
    def _fill_from_home(self) -> Settings:
        self.home = self.home.expanduser().resolve()
        self.landing = self.landing or str(self.home / "landing")
        self.lake = self.lake or str(self.home / "lake")
        self.warehouse_url = self.warehouse_url or f"sqlite:///{self.home / 'warehouse.sqlite'}"
        for setting, url in (
            ("DE06_DAGSTER_URL", self.dagster_url),
            ("DE06_WAREHOUSE_URL", self.warehouse_url),
            ("DE06_CELERY_BROKER", self.celery_broker),
        ):
            if url.startswith(("postgresql", "redis")) and not _is_address(url, host=False):
                raise ValueError(f"{setting}: the port is no number between 1 and 65535")
        if self.dagster_url and not self.dagster_url.startswith("postgresql+psycopg2://"):
            raise ValueError(
                "DE06_DAGSTER_URL must begin with postgresql+psycopg2:// (Dagster's storage speaks "
                "no other driver)"
            )
        if self.dagster_url and _database(self.dagster_url) == _database(self.warehouse_url):
            raise ValueError(
                "DE06_DAGSTER_URL and DE06_WAREHOUSE_URL name the same database; give each one of "
                "its own (both keep a table alembic_version)"
            )
        if self.celery_broker and not self.celery_broker.startswith(("redis://", "rediss://")):
            raise ValueError("DE06_CELERY_BROKER must begin with redis:// or rediss://")
        if self.reports_store and "://" not in self.reports_store:
            raise ValueError(
                "DE06_REPORTS_STORE must be an address such as s3://bucket/reports; a shared folder "
                "needs no setting, mount it at $DE06_HOME/reports"
            )
        self.dagster_home = (self.dagster_home or self.home / "dagster").expanduser().resolve()
        for setting, place in (
            ("DE06_HOME", str(self.home)),
            ("DE06_LANDING", self.landing),
            ("DE06_LAKE", self.lake),
            ("DAGSTER_HOME", str(self.dagster_home)),
            ("DE06_CONTRACTS", str(self.contracts)),
        ):
            if "://" not in place and (trouble := _no_folder(place)):
                raise ValueError(f"{setting}: {trouble}")
        return self

    @property
    def reader_roles(self) -> list[str]:
        return [role.strip() for role in self.warehouse_readers.split(",") if role.strip()]

    @property
    def umask(self) -> int:
        """What files of ours must not allow to others."""
        return 0o027 if self.group_readable else 0o077

    @property
    def scratch(self) -> Path:
        """Temporary databases of running steps: the only place besides landing with personal data."""
        return self.home / "scratch"

    @property
    def reports(self) -> Path:
        return self.home / "reports"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def metrics(self) -> Path:
        """Counts and times for monitoring, as Prometheus text."""
        return self.home / "metrics" / "de06.prom"

    @property
    def lake_copy(self) -> Path:
        """This machine's copy of a lake on an object store; may be deleted at any time."""
        return self.home / "lake-copy"


def unknown_settings(environment: Iterable[str]) -> list[tuple[str, str]]:
    """Names that are nearly one of a setting, with the setting that is probably meant: the work of a
    slip of the pen, which would otherwise be left unread.
    """
    known = {f"DE06_{name.upper()}" for name in Settings.model_fields if name != "dagster_home"} | {
        "DAGSTER_HOME"
    }
    slips = []
    for name in sorted(environment):
        if name.startswith("DE06") and name not in known:
            meant = difflib.get_close_matches(name, sorted(known), 1, 0.85)
            slips += [(name, meant[0])] if meant else []
    return slips


def _is_address(url: str, *, host: bool = True) -> bool:
    """Whether a URL can be called: nothing unprintable, a host unless it may be left out, and a port
    that is one.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return url.isprintable() and (bool(parts.hostname) or not host) and port != 0


def _no_folder(place: str) -> str:
    """Why a place cannot be a folder; empty if it is one, or can be made."""
    if not place.isprintable():
        return "must be a path without control characters"
    if address := re.match(r"([a-z][a-z0-9+.-]+):/", place):
        # Else it would become a folder of that name, here on this disk.
        return f"an address has two strokes behind its colon: {address[1]}://…"
    path = Path(place)
    if len(place.encode()) > _LONGEST_PATH or any(len(p.encode()) > 255 for p in path.parts):
        return f"{place[:40]}… is longer than file systems take"
    try:
        nearest = next((p for p in (path, *path.parents) if p.exists()), None)
        if nearest is not None and not nearest.is_dir():
            return f"{nearest} is no folder"
    except OSError as error:
        return f"{place} cannot be looked at ({error.strerror})"
    return ""


def _in_words(error: Any) -> str:
    """One fault of the settings. A message of our own names its settings itself."""
    place, message = error["loc"], error["msg"].removeprefix("Value error, ")
    if not place:
        return str(message)
    name = str(place[0])
    setting = name if name.isupper() else f"DE06_{name.upper()}"
    return f"{setting}: {message[0].lower()}{message[1:]}"


def _database(url: str) -> tuple[str, str]:
    """Server and database of a PostgreSQL URL, whatever the driver, user and password."""
    parts = urlsplit(url)
    host = parts.hostname or parse_qs(parts.query).get("host", [""])[0]
    return f"{host}:{parts.port or 5432}", parts.path
