"""The comparison of computed with published figures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "published_comparison",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("indicator_code", sa.Text(), nullable=False),
        sa.Column("breakdown", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("published", sa.Numeric(asdecimal=False), nullable=False),
        sa.Column("bound", sa.Text(), nullable=False),
        sa.Column("computed", sa.Numeric(asdecimal=False), nullable=True),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("gap_days", sa.Integer(), nullable=True, comment="from period_end to as_of"),
        sa.Column(
            "verdict",
            sa.Text(),
            nullable=False,
            comment="equal, within_rounding, inside_bound, contradicted, not_computable",
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="Vietnamese; why it cannot be computed, or what limits the comparison"),
        sa.Column("reason_en", sa.Text(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False, comment="computed from sample exports: agreement proves nothing"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_comparison")),
    )


def downgrade() -> None:
    op.drop_table("published_comparison")
