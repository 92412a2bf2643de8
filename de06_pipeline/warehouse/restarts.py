"""Work that is done again when the database server was restarted in the middle of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, OperationalError

from de06_pipeline.warehouse.store import Warehouse

T = TypeVar("T")

_BACK_WITHIN_SECONDS = 120.0
_LOOK_SECONDS = 1.0


def again_after_restart(warehouse: Warehouse, work: Callable[[], T]) -> T:
    """The result of work that may be repeated; once more from its beginning where its connection
    was lost, or none was to be had, and the server comes back in time.

    What was committed before stands and is found again; what was not is undone by the server.

    Raises:
        sqlalchemy.exc.DBAPIError: the server did not come back, or was lost a second time.
    """
    try:
        return work()
    except DBAPIError as error:
        if not _is_of_connection(warehouse, error) or not _is_back(warehouse):
            raise
    return work()


def _is_of_connection(warehouse: Warehouse, error: DBAPIError) -> bool:
    """Whether the server ended a connection or did not give one: it is down, still starting, or has
    no more of them. Most of a step is no statement, so that is how it mostly meets a restart.
    """
    was_refused = isinstance(error, OperationalError) and error.statement is None
    return error.connection_invalidated or (was_refused and not warehouse.is_sqlite)


def _is_back(warehouse: Warehouse) -> bool:
    deadline = time.monotonic() + _BACK_WITHIN_SECONDS
    while time.monotonic() < deadline:
        try:
            with warehouse.reading() as connection:
                connection.exec_driver_sql("SELECT 1")
            return True
        except DBAPIError:
            time.sleep(_LOOK_SECONDS)
    return False
