"""The tables.

The documented ones are an interface (names and types change only with a major version); the others
are ours.

Months are dates (the first day) in the documented tables, and ``yyyymm`` integers inside: text is
stored once, in ``series``, and ``figure`` is nothing but integers, which keeps a figure near 35
bytes on SQLite.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import JSON, TypeDecorator

STATUSES = (
    "reported",
    "reported_zero",
    "not_reported",
    "no_denominator",
    "partial",
    "incomplete",
    "withdrawn",
    "suppressed",
)
"""``figure.status`` is the place in this tuple. Append only: stored figures point into it."""

BOUNDS = ("", ">", "<", "≈")
"""``figure.bound`` is the place in this tuple. Append only."""

BASES = ("", "population dataset", "census 2019 × national growth", "mixed")
"""``figure.basis``, what a population denominator rests on, is the place in this tuple.

Append only.
"""

WITHDRAWN = STATUSES.index("withdrawn")


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, ``timestamptz`` on PostgreSQL, ISO text in UTC on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _to_area() -> ForeignKey:
    # Deferred: a unit may be written before its parent or successor, in one transaction.
    return ForeignKey("dim_area.area_id", deferrable=True, initially="DEFERRED")


dim_area = Table(
    "dim_area",
    metadata,
    Column("area_id", Integer, primary_key=True, autoincrement=False),
    Column("level", Text, nullable=False, comment="country, province, district, commune"),
    Column("code", Text, nullable=False, comment="means a unit only together with a date"),
    Column("name", Text, nullable=False),
    Column("full_name", Text),
    Column("province_code", Text),
    Column("parent_id", Integer, _to_area()),
    Column("valid_from", Date, comment="first day in force; null: before the tables begin"),
    Column("valid_to", Date, comment="last day in force; null: still in force"),
    Column("successor", Integer, _to_area(), comment="the unit all of it went to"),
    Index(None, "level", "code"),
    # Without these, SQLite looks for children of every row written: 14,000 units took 42 seconds
    # instead of one.
    Index(None, "parent_id"),
    Index(None, "successor"),
)

dim_indicator = Table(
    "dim_indicator",
    metadata,
    Column("code", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("name_vi", Text, nullable=False),
    Column("name_en", Text),
    Column("unit", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("formula", Text),
    Column("breakdowns", Text),
    Column("legal_basis", Text),
    Column("direction", Text),
    Column("target", Text),
    Column("thresholds", Text),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("disclosure_class", Text),
    Column("value_multiplier", Integer, nullable=False),
    Column("value_divisor", Integer, nullable=False),
    Column(
        "is_quotient",
        Boolean,
        nullable=False,
        comment="value = numerator * multiplier / (denominator * divisor)",
    ),
    Column(
        "over_space",
        Text,
        nullable=False,
        server_default="sum",
        comment="on other boundaries: sum, recount, none",
    ),
    Column("over_space_reason", Text, comment="why it cannot be added up"),
)

dim_month = Table(
    "dim_month",
    metadata,
    Column("month_id", Integer, primary_key=True, autoincrement=False, comment="yyyymm"),
    Column("month", Date, nullable=False, unique=True, comment="first day"),
    Column("last_day", Date, nullable=False, comment="decides which units are in force"),
    Column("year", SmallInteger, nullable=False),
    Column("quarter", SmallInteger, nullable=False),
    Column("month_of_year", SmallInteger, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("delivery_id", Integer, primary_key=True),
    Column("dataset", Text, nullable=False),
    Column("month", Date, nullable=False),
    Column("supplier", Text, nullable=False),
    Column("version", Integer, nullable=False, comment="of the vN folder; 0 without one"),
    Column("file_name", Text, nullable=False, comment="relative to the supplier's folder"),
    Column("sha256", Text, comment="null where the file was not read"),
    Column("bytes", BigInteger, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("format", Text),
    Column("encoding", Text),
    Column("contract_version", Text, nullable=False),
    Column("rows_read", BigInteger, nullable=False),
    Column("rows_accepted", BigInteger, nullable=False),
    Column("rows_quarantined", BigInteger, nullable=False),
    Column("rows_superseded", BigInteger, nullable=False),
    Column("status", Text, nullable=False, comment="accepted, refused, replaced, missing"),
    Column("run_id", Text, nullable=False),
    Column(
        "attempt",
        Integer,
        nullable=False,
        comment="n-th recorded attempt of this dataset, month and supplier, from 1",
    ),
    Column("fingerprint", Text, nullable=False, comment="of the files' names, sizes and times"),
    Column(
        "outcome_hash",
        Text,
        nullable=False,
        comment="of everything recorded but run and clock: equal means nothing new",
    ),
    Column("content_hash", Text, comment="of the accepted rows; null when refused"),
    Column("recorded_at", UtcDateTime, nullable=False),
    Index(None, "dataset", "month", "supplier", "attempt"),
)

landing_removed = Table(
    "landing_removed",
    metadata,
    Column("dataset", Text, primary_key=True),
    Column("month", Date, primary_key=True),
    Column("supplier", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False, comment="of the delivery that was removed"),
    Column("files", Integer, nullable=False, comment="how many there were"),
    Column("bytes", BigInteger, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("removed_at", UtcDateTime, nullable=False, comment="recorded just before"),
)

quality_result = Table(
    "quality_result",
    metadata,
    Column("dataset", Text, primary_key=True),
    Column("month", Date, primary_key=True),
    Column("supplier", Text, primary_key=True),
    Column("rule_id", Text, primary_key=True),
    Column("severity", Text, nullable=False),
    Column("evaluated", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("tolerance", Float),
    Column("success", Boolean, nullable=False),
    Column("contract_version", Text, nullable=False),
    Column("run_id", Text, primary_key=True),
    Column("checked_at", UtcDateTime, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("quarantine_id", Integer, primary_key=True),
    Column("dataset", Text, nullable=False),
    Column("month", Date, nullable=False),
    Column("supplier", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("row_number", BigInteger, nullable=False),
    Column("field", Text, comment="comma-separated; empty for a record that cannot be split"),
    Column("rule_id", Text, nullable=False),
    Column("masked_value", Text),
    Column("run_id", Text, nullable=False),
    Index(None, "dataset", "month", "supplier"),
)

file_information = Table(
    "file_information",
    metadata,
    Column("dataset", Text, primary_key=True),
    Column("month", Date, primary_key=True),
    Column("supplier", Text, primary_key=True),
    Column("file_name", Text, primary_key=True),
    Column(
        "code", Text, primary_key=True, comment="what was left out of the file or put right in it"
    ),
    Column("occurrences", BigInteger, nullable=False),
    Column("message_vi", Text, nullable=False),
    Column("message_en", Text, nullable=False),
    Column("run_id", Text, nullable=False),
)

accepted = Table(
    "accepted",
    metadata,
    Column("dataset", Text, primary_key=True),
    Column("month", Date, primary_key=True),
    Column("supplier", Text, primary_key=True),
    Column("path", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("contract_version", Text, nullable=False),
    Column("row_count", BigInteger, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("accepted_at", UtcDateTime, nullable=False),
    Column(
        "absent_fields",
        JSON(none_as_null=True),
        comment="optional fields delivered without a column; null: not recorded",
    ),
)

cells = Table(
    "cells",
    metadata,
    Column("source", Text, primary_key=True),
    Column("month", Date, primary_key=True),
    Column("path", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("input_hash", Text, nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("built_at", UtcDateTime, nullable=False),
)

publication = Table(
    "publication",
    metadata,
    Column("publication_id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("computed_at", UtcDateTime, nullable=False),
    Column(
        "basis",
        JSON,
        nullable=False,
        comment="month to content hash of the cells the figures were made from",
    ),
    Column("code_version", Text, nullable=False),
    Column("new_count", Integer, nullable=False),
    Column("changed_count", Integer, nullable=False),
    Column("withdrawn_count", Integer, nullable=False),
)

published_basis = Table(
    "published_basis",
    metadata,
    Column("source", Text, primary_key=True),
    Column("period_type", Text, primary_key=True),
    Column("month", Date, primary_key=True),
    Column("cells_hash", Text, comment="of the month's cells; null where there were none"),
    Column(
        "accepted",
        JSON,
        nullable=False,
        comment="dataset, supplier and content hash of the month's accepted deliveries",
    ),
    Column("run_id", Text, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
)
"""What the last complete publication of a source's month rested on, or the last complete ingest of
a dataset's (``period_type`` ingest); written at its very end.
"""

series = Table(
    "series",
    metadata,
    Column("series_id", Integer, primary_key=True),
    Column("indicator_code", Text, ForeignKey("dim_indicator.code"), nullable=False),
    Column("breakdown", Text, nullable=False),
    Column("period_type", Text, nullable=False),
    Column("time_window", Text, nullable=False),
    UniqueConstraint("indicator_code", "breakdown", "period_type", "time_window"),
)


def figure_key() -> list[Column[int]]:
    """What a figure is about: month, series, area. One month's figures lie together."""
    return [
        Column("month_id", Integer, primary_key=True, autoincrement=False),
        Column("series_id", Integer, primary_key=True, autoincrement=False),
        Column("area_id", Integer, primary_key=True, autoincrement=False),
    ]


def figure_values() -> list[Column[int]]:
    """What a figure says.

    A change in one of the first four is a new revision; the counts of areas and the basis are not
    part of it.
    """
    return [
        Column("numerator", BigInteger),
        Column("denominator", BigInteger),
        Column("status", SmallInteger, nullable=False),
        Column("bound", SmallInteger, nullable=False),
        Column("areas_expected", Integer, nullable=False),
        Column("areas_reported", Integer, nullable=False),
        Column("basis", SmallInteger, nullable=False, server_default="0"),
    ]


# No foreign keys here: the publication checks months, series and areas once, as sets, instead of a
# million times.
figure = Table(
    "figure",
    metadata,
    *figure_key(),
    *figure_values(),
    Column("revision", Integer, nullable=False),
    Column("publication_id", Integer, nullable=False),
    sqlite_with_rowid=False,
)

figure_past = Table(
    "figure_past",
    metadata,
    *figure_key(),
    *figure_values(),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("publication_id", Integer, nullable=False),
    Column(
        "superseded_by",
        Integer,
        nullable=False,
        comment="the publication that made the next revision",
    ),
    sqlite_with_rowid=False,
)

published_comparison = Table(
    "published_comparison",
    metadata,
    Column("id", Text, primary_key=True),
    Column("document", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("indicator_code", Text, nullable=False),
    Column("breakdown", Text, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("published", Numeric(asdecimal=False), nullable=False),
    Column("bound", Text, nullable=False),
    Column("computed", Numeric(asdecimal=False)),
    Column("period_end", Date),
    Column("gap_days", Integer, comment="from period_end to as_of"),
    Column(
        "verdict",
        Text,
        nullable=False,
        comment="equal, within_rounding, inside_bound, contradicted, not_computable",
    ),
    Column(
        "reason",
        Text,
        comment="Vietnamese; why it cannot be computed, or what limits the comparison",
    ),
    Column("reason_en", Text),
    Column(
        "synthetic",
        Boolean,
        nullable=False,
        comment="computed from sample exports: agreement proves nothing",
    ),
)

cross_month_result = Table(
    "cross_month_result",
    metadata,
    Column("dataset", Text, primary_key=True),
    Column("month", Date, primary_key=True),
    Column("supplier", Text, primary_key=True),
    Column("rule_id", Text, primary_key=True),
    Column("evaluated", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("low", BigInteger, comment="of the band, for rules that have one"),
    Column("high", BigInteger),
    Column("message_vi", Text, nullable=False),
    Column("message_en", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("checked_at", UtcDateTime, nullable=False),
)

plausibility_finding = Table(
    "plausibility_finding",
    metadata,
    Column("finding_id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("month", Date, nullable=False),
    Column("rule_id", Text, nullable=False),
    Column("indicator_code", Text, nullable=False),
    Column("area_id", Integer, nullable=False),
    Column("area_code", Text, nullable=False),
    Column("area_name", Text, nullable=False),
    Column("time_window", Text, nullable=False),
    Column("breakdown", Text, nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("low", BigInteger),
    Column("high", BigInteger),
    Column("message_vi", Text, nullable=False),
    Column("message_en", Text, nullable=False),
    Column("accepted_by", Text, comment="who reviewed it and found it right; null: open"),
    Column("accepted_on", Date),
    Column("reason", Text),
    Column("run_id", Text, nullable=False),
    Column("checked_at", UtcDateTime, nullable=False),
    Index(None, "source", "month"),
)
