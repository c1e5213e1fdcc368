"""Public keys of meetings, and what browsers in a room hand each other to agree on keys that we do not have."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _of_meeting(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["meeting_id"], ["meeting.id"], name=op.f(f"fk_{table}_meeting_id_meeting"), ondelete="CASCADE"
    )


def _of_group(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["room"], ["encryption_group.room"], name=op.f(f"fk_{table}_room_encryption_group"), ondelete="CASCADE"
    )


def upgrade() -> None:
    op.add_column("admission", sa.Column("ticket", sa.LargeBinary(), nullable=True))
    op.add_column("admission", sa.Column("leaf_key", sa.String(length=43), server_default="", nullable=False))
    op.add_column("waiting_guest", sa.Column("leaf_key", sa.String(length=43), server_default="", nullable=False))
    op.add_column("waiting_guest", sa.Column("proof", sa.String(length=86), server_default="", nullable=False))
    op.create_table(
        "meeting_keys",
        sa.Column("meeting_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("root_public", sa.String(length=43), nullable=False),
        sa.Column("link_public", sa.String(length=43), nullable=False),
        sa.Column("link_certificate", sa.String(length=86), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_meeting_keys")),
        _of_meeting("meeting_keys"),
    )
    op.create_table(
        "encryption_group",
        sa.Column("room", sa.String(length=32), nullable=False),
        sa.Column("meeting_id", sa.String(length=32), nullable=False),
        sa.Column("driver", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("info", sa.LargeBinary(), nullable=True),
        sa.Column("turn_identity", sa.String(length=64), nullable=False),
        sa.Column("turn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("cards", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("room", name=op.f("pk_encryption_group")),
        _of_meeting("encryption_group"),
    )
    op.create_index(op.f("ix_encryption_group_meeting_id"), "encryption_group", ["meeting_id"], unique=False)
    op.create_table(
        "encryption_commit",
        sa.Column("room", sa.String(length=32), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("roll", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("room", "epoch", name=op.f("pk_encryption_commit")),
        _of_group("encryption_commit"),
    )
    op.create_table(
        "encryption_member",
        sa.Column("room", sa.String(length=32), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("socket", sa.String(length=32), nullable=False),
        sa.Column("seen_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_member", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("is_removed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("turn", sa.Integer(), nullable=True),
        sa.Column("ready_epoch", sa.Integer(), nullable=True),
        sa.Column("card", sa.LargeBinary(), nullable=True),
        sa.Column("card_number", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_epoch", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("room", "identity", name=op.f("pk_encryption_member")),
        _of_group("encryption_member"),
    )


def downgrade() -> None:
    for table in ("encryption_member", "encryption_commit"):
        op.drop_table(table)
    op.drop_index(op.f("ix_encryption_group_meeting_id"), table_name="encryption_group")
    for table in ("encryption_group", "meeting_keys"):
        op.drop_table(table)
    op.drop_column("waiting_guest", "proof")
    op.drop_column("waiting_guest", "leaf_key")
    op.drop_column("admission", "leaf_key")
    op.drop_column("admission", "ticket")
