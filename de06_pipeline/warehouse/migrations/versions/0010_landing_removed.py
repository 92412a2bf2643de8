"""Which deliveries' files were taken out of the landing zone after the time they are kept:
``landing_removed``. Empty at first: until now nothing was removed by the pipeline.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "landing_removed",
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False, comment="of the delivery that was removed"),
        sa.Column("files", sa.Integer(), nullable=False, comment="how many there were"),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False, comment="recorded just before"),
        sa.PrimaryKeyConstraint("dataset", "month", "supplier", name=op.f("pk_landing_removed")),
    )


def downgrade() -> None:
    op.drop_table("landing_removed")
