"""No entry of the consent ledger is replaced by another of its number.

SQLite runs no trigger for the row that a REPLACE takes away, so the new one is looked at. PostgreSQL knows no REPLACE.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER consent_event_no_replace BEFORE INSERT ON consent_event "
            "WHEN EXISTS (SELECT 1 FROM consent_event WHERE id = NEW.id) "
            "BEGIN SELECT RAISE(ABORT, 'the consent ledger only grows'); END"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER consent_event_no_replace")
