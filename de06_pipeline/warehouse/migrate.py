"""The schema's version: bring a warehouse up to date, or say what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from de06_pipeline.plain_reasons import plain_reason
from de06_pipeline.warehouse.store import SchemaError, Warehouse

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"

HEAD = "0012"
"""The revision this program needs; a test holds it equal to the newest migration, so that a check
needs no Alembic.
"""


def current_revision(connection: Connection) -> str | None:
    """The revision written in the warehouse; None where there is none yet."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if revision is None else str(revision)


def migrate(warehouse: Warehouse) -> bool:
    """Create the tables, or bring them up to date.

    Safe to repeat and to run from several processes at once.

    Returns:
        Whether anything was changed.

    Raises:
        SchemaError: the warehouse cannot be opened, or its tables are newer than this program.
    """
    if warehouse.is_sqlite:
        Path(str(warehouse.url.database)).parent.mkdir(parents=True, exist_ok=True)
    if _known_revision(warehouse) == HEAD:
        return False
    with warehouse.exclusive("migrate"):
        if _known_revision(warehouse) == HEAD:
            return False
        if warehouse.is_sqlite:
            _use_wal(warehouse)
        from alembic import command

        with warehouse.writing() as connection:
            command.upgrade(alembic_config(connection), HEAD)
    return True


def downgrade(warehouse: Warehouse, revision: str) -> None:
    """Take the tables back to an earlier revision, for going back to an earlier program.

    What only newer tables hold is lost; views are made as far as the older tables allow. ``base``
    removes everything.
    """
    with warehouse.exclusive("migrate"):
        from alembic import command

        with warehouse.writing() as connection:
            command.downgrade(alembic_config(connection), revision)


def check_schema(warehouse: Warehouse) -> None:
    """See that the tables are those of this program.

    Raises:
        SchemaError: they are absent, older or newer, or cannot be reached; the message says what to
            do.
    """
    if warehouse.is_sqlite and not Path(str(warehouse.url.database)).exists():
        raise SchemaError(
            f"The warehouse does not exist yet at {warehouse.url.database}. Is DE06_HOME right (and DE06_WAREHOUSE_URL)? "
            "'de06 init' makes a new one there."
        )
    revision = _known_revision(warehouse)
    if revision == HEAD:
        return
    if revision is None:
        raise SchemaError("The warehouse has no tables yet; run 'de06 init'.")
    raise SchemaError(
        f"The warehouse's tables are of version {revision}, this program needs {HEAD}; run 'de06 init' to update them."
    )


def alembic_config(connection: Connection) -> Config:
    """Alembic's settings without an ini file; ``migrations/env.py`` takes the open connection from
    here.
    """
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _known_revision(warehouse: Warehouse) -> str | None:
    """Raises: SchemaError: the warehouse cannot be opened, or is newer than this program."""
    revision = _revision(warehouse)
    if revision is not None and revision > HEAD:
        raise SchemaError(
            f"The warehouse's tables are of version {revision}, newer than this program's {HEAD}; install the newer de06."
        )
    return revision


def _revision(warehouse: Warehouse) -> str | None:
    try:
        with warehouse.reading() as connection:
            return current_revision(connection)
    except DBAPIError as error:
        if reason := plain_reason(error):
            raise SchemaError(
                f"The warehouse at {warehouse.display_url} (DE06_WAREHOUSE_URL): {reason}"
            ) from None
        raise SchemaError(
            f"The warehouse at {warehouse.display_url} cannot be opened; see that DE06_WAREHOUSE_URL is right, that the server runs "
            "or the file is a readable SQLite database, and that this user may use it."
        ) from None


def _use_wal(warehouse: Warehouse) -> None:
    # Kept in the file from then on. Cannot be changed inside a transaction, so it goes past
    # SQLAlchemy.
    connection = warehouse.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.close()
    finally:
        connection.close()
