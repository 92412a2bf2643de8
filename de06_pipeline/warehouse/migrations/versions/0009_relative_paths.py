"""Paths of accepted rows and cells relative to the lake, so that it can be moved or restored elsewhere."""

from __future__ import annotations

from pathlib import PurePath, PurePosixPath

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_TABLES = {"accepted": ("accepted", 6), "cells": ("cells", 4)}
"""Table: first part of a path below the lake, and how many parts it has."""


def upgrade() -> None:
    connection = op.get_bind()
    for table, (first, count) in _TABLES.items():
        for (path,) in connection.exec_driver_sql(f"SELECT DISTINCT path FROM {table}").all():
            parts = PurePath(path).parts[-count:]
            if PurePath(path).is_absolute() and parts[0] == first:
                _set(connection, table, path, PurePosixPath(*parts).as_posix())


def downgrade() -> None:
    from de06_pipeline.settings import Settings

    connection = op.get_bind()
    for table in _TABLES:
        for (path,) in connection.exec_driver_sql(f"SELECT DISTINCT path FROM {table}").all():
            if not PurePath(path).is_absolute():
                _set(connection, table, path, str(PurePath(Settings().lake, path)))


def _set(connection: sa.Connection, table: str, before: str, after: str) -> None:
    one = sa.table(table, sa.column("path"))
    connection.execute(sa.update(one).where(one.c.path == before).values(path=after))
