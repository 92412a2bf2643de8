"""The view ``indicator_latest`` anew: views are dropped and made around every migration (``env.py``)."""

from __future__ import annotations

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
