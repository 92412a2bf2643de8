"""The views of other boundaries and ``indicator_latest`` anew: views are dropped and made around
every migration (``env.py``).
"""

from __future__ import annotations

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
