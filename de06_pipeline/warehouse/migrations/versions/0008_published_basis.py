"""What each complete ingest and publication of a month rested on: ``published_basis``.

Months whose newest publication rested on the cells in force count as published; whatever cannot be
shown to be is published anew by the next night.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    table = op.create_table(
        "published_basis",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("period_type", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("cells_hash", sa.Text(), nullable=True, comment="of the month's cells; null where there were none"),
        sa.Column("accepted", sa.JSON(), nullable=False, comment="dataset, supplier and content hash of the month's accepted deliveries"),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "period_type", "month", name=op.f("pk_published_basis")),
    )
    connection = op.get_bind()
    rows = _published(connection)
    if rows:
        connection.execute(sa.insert(table), rows)


def downgrade() -> None:
    op.drop_table("published_basis")


def _published(connection: sa.Connection) -> list[dict[str, Any]]:
    """Months already published under the tables of before."""
    accepted: dict[date, list[list[str]]] = {}
    for dataset, month, supplier, content_hash in connection.exec_driver_sql(
        "SELECT dataset, month, supplier, content_hash FROM accepted ORDER BY dataset, supplier"
    ):
        accepted.setdefault(_date(month), []).append([dataset, supplier, content_hash])
    cells = {
        (source, _date(month)): content_hash
        for source, month, content_hash in connection.exec_driver_sql("SELECT source, month, content_hash FROM cells")
    }
    rested: dict[tuple[str, str], tuple[str | None, str]] = {}
    without_cells = set()
    for source, run_id, basis in connection.exec_driver_sql("SELECT source, run_id, basis FROM publication ORDER BY publication_id"):
        for month, content_hash in rested_on(basis).items():
            rested[source, month] = content_hash, run_id
        if not rested_on(basis):
            without_cells.add(source)
    found = []
    for (source, month), content_hash in cells.items():
        noted, run_id = rested.get((source, f"{month:%Y-%m}"), (None, ""))
        if noted == content_hash:
            found += [
                _row(source, period, month, content_hash, accepted.get(month, []), run_id)
                for period in ("month", "report_month")
            ]
    recorded: dict[tuple[str, date], list[list[str]]] = {}
    for dataset, month, supplier, status, outcome in connection.exec_driver_sql(
        "SELECT DISTINCT dataset, month, supplier, status, outcome_hash FROM delivery WHERE status <> 'replaced'"
    ):
        recorded.setdefault((dataset, _date(month)), []).append([dataset, supplier, f"{status} {outcome}"])
    # Rates of deliveries rest on no cells: every ingest published them from the ledger.
    ledgers: dict[date, list[list[str]]] = {}
    for (dataset, month), deliveries in recorded.items():
        if dataset in ("population", "opening_balances"):
            # Of one date, and not expected every month.
            continue
        ledgers.setdefault(month, []).extend(deliveries)
    found += [_row(source, "month", month, None, ledger, "") for source in sorted(without_cells) for month, ledger in ledgers.items()]
    return found + [
        _row(dataset, "ingest", month, None, deliveries, "") for (dataset, month), deliveries in recorded.items()
    ]


def rested_on(basis: str | dict[str, str | None]) -> dict[str, str | None]:
    return json.loads(basis) if isinstance(basis, str) else basis


def _row(source: str, period: str, month: date, cells_hash: str | None, accepted: list[list[str]], run_id: str) -> dict[str, Any]:
    return {
        "source": source,
        "period_type": period,
        "month": month,
        "cells_hash": cells_hash,
        "accepted": accepted,
        "run_id": run_id,
        "published_at": datetime.now(UTC),
    }


def _date(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
