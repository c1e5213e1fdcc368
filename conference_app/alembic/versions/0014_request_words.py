"""What staff read for an authority is named as the pages name it now: a request, not a demand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BEFORE = "What exists about you, for a demand of an authority"
AFTER = "What exists about you, for a request from an authority"


def upgrade() -> None:
    _rename(BEFORE, AFTER)


def downgrade() -> None:
    _rename(AFTER, BEFORE)


def _rename(before: str, after: str) -> None:
    op.execute(
        sa.text("UPDATE staff_access SET what = :after WHERE what = :before").bindparams(before=before, after=after)
    )
