"""What was done to a delivered file beyond trimming: ``file_information``."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "file_information",
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="what was left out of the file or put right in it"),
        sa.Column("occurrences", sa.BigInteger(), nullable=False),
        sa.Column("message_vi", sa.Text(), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("dataset", "month", "supplier", "file_name", "code", name=op.f("pk_file_information")),
    )


def downgrade() -> None:
    op.drop_table("file_information")
