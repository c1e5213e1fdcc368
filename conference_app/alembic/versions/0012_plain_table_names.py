"""Tables have the names of what they hold: outgoing_email and non_disclosure_change.

A waiting job that sends an email names it `email` too. Rows stay; indexes and constraints get the new names.
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OLD, NEW = ("mail_letter", "letter_class", "letter"), ("outgoing_email", "email_class", "email")
OLD_ORDER, NEW_ORDER = "legal_gag_change", "non_disclosure_change"
INDEXES = (("account_id", ["account_id"]), ("address_id", ["address_id"]), ("created_at", ["created_at"]))


def upgrade() -> None:
    _rename_emails(OLD, NEW)
    _rename_orders(OLD_ORDER, NEW_ORDER)


def downgrade() -> None:
    _rename_orders(NEW_ORDER, OLD_ORDER)
    _rename_emails(NEW, OLD)


def _rename_emails(before: tuple[str, str, str], after: tuple[str, str, str]) -> None:
    (old, old_class, old_key), (new, new_class, new_key) = before, after
    for name, _columns in INDEXES:
        op.drop_index(f"ix_{old}_{name}", table_name=old)
    op.drop_index(f"ix_{old}_newsletter_status", table_name=old)
    op.rename_table(old, new)
    with op.batch_alter_table(new) as table:
        table.alter_column(old_class, new_column_name=new_class)
        table.drop_constraint(f"uq_{old}_unique_key", type_="unique")
        table.create_unique_constraint(f"uq_{new}_unique_key", ["unique_key"])
        table.drop_constraint(f"fk_{old}_account_id_account", type_="foreignkey")
        table.create_foreign_key(f"fk_{new}_account_id_account", "account", ["account_id"], ["id"], ondelete="CASCADE")
    for name, columns in INDEXES:
        op.create_index(f"ix_{new}_{name}", new, columns)
    op.create_index(f"ix_{new}_newsletter_status", new, ["newsletter_id", "status"])
    _rename_primary_key(new, f"pk_{old}", f"pk_{new}")
    op.execute(
        f"""UPDATE job SET payload = REPLACE(payload, '"{old_key}":', '"{new_key}":') WHERE kind = 'mail.send'"""  # noqa: S608
    )


def _rename_orders(old: str, new: str) -> None:
    op.drop_index(f"ix_{old}_request_id", table_name=old)
    op.rename_table(old, new)
    with op.batch_alter_table(new) as table:
        table.drop_constraint(f"fk_{old}_request_id_legal_request", type_="foreignkey")
        table.create_foreign_key(
            f"fk_{new}_request_id_legal_request", "legal_request", ["request_id"], ["id"], ondelete="CASCADE"
        )
    op.create_index(f"ix_{new}_request_id", new, ["request_id"])
    _rename_primary_key(new, f"pk_{old}", f"pk_{new}")


def _rename_primary_key(table: str, old: str, new: str) -> None:
    """PostgreSQL alone: SQLite keeps the name it was made with, which nothing asks for."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}")
