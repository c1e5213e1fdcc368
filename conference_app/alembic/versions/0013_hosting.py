"""Guests who wait for the host, rooms that end by themselves, and rights that are handed over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_MEETING = ("starts_locked", "is_over", "attended", "empty_since")


def upgrade() -> None:
    for name in ("starts_locked", "is_over"):
        op.add_column("meeting", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("meeting", sa.Column("attended", sa.Integer(), nullable=True))
    op.add_column("meeting", sa.Column("empty_since", sa.DateTime(timezone=True), nullable=True))
    op.execute(sa.text("UPDATE meeting SET is_over = :true WHERE ended_at IS NOT NULL").bindparams(true=True))
    op.add_column("admission", sa.Column("may_host", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "waiting_guest",
        sa.Column("meeting_id", sa.String(length=32), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("network", sa.String(length=20), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("meeting_id", "identity", name=op.f("pk_waiting_guest")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_waiting_guest_meeting_id_meeting"), ondelete="CASCADE"
        ),
    )
    op.create_index(op.f("ix_waiting_guest_seen_at"), "waiting_guest", ["seen_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_waiting_guest_seen_at"), table_name="waiting_guest")
    op.drop_table("waiting_guest")
    op.drop_column("admission", "may_host")
    for name in reversed(_MEETING):
        op.drop_column("meeting", name)
