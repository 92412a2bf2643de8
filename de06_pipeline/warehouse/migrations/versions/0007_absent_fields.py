"""Which optional columns a delivery came without: ``accepted.absent_fields``."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column(
        "accepted",
        sa.Column(
            "absent_fields",
            sa.JSON(),
            nullable=True,
            comment="optional fields delivered without a column; null: not recorded",
        ),
    )


def downgrade() -> None:
    op.drop_column("accepted", "absent_fields")
