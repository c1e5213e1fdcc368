"""Changes of until when a person may not be told of a demand, and the accesses that follow them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

GROWING_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "legal_gag_change",
        sa.Column("id", GROWING_ID, nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=32), nullable=False),
        sa.Column("hidden_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_gag_change")),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["legal_request.id"],
            name=op.f("fk_legal_gag_change_request_id_legal_request"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("ix_legal_gag_change_request_id"), "legal_gag_change", ["request_id"], unique=False)
    op.add_column("staff_access", sa.Column("request_id", sa.String(length=32), nullable=True))
    op.create_index(op.f("ix_staff_access_request_id"), "staff_access", ["request_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_staff_access_request_id"), table_name="staff_access")
    with op.batch_alter_table("staff_access") as table:
        table.drop_column("request_id")
    op.drop_index(op.f("ix_legal_gag_change_request_id"), table_name="legal_gag_change")
    op.drop_table("legal_gag_change")
