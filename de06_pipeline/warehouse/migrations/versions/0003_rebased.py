"""Figures on other boundaries than their own month's, and what a population denominator rests on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"


def upgrade() -> None:
    op.add_column(
        "dim_indicator",
        sa.Column("over_space", sa.Text(), nullable=False, server_default="sum", comment="on other boundaries: sum, recount, none"),
    )
    op.add_column("dim_indicator", sa.Column("over_space_reason", sa.Text(), nullable=True, comment="why it cannot be added up"))
    for table in ("figure", "figure_past"):
        op.add_column(table, sa.Column("basis", sa.SmallInteger(), nullable=False, server_default="0"))
    op.create_table(
        "boundaries",
        sa.Column(
            "boundaries_id", sa.Integer(), autoincrement=False, nullable=False, comment="yyyymm of the first month with these very units"
        ),
        sa.Column("month", sa.Date(), nullable=False, comment="first day of that month"),
        sa.Column("content_hash", sa.Text(), nullable=False, comment="of the shares; other area tables give others"),
        sa.Column("is_asked_for", sa.Boolean(), nullable=False, comment="kept for good; the others go when they are no longer the latest"),
        sa.PrimaryKeyConstraint("boundaries_id", name=op.f("pk_boundaries")),
    )
    op.create_table(
        "area_share",
        sa.Column("area_id", sa.Integer(), nullable=False, comment="a unit in force in the figures' month"),
        sa.Column("boundaries_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False, comment="a unit in force on the boundaries"),
        sa.Column(
            "first_month", sa.Integer(), autoincrement=False, nullable=False, comment="yyyymm; months of figures that the share holds for"
        ),
        sa.Column("last_month", sa.Integer(), nullable=False),
        sa.Column("province_id", sa.Integer(), nullable=True, comment="of to_id on the boundaries; null for the country"),
        sa.Column(
            "part", sa.Integer(), nullable=False, comment="millionths of the unit, by residents of the census 2019; less than all: an estimate"
        ),
        sa.Column(
            "is_same", sa.Boolean(), nullable=False, comment="both are the same ground: carried over even where nothing can be added up"
        ),
        sa.ForeignKeyConstraint(["boundaries_id"], ["boundaries.boundaries_id"], name=op.f("fk_area_share_boundaries_id")),
        sa.PrimaryKeyConstraint("area_id", "boundaries_id", "to_id", "first_month", name=op.f("pk_area_share")),
    )
    op.create_index(op.f("ix_area_share_boundaries_id_to_id"), "area_share", ["boundaries_id", "to_id"], unique=False)
    op.create_table(
        "rebased_figure",
        sa.Column("boundaries_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("series_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("area_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=True),
        sa.Column("denominator", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("bound", sa.SmallInteger(), nullable=False),
        sa.Column("areas_expected", sa.Integer(), nullable=False),
        sa.Column("areas_reported", sa.Integer(), nullable=False),
        sa.Column("basis", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("publication_id", sa.Integer(), nullable=False, comment="the newest of the source when it was counted"),
        sa.PrimaryKeyConstraint("boundaries_id", "month_id", "series_id", "area_id", name=op.f("pk_rebased_figure")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rebased_month",
        sa.Column("boundaries_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("month_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("input_hash", sa.Text(), nullable=False, comment="of what the month's recounted figures were made from"),
        sa.PrimaryKeyConstraint("boundaries_id", "source", "month_id", name=op.f("pk_rebased_month")),
    )


def downgrade() -> None:
    for table in ("rebased_month", "rebased_figure"):
        op.drop_table(table)
    op.drop_index(op.f("ix_area_share_boundaries_id_to_id"), "area_share")
    for table in ("area_share", "boundaries"):
        op.drop_table(table)
    for table in ("figure_past", "figure"):
        op.drop_column(table, "basis")
    for column in ("over_space_reason", "over_space"):
        op.drop_column("dim_indicator", column)
