"""Legal requests, answers to cases, accesses that may not be told yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

GROWING_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _time(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _sealed(name: str) -> sa.Column:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "legal_request",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        _sealed("authority"),
        _sealed("reference"),
        _sealed("scope"),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("email_key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("decision", sa.String(length=8), nullable=False),
        _sealed("handed_out"),
        _time("received_at", nullable=False),
        _time("decided_at"),
        _time("hidden_until"),
        sa.Column("noted_by", sa.String(length=32), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_request")),
    )
    for column in ("account_id", "email_key", "received_at"):
        op.create_index(op.f(f"ix_legal_request_{column}"), "legal_request", [column], unique=False)
    op.create_table(
        "privacy_case_answer",
        sa.Column("id", GROWING_ID, nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        _sealed("words"),
        _time("at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_case_answer")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["privacy_case.id"],
            name=op.f("fk_privacy_case_answer_case_id_privacy_case"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("ix_privacy_case_answer_case_id"), "privacy_case_answer", ["case_id"], unique=False)
    op.add_column("staff_access", _time("hidden_until"))


def downgrade() -> None:
    with op.batch_alter_table("staff_access") as table:
        table.drop_column("hidden_until")
    op.drop_index(op.f("ix_privacy_case_answer_case_id"), table_name="privacy_case_answer")
    op.drop_table("privacy_case_answer")
    for column in ("received_at", "email_key", "account_id"):
        op.drop_index(op.f(f"ix_legal_request_{column}"), table_name="legal_request")
    op.drop_table("legal_request")
