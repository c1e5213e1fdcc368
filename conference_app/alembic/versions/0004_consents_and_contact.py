"""Addresses, the consent ledger, contact threads and cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_GROWING = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int) -> sa.Column[object]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _make_people() -> None:
    op.create_table(
        "address",
        _text("id", 32),
        sa.Column("email", sa.LargeBinary(), nullable=False),
        sa.Column("email_key", sa.LargeBinary(length=32), nullable=False),
        _text("language", 8),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.UniqueConstraint("email_key", name=op.f("uq_address_email_key")),
    )


def _make_ledger() -> None:
    op.create_table(
        "consent_event",
        sa.Column("id", _GROWING, nullable=False),
        _text("subject_kind", 8),
        _text("subject_id", 32),
        _text("purpose", 64),
        _text("kind", 10),
        _text("control", 60),
        _text("page", 60),
        _text("words_sha256", 64),
        _text("language", 8),
        _text("reason", 20),
        _time("occurred_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_event")),
    )
    op.create_index("ix_consent_event_purpose_subject", "consent_event", ["purpose", "subject_id", "id"])
    op.create_index(op.f("ix_consent_event_subject_id"), "consent_event", ["subject_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION consent_event_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the consent ledger only grows'; END $$"
        )
        op.execute(
            "CREATE TRIGGER consent_event_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_event "
            "FOR EACH STATEMENT EXECUTE FUNCTION consent_event_only_grows()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER consent_event_no_{act.lower()} BEFORE {act} ON consent_event "
            "BEGIN SELECT RAISE(ABORT, 'the consent ledger only grows'); END"
        )


def _make_waiting() -> None:
    op.create_table(
        "pending_consent",
        _text("id", 32),
        _text("address_id", 32),
        _text("purpose", 64),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=True),
        _text("control", 60),
        _text("page", 60),
        _text("words_sha256", 64),
        _text("language", 8),
        _time("asked_at"),
        _time("expires_at"),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_pending_consent_address_id_address"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_consent")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_pending_consent_token_hash")),
    )
    op.create_index(op.f("ix_pending_consent_address_id"), "pending_consent", ["address_id"])
    op.create_index(op.f("ix_pending_consent_expires_at"), "pending_consent", ["expires_at"])
    op.create_table(
        "mail_stop",
        sa.Column("email_key", sa.LargeBinary(length=32), nullable=False),
        _text("purpose", 64),
        _time("stopped_at"),
        sa.PrimaryKeyConstraint("email_key", "purpose", name=op.f("pk_mail_stop")),
    )


def _make_contact() -> None:
    op.create_table(
        "contact_thread",
        _text("id", 32),
        sa.Column("email", sa.LargeBinary(), nullable=False),
        sa.Column("email_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        _text("language", 8),
        _time("opened_at"),
        _time("last_at"),
        _time("thanked_at", nullable=True),
        _time("closed_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_thread")),
    )
    op.create_index(op.f("ix_contact_thread_email_key"), "contact_thread", ["email_key"])
    op.create_index(op.f("ix_contact_thread_last_at"), "contact_thread", ["last_at"])
    op.create_table(
        "contact_message",
        sa.Column("id", _GROWING, nullable=False),
        _text("thread_id", 32),
        _text("direction", 3),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("mail_id", sa.LargeBinary(), nullable=True),
        sa.Column("mail_key", sa.LargeBinary(length=32), nullable=True),
        _time("at"),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["contact_thread.id"],
            name=op.f("fk_contact_message_thread_id_contact_thread"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_message")),
        sa.UniqueConstraint("mail_key", name=op.f("uq_contact_message_mail_key")),
    )
    op.create_index(op.f("ix_contact_message_thread_id"), "contact_message", ["thread_id"])


def _make_cases() -> None:
    op.create_table(
        "privacy_case",
        _text("id", 32),
        _text("kind", 12),
        _text("subject_kind", 8),
        _text("subject_id", 32),
        _text("opened_from", 20),
        _text("status", 12),
        _time("opened_at"),
        _time("due_at"),
        _time("closed_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_case")),
    )
    op.create_index(op.f("ix_privacy_case_subject_id"), "privacy_case", ["subject_id"])
    op.create_index(op.f("ix_privacy_case_due_at"), "privacy_case", ["due_at"])
    op.create_table(
        "privacy_case_event",
        sa.Column("id", _GROWING, nullable=False),
        _text("case_id", 32),
        _text("status", 12),
        _text("by", 8),
        _time("at"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["privacy_case.id"],
            name=op.f("fk_privacy_case_event_case_id_privacy_case"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_case_event")),
    )
    op.create_index(op.f("ix_privacy_case_event_case_id"), "privacy_case_event", ["case_id"])


def upgrade() -> None:
    _make_people()
    _make_ledger()
    _make_waiting()
    _make_contact()
    _make_cases()


def downgrade() -> None:
    for table in ("privacy_case_event", "privacy_case", "contact_message", "contact_thread", "mail_stop"):
        op.drop_table(table)
    for table in ("pending_consent", "consent_event"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION consent_event_only_grows()")
    op.drop_table("address")
