"""The tables behind figures on other boundaries than their own month's: which part of a unit lies
where, and what was counted anew.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text

from de06_pipeline.warehouse.schema import figure_key, figure_values
from de06_pipeline.warehouse.schema import (
    metadata as metadata,
)  # with these tables: what migrations must make

boundaries = Table(
    "boundaries",
    metadata,
    Column(
        "boundaries_id",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="yyyymm of the first month with these very units",
    ),
    Column("month", Date, nullable=False, comment="first day of that month"),
    Column(
        "content_hash", Text, nullable=False, comment="of the shares; other area tables give others"
    ),
    Column(
        "is_asked_for",
        Boolean,
        nullable=False,
        comment="kept for good; the others go when they are no longer the latest",
    ),
)

area_share = Table(
    "area_share",
    metadata,
    Column("area_id", Integer, primary_key=True, comment="a unit in force in the figures' month"),
    Column("boundaries_id", Integer, ForeignKey("boundaries.boundaries_id"), primary_key=True),
    Column("to_id", Integer, primary_key=True, comment="a unit in force on the boundaries"),
    Column(
        "first_month",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="yyyymm; months of figures that the share holds for",
    ),
    Column("last_month", Integer, nullable=False),
    Column("province_id", Integer, comment="of to_id on the boundaries; null for the country"),
    Column(
        "part",
        Integer,
        nullable=False,
        comment="millionths of the unit, by residents of the census 2019; less than all: an estimate",
    ),
    Column(
        "is_same",
        Boolean,
        nullable=False,
        comment="both are the same ground: carried over even where nothing can be added up",
    ),
    Index(None, "boundaries_id", "to_id"),
)

rebased_figure = Table(
    "rebased_figure",
    metadata,
    Column("boundaries_id", Integer, primary_key=True, autoincrement=False),
    *figure_key(),
    *figure_values(),
    Column(
        "publication_id",
        Integer,
        nullable=False,
        comment="the newest of the source when it was counted",
    ),
    sqlite_with_rowid=False,
)
"""Figures that cannot be added up (medians, distinct counts) of units put together, counted anew
from cells.
"""

rebased_month = Table(
    "rebased_month",
    metadata,
    Column("boundaries_id", Integer, primary_key=True, autoincrement=False),
    Column("source", Text, primary_key=True),
    Column("month_id", Integer, primary_key=True, autoincrement=False),
    Column(
        "input_hash",
        Text,
        nullable=False,
        comment="of what the month's recounted figures were made from",
    ),
)
