"""Other addresses of people without an account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address_change",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("email_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("old_email", sa.LargeBinary(), nullable=False),
        sa.Column("new_email", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
    )
    op.create_index(op.f("ix_address_change_email_key"), "address_change", ["email_key"], unique=False)
    op.create_table(
        "address_token",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("change_id", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_address_token")),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["address_change.id"],
            name=op.f("fk_address_token_change_id_address_change"),
            ondelete="CASCADE",
        ),
    )
    for column in ("change_id", "expires_at"):
        op.create_index(op.f(f"ix_address_token_{column}"), "address_token", [column], unique=False)


def downgrade() -> None:
    for column in ("expires_at", "change_id"):
        op.drop_index(op.f(f"ix_address_token_{column}"), table_name="address_token")
    op.drop_table("address_token")
    op.drop_index(op.f("ix_address_change_email_key"), table_name="address_change")
    op.drop_table("address_change")
