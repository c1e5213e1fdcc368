"""The organizer's key vault: one random key an account, locked by password, passkey or phrase."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id_account"), ondelete="CASCADE"
    )


def upgrade() -> None:
    op.create_table(
        "key_vault",
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("vault_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_key_vault")),
        _of_account("key_vault"),
    )
    op.create_table(
        "key_wrap",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("passkey_id", sa.String(length=32), nullable=True),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_wrap")),
        sa.UniqueConstraint("passkey_id", name=op.f("uq_key_wrap_passkey_id")),
        sa.ForeignKeyConstraint(
            ["passkey_id"], ["passkey.id"], name=op.f("fk_key_wrap_passkey_id_passkey"), ondelete="CASCADE"
        ),
        _of_account("key_wrap"),
    )
    op.create_index(op.f("ix_key_wrap_account_id"), "key_wrap", ["account_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_key_wrap_account_id"), table_name="key_wrap")
    for table in ("key_wrap", "key_vault"):
        op.drop_table(table)
