"""Browsers that a person has signed in with before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known_device",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("browser", sa.LargeBinary(), nullable=False),
        sa.Column("system", sa.LargeBinary(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_device")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_known_device_account_id_account"), ondelete="CASCADE"
        ),
    )
    for column in ("account_id", "token_hash", "last_used_at"):
        op.create_index(op.f(f"ix_known_device_{column}"), "known_device", [column], unique=False)


def downgrade() -> None:
    for column in ("last_used_at", "token_hash", "account_id"):
        op.drop_index(op.f(f"ix_known_device_{column}"), table_name="known_device")
    op.drop_table("known_device")
