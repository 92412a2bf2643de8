"""The first schema: dimensions, deliveries and quality, pointers into the lake, figures and their revisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "accepted",
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("contract_version", sa.Text(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("dataset", "month", "supplier", name=op.f("pk_accepted")),
    )
    op.create_table(
        "cells",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("input_hash", sa.Text(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "month", name=op.f("pk_cells")),
    )
    op.create_table(
        "delivery",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="of the vN folder; 0 without one"),
        sa.Column("file_name", sa.Text(), nullable=False, comment="relative to the supplier's folder"),
        sa.Column("sha256", sa.Text(), nullable=True, comment="null where the file was not read"),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("encoding", sa.Text(), nullable=True),
        sa.Column("contract_version", sa.Text(), nullable=False),
        sa.Column("rows_read", sa.BigInteger(), nullable=False),
        sa.Column("rows_accepted", sa.BigInteger(), nullable=False),
        sa.Column("rows_quarantined", sa.BigInteger(), nullable=False),
        sa.Column("rows_superseded", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, comment="accepted, refused, replaced, missing"),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False, comment="n-th recorded attempt of this dataset, month and supplier, from 1"),
        sa.Column("fingerprint", sa.Text(), nullable=False, comment="of the files' names, sizes and times"),
        sa.Column("outcome_hash", sa.Text(), nullable=False, comment="of everything recorded but run and clock: equal means nothing new"),
        sa.Column("content_hash", sa.Text(), nullable=True, comment="of the accepted rows; null when refused"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_delivery")),
    )
    op.create_index(
        op.f("ix_delivery_dataset_month_supplier_attempt"), "delivery", ["dataset", "month", "supplier", "attempt"], unique=False
    )
    op.create_table(
        "dim_area",
        sa.Column("area_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Text(), nullable=False, comment="country, province, district, commune"),
        sa.Column("code", sa.Text(), nullable=False, comment="means a unit only together with a date"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=True),
        sa.Column("province_code", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True, comment="first day in force; null: before the tables begin"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="last day in force; null: still in force"),
        sa.Column("successor", sa.Integer(), nullable=True, comment="the unit all of it went to"),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["dim_area.area_id"], name=op.f("fk_dim_area_parent_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["successor"], ["dim_area.area_id"], name=op.f("fk_dim_area_successor"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("area_id", name=op.f("pk_dim_area")),
    )
    op.create_index(op.f("ix_dim_area_level_code"), "dim_area", ["level", "code"], unique=False)
    op.create_index(op.f("ix_dim_area_parent_id"), "dim_area", ["parent_id"], unique=False)
    op.create_index(op.f("ix_dim_area_successor"), "dim_area", ["successor"], unique=False)
    op.create_table(
        "dim_indicator",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("formula", sa.Text(), nullable=True),
        sa.Column("breakdowns", sa.Text(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("thresholds", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("disclosure_class", sa.Text(), nullable=True),
        sa.Column("value_multiplier", sa.Integer(), nullable=False),
        sa.Column("value_divisor", sa.Integer(), nullable=False),
        sa.Column("is_quotient", sa.Boolean(), nullable=False, comment="value = numerator * multiplier / (denominator * divisor)"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_dim_indicator")),
    )
    op.create_table(
        "dim_month",
        sa.Column("month_id", sa.Integer(), autoincrement=False, nullable=False, comment="yyyymm"),
        sa.Column("month", sa.Date(), nullable=False, comment="first day"),
        sa.Column("last_day", sa.Date(), nullable=False, comment="decides which units are in force"),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("quarter", sa.SmallInteger(), nullable=False),
        sa.Column("month_of_year", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month_id", name=op.f("pk_dim_month")),
        sa.UniqueConstraint("month", name=op.f("uq_dim_month_month")),
    )
    op.create_table(
        "figure",
        sa.Column("month_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("series_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("area_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=True),
        sa.Column("denominator", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("bound", sa.SmallInteger(), nullable=False),
        sa.Column("areas_expected", sa.Integer(), nullable=False),
        sa.Column("areas_reported", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month_id", "series_id", "area_id", name=op.f("pk_figure")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figure_past",
        sa.Column("month_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("series_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("area_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=True),
        sa.Column("denominator", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("bound", sa.SmallInteger(), nullable=False),
        sa.Column("areas_expected", sa.Integer(), nullable=False),
        sa.Column("areas_reported", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("superseded_by", sa.Integer(), nullable=False, comment="the publication that made the next revision"),
        sa.PrimaryKeyConstraint("month_id", "series_id", "area_id", "revision", name=op.f("pk_figure_past")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "publication",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=False, comment="month to content hash of the cells the figures were made from"),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("new_count", sa.Integer(), nullable=False),
        sa.Column("changed_count", sa.Integer(), nullable=False),
        sa.Column("withdrawn_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("publication_id", name=op.f("pk_publication")),
    )
    op.create_table(
        "quality_result",
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("evaluated", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("tolerance", sa.Float(), nullable=True),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column("contract_version", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("dataset", "month", "supplier", "rule_id", "run_id", name=op.f("pk_quality_result")),
    )
    op.create_table(
        "quarantine",
        sa.Column("quarantine_id", sa.Integer(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=True, comment="comma-separated; empty for a record that cannot be split"),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("masked_value", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("quarantine_id", name=op.f("pk_quarantine")),
    )
    op.create_index(op.f("ix_quarantine_dataset_month_supplier"), "quarantine", ["dataset", "month", "supplier"], unique=False)
    op.create_table(
        "series",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("indicator_code", sa.Text(), nullable=False),
        sa.Column("breakdown", sa.Text(), nullable=False),
        sa.Column("period_type", sa.Text(), nullable=False),
        sa.Column("time_window", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("series_id", name=op.f("pk_series")),
        sa.UniqueConstraint(
            "indicator_code",
            "breakdown",
            "period_type",
            "time_window",
            name=op.f("uq_series_indicator_code_breakdown_period_type_time_window"),
        ),
        sa.ForeignKeyConstraint(["indicator_code"], ["dim_indicator.code"], name=op.f("fk_series_indicator_code")),
    )


def downgrade() -> None:
    for table in (
        "series",
        "quarantine",
        "quality_result",
        "publication",
        "figure_past",
        "figure",
        "dim_month",
        "dim_indicator",
        "dim_area",
        "delivery",
        "cells",
        "accepted",
    ):
        op.drop_table(table)
