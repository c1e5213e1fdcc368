"""A room's seats are counted by those who were let in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("admission", sa.Column("network", sa.String(length=20), nullable=False, server_default=""))
    op.add_column("admission", sa.Column("seat_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE admission SET seat_at = admitted_at")


def downgrade() -> None:
    op.drop_column("admission", "seat_at")
    op.drop_column("admission", "network")
