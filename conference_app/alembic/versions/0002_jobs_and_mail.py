"""Jobs, mail and newsletters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("unique_key", sa.String(length=200), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("run_at", TIME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("leased_until", TIME, nullable=True),
        sa.Column("is_dead", sa.Boolean(), nullable=False),
        sa.Column("last_error", sa.String(length=100), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("unique_key", name=op.f("uq_job_unique_key")),
    )
    op.create_index("ix_job_due", "job", ["is_dead", "priority", "run_at"])
    op.create_table(
        "newsletter_topic",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("name_pl", sa.String(length=100), nullable=False),
        sa.Column("ends_at", TIME, nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter_topic")),
    )
    op.create_table(
        "newsletter",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("topic_id", sa.String(length=32), nullable=True),
        sa.Column("subject_en", sa.String(length=200), nullable=False),
        sa.Column("subject_pl", sa.String(length=200), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=False),
        sa.Column("body_pl", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("counted", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["newsletter_topic.id"], name=op.f("fk_newsletter_topic_id_newsletter_topic"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter")),
    )
    op.create_table(
        "mail_letter",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("unique_key", sa.String(length=200), nullable=True),
        sa.Column("letter_class", sa.String(length=16), nullable=False),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("purpose", sa.String(length=100), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("address_id", sa.String(length=32), nullable=True),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("row_id", sa.String(length=64), nullable=False),
        sa.Column("meeting_id", sa.String(length=32), nullable=True),
        sa.Column("newsletter_id", sa.String(length=32), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_mail_letter_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_letter")),
        sa.UniqueConstraint("unique_key", name=op.f("uq_mail_letter_unique_key")),
    )
    op.create_index(op.f("ix_mail_letter_account_id"), "mail_letter", ["account_id"])
    op.create_index(op.f("ix_mail_letter_address_id"), "mail_letter", ["address_id"])
    op.create_index(op.f("ix_mail_letter_created_at"), "mail_letter", ["created_at"])
    op.create_index("ix_mail_letter_newsletter_status", "mail_letter", ["newsletter_id", "status"])
    op.create_table(
        "mail_bad_address",
        sa.Column("email_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.PrimaryKeyConstraint("email_key", name=op.f("pk_mail_bad_address")),
    )
    op.create_index(op.f("ix_mail_bad_address_since"), "mail_bad_address", ["since"])
    op.create_table(
        "meeting_mail_grant",
        sa.Column("meeting_id", sa.String(length=32), nullable=False),
        sa.Column("address_id", sa.String(length=32), nullable=False),
        sa.Column("wants_reminder", sa.Boolean(), nullable=False),
        sa.Column("wants_follow_up", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_mail_grant_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("meeting_id", "address_id", name=op.f("pk_meeting_mail_grant")),
    )


def downgrade() -> None:
    for table in ("meeting_mail_grant", "mail_bad_address", "mail_letter", "newsletter", "newsletter_topic", "job"):
        op.drop_table(table)
