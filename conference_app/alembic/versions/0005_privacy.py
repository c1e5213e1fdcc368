"""Privacy center: exports, holds, document versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _person(table: str, *, unique: bool) -> list[sa.schema.SchemaItem]:
    items: list[sa.schema.SchemaItem] = [
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("email_key", sa.LargeBinary(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id_account"), ondelete="CASCADE"
        ),
    ]
    if unique:
        items += [
            sa.UniqueConstraint("account_id", name=op.f(f"uq_{table}_account_id")),
            sa.UniqueConstraint("email_key", name=op.f(f"uq_{table}_email_key")),
        ]
    return items


def _index(table: str) -> None:
    for column in ("account_id", "email_key"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def _time(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "privacy_state",
        *_person("privacy_state", unique=True),
        *[
            _time(name)
            for name in (
                "restricted_at",
                "deactivated_at",
                "erase_asked_at",
                "erase_due_at",
                "reviewed_at",
            )
        ],
    )
    op.create_table(
        "legal_hold",
        *_person("legal_hold", unique=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        _time("set_at", nullable=False),
        sa.Column("set_by", sa.String(length=32), nullable=False),
        _time("lifted_at"),
    )
    op.create_table(
        "data_export",
        *_person("data_export", unique=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("file_key", sa.LargeBinary(), nullable=True),
        _time("asked_at", nullable=False),
        _time("ready_at"),
        _time("expires_at", nullable=False),
    )
    op.create_table(
        "staff_access",
        *_person("staff_access", unique=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        _time("at", nullable=False),
    )
    for table in ("legal_hold", "data_export", "staff_access"):
        _index(table)
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        _time("erased_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_table(
        "document_version",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("document", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _time("since", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_version")),
        sa.UniqueConstraint("document", "language", "text_sha256", name=op.f("uq_document_version_text_sha256")),
    )


def downgrade() -> None:
    for table in ("document_version", "erasure"):
        op.drop_table(table)
    for table in ("staff_access", "data_export", "legal_hold"):
        for column in ("email_key", "account_id"):
            op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
        op.drop_table(table)
    op.drop_table("privacy_state")
